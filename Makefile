# Everything a fresh machine needs is made here; only git, Python 3.11 or newer and make are expected.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# --no-build-isolation: the build backend is pinned with the rest, so nothing is fetched once installed.
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps

.PHONY: all chat setup test check bench clean
all: check test

chat: $(VENV)/.run
	@$(BIN)/smtpbot chat

setup: $(VENV)/.dev

test: $(VENV)/.dev
	$(BIN)/pytest -n auto

check: $(VENV)/.dev
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/smtpbot knowledge check

bench: $(VENV)/.dev
	$(BIN)/pytest tests/bench --benchmark-enable --benchmark-only -n 0 -q -s

$(VENV)/bin/pip:
	$(PYTHON) -c 'import sys; sys.exit("smtpbot needs Python 3.11 or newer: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/pip requirements.txt pyproject.toml
	$(INSTALL) --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(INSTALL) --require-hashes -r requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
