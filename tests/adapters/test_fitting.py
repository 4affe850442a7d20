"""What does not fit is shortened by rules: the lightest first, and never in the middle of a literal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.fitting import cut, fit, fold
from bot.answer import Answer, Facts, Paragraph, Quote, Steps, Table, to_json

ANSWER = Answer(
    kind="topic", subjects=("x",), language="en", title="Title", summary="A summary of some length.",
    sections=(
        Steps(id="fix", title="Fix", steps=("one", "two", "three", "four"), weight=9),
        Paragraph(id="about", title="About", text=("first " * 30, "second " * 30), weight=2),
        Table(id="table", title="Table", head=("a", "b"), rows=(("1", "2"), ("3", "4")), weight=6),
        Facts(id="facts", title="Facts", facts=(("a", "b"), ("c", "d")), weight=4),
        Quote(id="words", title="Words", text="550 no " * 50, weight=5),
    ),
    follow_ups=("550", "551"),
)  # fmt: skip


@pytest.mark.parametrize("limit", [100_000, 1_500, 900, 600, 400, 300])
def test_an_answer_fits_and_says_what_was_left_out(limit: int) -> None:
    fitted = fit(ANSWER, lambda answer: len(to_json(answer)) <= limit)
    assert len(to_json(fitted.answer)) <= limit
    assert fitted.answer.title == "Title"
    kept = {section.id: section for section in fitted.answer.sections}
    changed = [s.id for s in ANSWER.sections if kept.get(s.id) != s]
    assert set(changed) == set(fitted.left_out)


def test_the_lightest_section_goes_first() -> None:
    fitted = fit(ANSWER, lambda answer: len(to_json(answer)) <= 900)
    assert fitted.left_out[0] == "about"
    assert "fix" not in fitted.left_out


def test_folding_keeps_the_weighty() -> None:
    folded = fold(ANSWER, 5)
    assert [section.id for section in folded.answer.sections] == ["fix", "table", "words"]
    assert folded.left_out == ("about", "facts")


@given(text=st.text(alphabet="ab `", max_size=200), limit=st.integers(2, 100))
def test_a_cut_never_halves_a_literal(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= max(limit, 1)
    if text.count("`") % 2 == 0:
        assert short.count("`") % 2 == 0 or short == text
