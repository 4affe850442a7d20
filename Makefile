# Everything a fresh machine needs is made here; only git, Python 3.11 or newer and make are expected.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# --no-build-isolation: the build backend is pinned with the rest, so nothing is fetched once installed.
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps

.PHONY: all chat setup test postgresql check bench audit lock clean
all: check test

chat: $(VENV)/.run
	@$(BIN)/smtpbot chat

setup: $(VENV)/.dev

test: $(VENV)/.dev postgresql
	$(BIN)/pytest -n auto

# The tests start a server of their own; Debian's package has the programs.
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)
postgresql:
	@ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 || command -v pg_ctl >/dev/null || { \
		$(SUDO) apt-get update --quiet=2 && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends postgresql; }

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

# What is known against our code and against what it stands on; pip-audit asks the package index, so it needs a network.
audit:
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/pip install --quiet --disable-pip-version-check bandit pip-audit
	$(VENV)/audit/bin/bandit --quiet --recursive --configfile pyproject.toml adapters bot knowledge deploy
	$(VENV)/audit/bin/pip-audit --requirement requirements-dev.txt --require-hashes --disable-pip

# Pins everything again, for every Python and system; what is pinned already stays unless `UPGRADE=--upgrade`.
LOCK := $(VENV)/lock/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --quiet $(UPGRADE) --group build
lock:
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet --disable-pip-version-check uv
	$(LOCK) --output-file requirements.txt
	$(LOCK) --extra oauth --output-file requirements-image.txt
	$(LOCK) --extra chart --extra dask --extra oauth --group dev --output-file requirements-dev.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
