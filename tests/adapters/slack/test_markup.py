"""Slack's markup in what people paste is undone before anything reads it."""

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.markup import text_of, to_plain


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("<@UBOT> 550", "550"),
        ("<@UBOT|smtpbot> 550", "550"),
        ("550 5.1.1 &lt;<mailto:a@b.example|a@b.example>&gt;: unknown", "550 5.1.1 <a@b.example>: unknown"),
        ("<mailto:a@b.example>", "a@b.example"),
        ("see <https://b.example/x?a=1&amp;b=2>", "see https://b.example/x?a=1&b=2"),
        ("blocked by <http://zen.spamhaus.org|zen.spamhaus.org>", "blocked by zen.spamhaus.org"),
        ("in <#C1|postmasters>", "in #postmasters"),
        ("<!here> 550", "550"),
        ("<!subteam^S1|@mail-ops> 421", "@mail-ops 421"),
        ("<!date^1700000000^{date}|14 Nov 2023> 550", "14 Nov 2023 550"),
        ("```550 5.1.1 unknown```", "550 5.1.1 unknown"),
        ("```550 5.1.1\n421 4.7.0```", "550 5.1.1\n421 4.7.0"),
        ("what is `5.7.26`?", "what is 5.7.26?"),
        ("• 550\n• 421", "550\n421"),
        ("&gt; 550 5.1.1 unknown\n&gt; second", "550 5.1.1 unknown\nsecond"),
        ("550\u00a05.1.1", "550 5.1.1"),
        ("• a\n```• 550\n&gt; 5.1.1 `x`\n```\n&gt; b", "a\n\n• 550\n> 5.1.1 `x`\n\n\nb"),
        ("```• 550 &lt;<mailto:__jo__@b.example|__jo__@b.example>&gt;```", "• 550 <__jo__@b.example>"),
        ("```&gt; 550", "550"),
        ("&gt; ```550\n&gt; 421```", "550\n421"),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("", ""),
    ],
)
def test_what_slack_wrote_around_a_text_is_undone(marked: str, plain: str) -> None:
    assert to_plain(marked) == plain


def test_smart_quotes_do_not_hide_a_code() -> None:
    assert "550 5.1.1" in to_plain("“550\u00a05.1.1 ‘unknown’”")


@given(st.text(alphabet="ab <>&;@:|/.\n5-0", max_size=200))
def test_any_text_comes_back_as_text(text: str) -> None:
    assert isinstance(to_plain(html.escape(text, quote=False)), str)


@given(st.text(alphabet="ab <>&;:/.50-", max_size=80))
def test_what_is_escaped_once_is_unescaped_once(text: str) -> None:
    said = f"550 {text} 550"
    assert to_plain(html.escape(said, quote=False)) == said


def test_a_message_is_its_text() -> None:
    assert text_of({"text": "550 &lt;a@b.example&gt;"}) == "550 <a@b.example>"


def test_a_message_without_anything_is_empty() -> None:
    assert text_of({}) == ""


def test_an_app_s_alert_is_read_in_its_attachments() -> None:
    attachment = {
        "fallback": "alert",
        "pretext": "Delivery failed",
        "title": "mx1",
        "text": "550 5.1.1 unknown",
        "fields": [{"title": "queue", "value": "4Rq1"}],
    }
    text = text_of({"text": "", "attachments": [attachment]})
    assert text.splitlines() == ["Delivery failed", "mx1", "550 5.1.1 unknown", "queue: 4Rq1"]


def test_an_attachment_that_has_only_a_fallback_or_blocks_is_read() -> None:
    assert text_of({"attachments": [{"fallback": "550 5.1.1 unknown"}]}) == "550 5.1.1 unknown"
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*550* 5.7.1"}}]
    assert "5.7.1" in text_of({"attachments": [{"blocks": blocks}]})


def rich_text(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": list(elements)}]


def test_blocks_are_read_where_the_text_says_less() -> None:
    lines = "550 5.1.1 unknown\n421 4.7.0 later"
    pre = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": lines}]}
    assert text_of({"text": "alert", "blocks": rich_text(pre)}) == lines


def test_a_section_s_fields_and_a_context_are_read() -> None:
    blocks = [
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "550 5.1.1"}, {"type": "plain_text", "text": "mx1"}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "from postfix"}]},
    ]
    assert text_of({"text": "", "blocks": blocks}).splitlines() == ["550 5.1.1", "mx1", "from postfix"]


def test_a_user_s_own_blocks_do_not_double_the_text() -> None:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "smtp 550"}]}
    assert text_of({"text": "smtp 550", "blocks": rich_text(section)}) == "smtp 550"


def test_a_line_of_blocks_stays_one_line() -> None:
    parts = [{"type": "text", "text": "550 5.1.1 <"}, {"type": "link", "url": "mailto:a@b.example", "text": "a@b.example"},
             {"type": "text", "text": ">: Recipient address rejected"}]  # fmt: skip
    blocks = rich_text({"type": "rich_text_section", "elements": parts})
    assert text_of({"text": "", "blocks": blocks}) == "550 5.1.1 <a@b.example>: Recipient address rejected"
