"""Codes are values: they read what they write, and refuse the rest by saying what would be right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.codes import EnhancedCode, ReplyCode
from knowledge.errors import NotACode


@given(st.integers(200, 599))
def test_a_reply_code_reads_what_it_writes(value: int) -> None:
    assert str(ReplyCode.parse(str(value))) == str(value)


@given(st.sampled_from("245"), st.integers(0, 999), st.integers(0, 999))
def test_an_enhanced_code_reads_what_it_writes(class_: str, subject: int, detail: int) -> None:
    text = f"{class_}.{subject}.{detail}"
    assert str(EnhancedCode.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "55", "5500", "150", "650", "５５０", "²50", "55O", " 550", "550\n", "-50", "5.0"]
)
def test_what_is_no_reply_code_is_refused(text: str) -> None:
    with pytest.raises(NotACode, match="three digits"):
        ReplyCode.parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "5.1", "5.1.1.1", "3.1.1", "6.0.0", "5.01.1", "5.1.01", "5.7.7508", "5.１.1", "5..1", "x.1.1", "5.-1.1"],
)
def test_what_is_no_enhanced_code_is_refused(text: str) -> None:
    with pytest.raises(NotACode, match=r"class\.subject\.detail"):
        EnhancedCode.parse(text)


@given(st.text(max_size=12))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    for kind in (ReplyCode, EnhancedCode):
        try:
            assert str(kind.parse(text)) == text
        except NotACode as error:
            assert repr(text) in str(error)


def test_codes_are_ordered_as_numbers() -> None:
    assert EnhancedCode.parse("5.7.9") < EnhancedCode.parse("5.7.10")
    assert ReplyCode.parse("450") < ReplyCode.parse("550")


@pytest.mark.parametrize(
    ("code", "severity"), [("250", "success"), ("354", "intermediate"), ("421", "temporary"), ("599", "permanent")]
)
def test_the_first_digit_says_how_severe_it_is(code: str, severity: str) -> None:
    assert ReplyCode.parse(code).severity == severity
