"""The architecture, read from the imports: nothing imports upward, rooms stay small, words stay in the knowledge."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = ("knowledge", "bot", "adapters")
ORDER = (
    "knowledge.errors",
    "knowledge.codes",
    "knowledge.basics",
    "knowledge.reading",
    "knowledge.schema",
    "knowledge.sources",
    "knowledge.translating",
    "knowledge.lines",
    "knowledge.caching",
    "knowledge.loading",
    "knowledge.checking",
    "bot.message",
    "bot.answer",
    "bot.language",
    "bot.lexicon",
    "bot.mailbox.asking",
    "bot.mailbox.facts",
    "bot.mailbox.allowing",
    "bot.mailbox.resolving",
    "bot.mailbox.records",
    "bot.mailbox.verifying",
    "bot.mailbox.looking",
    "bot.mailbox.client",
    "bot.question",
    "bot.suggesting",
    "bot.bounce.evidence",
    "bot.bounce.wording",
    "bot.bounce.times",
    "bot.bounce.replies",
    "bot.bounce.formats",
    "bot.bounce.mime",
    "bot.bounce.bodies",
    "bot.bounce.mails",
    "bot.bounce.reading",
    "bot.bounce.diagnosis",
    "bot.bounce.digest",
    "bot.bounce.explaining",
    "bot.bounce.proving",
    "bot.answers.parts",
    "bot.answers.code",
    "bot.answers.comparison",
    "bot.answers.topic",
    "bot.answers.bounce",
    "bot.answers.mailbox",
    "bot.answering",
    "adapters.settings",
    "adapters.checks",
    "adapters.metrics",
    "adapters.desk",
    "adapters.working",
    "adapters.health",
    "adapters.logs",
    "adapters.reloading",
    "adapters.fitting",
    "adapters.terminal",
    "adapters.files",
    "adapters.cluster",
    "adapters.chart",
    "adapters.attached",
    "adapters.recent",
    "adapters.explain",
    "adapters.slack.settings",
    "adapters.slack.manifest",
    "adapters.slack.markup",
    "adapters.slack.memory",
    "adapters.slack.database",
    "adapters.slack.installing",
    "adapters.slack.files",
    "adapters.slack.rendering",
    "adapters.slack.views",
    "adapters.slack.client",
    "adapters.slack.replies",
    "adapters.slack.events",
    "adapters.slack.running",
    "adapters.discord.settings",
    "adapters.discord.acknowledging",
    "adapters.discord.markup",
    "adapters.discord.escaping",
    "adapters.discord.rendering",
    "adapters.discord.sharing",
    "adapters.discord.components",
    "adapters.discord.replies",
    "adapters.discord.commands",
    "adapters.discord.events",
    "adapters.discord.running",
    "adapters.describing",
    "adapters.tending",
    "adapters.service",
    "adapters.cli",
)
MODULES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            for alias in node.names:
                full = f"{module}.{alias.name}"
                yield full if full in ORDER else module


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_import_goes_downward(path: Path) -> None:
    name = name_of(path)
    if path.name == "__init__.py":
        return
    assert name in ORDER, f"{name} has no place in ORDER"
    for imported in imports_of(path):
        if imported.split(".")[0] in FLOORS:
            assert imported in ORDER, f"{name} imports {imported}: a package's own root, or a module without a place"
            assert ORDER.index(imported) < ORDER.index(name), f"{name} imports {imported}, which stands above it"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_room_grows_past_350_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 350


def test_everything_in_the_order_exists() -> None:
    assert set(ORDER) == {name_of(path) for path in MODULES if path.name != "__init__.py"}


def test_only_the_command_line_reads_the_environment() -> None:
    readers = [name_of(path) for path in MODULES if re.search(r"\bos\.(environ|getenv)\b", path.read_text("utf-8"))]
    assert readers == ["adapters.cli"]


@pytest.mark.parametrize("path", [p for p in MODULES if "adapters" not in p.parts], ids=name_of)
def test_code_names_no_provider(path: Path) -> None:
    strings = [
        node.value.lower()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not _is_docstring(node.value)
    ]
    for name in (
        "gmail",
        "google",
        "microsoft",
        "outlook",
        "yahoo",
        "spamhaus",
        "postfix",
        "exim",
        "sendmail",
        "qmail",
    ):
        assert not any(re.search(rf"\b{name}\b", string) for string in strings), f"{name} belongs into knowledge/"


def _is_docstring(value: str) -> bool:
    return "\n" in value


@pytest.mark.parametrize("path", [p for p in MODULES if "bot" in p.parts], ids=name_of)
def test_the_bot_holds_no_sentences_for_people(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    documented = [
        n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    docstrings = {id(node.body[0].value) for node in documented if node.body and isinstance(node.body[0], ast.Expr)}
    docstrings |= {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            assert not re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]{2,}", node.value), node.value
