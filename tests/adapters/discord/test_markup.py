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
        ("`<__jo__@b.example>`", "<__jo__@b.example>"),
        (
            "```\n550 <__jo__@b.example> ||**x**|| <@7> \\\\_\n> q\n# h\n```",
            "550 <__jo__@b.example> ||**x**|| <@7> \\\\_\n> q\n# h",
        ),
        (
            "```\n[a](https://x.example) <https://x.example> <t:1:R>```",
            "[a](https://x.example) <https://x.example> <t:1:R>",
        ),
        ("**`550`** ||`a|b`||", "550 a|b"),
        ("> ```\n> 550 **x**\n> ```", "550 **x**"),
        ("__a__ ```__b__``` __c__ `__d__` __e__", "a \n__b__\n c __d__ e"),
        ("\\`__a__\\`", "`a`"),
        ("```550 **x**", "550 x"),
        ("\x001\x00 550", "1 550"),
    ],
)
def test_markup_is_undone(written: str, read: str) -> None:
    assert to_plain(written) == read


def test_hostile_markup_takes_no_time_to_speak_of() -> None:
    for text in (
        "*" * 50_000,
        "|" * 50_000,
        "`" * 50_000,
        "[" * 50_000,
        "**a" * 20_000,
        "||a" * 20_000,
        "<" * 50_000,
        "```a" * 20_001,
        "`a" * 30_001,
    ):
        assert isinstance(to_plain(text), str)
