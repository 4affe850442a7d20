"""Discord's markup undone: what people paste is read as they saw it."""

import pytest

from adapters.discord.markup import to_plain


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<@1000> 550", "550"),
        ("<@!1000> 550", "550"),
        ("```\n550 5.1.1 x\n```", "550 5.1.1 x"),
        ("```log\n550 5.1.1 x\n451 y\n```", "550 5.1.1 x\n451 y"),
        ("```550 5.1.1```", "550 5.1.1"),
        ("what is `550 5.1.1`?", "what is 550 5.1.1?"),
        ("**550** vs __421__", "550 vs 421"),
        ("||550||", "550"),
        ("> 550 5.1.1 quoted\n> 451 y", "550 5.1.1 quoted\n451 y"),
        (">>> 550", "550"),
        ("-# 550", "550"),
        ("see <https://x.example/a>", "see https://x.example/a"),
        ("[Google](https://x.example/a) said", "Google said"),
        ("user\\_name\\@x.example", "user_name@x.example"),
        ("user_name_x@b.example and a*b*c", "user_name_x@b.example and a*b*c"),
        ("<jo@b.example>: unknown", "<jo@b.example>: unknown"),
        ("host <mx.b.example> said", "host <mx.b.example> said"),
        ("<t:1700000000:R> 550", "1700000000 550"),
        ("<:dead:123> 550", ":dead: 550"),
        ("</smtp:12345> 550", "550"),
        ("550\u00a05.1.1", "550 5.1.1"),
    ],
)
def test_markup_is_undone(written: str, read: str) -> None:
    assert to_plain(written) == read


def test_hostile_markup_takes_no_time_to_speak_of() -> None:
    for text in ("*" * 50_000, "|" * 50_000, "`" * 50_000, "[" * 50_000, "**a" * 20_000, "||a" * 20_000, "<" * 50_000):
        assert isinstance(to_plain(text), str)
