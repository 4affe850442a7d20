"""Lines as programs write them by default are read without RE2; what is read stays the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering import Bot
from bot.bounce.explaining import explain_lines
from bot.bounce.formats import MAX_LINE, read_line, read_plain
from knowledge import load
from knowledge.checking import repeats_safely

FORMATS = load().log_formats
LINES = [
    sample.text
    for form in FORMATS.values()
    if form.plain
    for sample in form.samples
    if "\n" not in sample.text and sample.fields.get("recipient")
]
PARTS = [
    "dsn=2.0.0, status=sent (", " postfix/smtp[1]: A1B2: to=<a@b.example>, relay=none, delay=1, delays=1, dsn=5.0.0, status=bounced (",
    "]: ", ": ", "; ", " ** ", " => ", "=", ",", ")", "(", ">", "<", "@", " proto=", " stat=", " H=x [1.2.3.4]", " from=<", "to=<",
    "\v", "\x1c", "\u2028", "\r", "\t", "é", "İ", "ſtatus=", "K", "192.0.2.9", "550 5.7.1 ", " <x@y>", "reply=", "DSN=", "10:15:029",
]  # fmt: skip
EDITS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True), st.sampled_from([*PARTS, ""]) | st.text(max_size=4), st.integers(0, 12)
    ),
    max_size=4,
)


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(LINES), EDITS)
def test_what_is_read_quickly_is_what_is_read_slowly(bot: Bot, line: str, edits: list[tuple[float, str, int]]) -> None:
    formats = bot.explainer().formats
    for place, part, cut in edits:
        at = int(place * len(line))
        line = line[:at] + part.replace("\n", " ") + line[at + cut :]
    quick = read_plain(line.strip("\r\n"), formats, "log:1")
    if quick is not None:
        assert list(read_line(line.strip("\r\n"), formats, "log:1") or ()) == [quick]
        assert formats.signs.search(line.encode("utf-8", "replace")) is not None


@pytest.mark.parametrize("form", [form for form in FORMATS.values() if form.plain], ids=lambda form: form.id)
def test_every_plain_expression_has_a_line_that_it_reads(bot: Bot, form: object) -> None:
    lines = [line for line in LINES if read_plain(line, bot.explainer().formats) is not None]
    assert [line for line in lines if any(sample.text == line for sample in form.samples)]  # type: ignore[attr-defined]


def test_runs_of_failures_keep_their_numbers_and_their_order(bot: Bot) -> None:
    bounce, other = LINES[0], "Nov 23 10:15:02 mx1 postfix/qmgr[1]: 4Wb: removed"
    odd = "Nov 23 10:15:02 mx1 other[1]: to=<a@example.com> 550 5.1.1 unknown"
    lines = [other, bounce, bounce, "", odd, bounce, other, other, odd, odd, bounce, bounce, other, bounce]
    for end in ("\n", "\r\n"):
        data = end.join(lines).encode()
        found = [d.evidence.source for d in explain_lines(data, bot.explainer(), "log", logged=True, first=10)]
        expected = [f"log:{number}" for number, line in enumerate(lines, 10) if line in (bounce, odd)]
        assert found == expected


@pytest.mark.parametrize("part", [*PARTS, "a", "0", "a.", "/a", ": A", "[1]", "-", "<a>", ", ", "1:"])
def test_hostile_lines_are_no_fault(bot: Bot, part: str) -> None:
    formats = bot.explainer().formats
    part = part.replace("\n", "")
    lines = [line[:at] + part * (MAX_LINE // len(part) - 400) + line[at:] for line in LINES for at in range(0, 200, 20)]
    for line in lines:
        found = read_plain(line, formats)
        assert found is None or found.kind == "failure"


@pytest.mark.parametrize(
    ("expression", "safe"),
    [
        ("a*b", False), ("a*+b", True), ("a*?b", False), ("(?:a|b)+", False), ("a{2,3}", False), ("a{2}b", True),
        (r"(?P<text>.*)\)", True), (r"(?P<a>.*)x(?P<b>.*)", False), (r"[*+?]\*x?+", True), ("(?:a++)*", False),
    ],
)  # fmt: skip
def test_only_what_takes_linear_time_is_let_in(expression: str, safe: bool) -> None:
    assert repeats_safely(expression) is safe
