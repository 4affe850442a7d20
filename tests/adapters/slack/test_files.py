"""Files that come with messages: fetched with the token from Slack alone, and never beyond the limit."""

import gzip
import logging

import pytest

from adapters.slack.files import MAX_FILES, fetch
from adapters.slack.settings import SlackSettings
from bot.message import Attachment
from tests.standins.slack import BOT_TOKEN, SlackStandIn

LOG = b"550 5.1.1 <a@b.example>: Recipient address rejected\n"


def settings(slack: SlackStandIn, max_file: int = 1_000) -> SlackSettings:
    return SlackSettings(bot_token=BOT_TOKEN, api_url=slack.api_url, max_file=max_file)


async def test_a_file_is_fetched_with_the_bot_s_token(slack: SlackStandIn) -> None:
    fetched = await fetch([slack.add_file("mail.log", LOG)], settings(slack))
    assert fetched.attachments == (Attachment("mail.log", LOG),)
    assert slack.downloads == [("mail.log", f"Bearer {BOT_TOKEN}")]


@pytest.mark.parametrize("name", ["a.txt", "a.log", "A.LOG", "a.eml", "a.csv", "a.json", "a.jsonl", "mail.log.1.gz"])
async def test_the_kinds_that_may_hold_bounces_are_read(slack: SlackStandIn, name: str) -> None:
    fetched = await fetch([slack.add_file(name, LOG, "application/octet-stream")], settings(slack))
    assert [file.name for file in fetched.attachments] == [name]


async def test_a_compressed_file_stays_as_it_is_for_whoever_reads_it(slack: SlackStandIn) -> None:
    packed = gzip.compress(LOG)
    fetched = await fetch([slack.add_file("mail.log.gz", packed, "application/gzip")], settings(slack))
    assert fetched.attachments[0].content == packed


async def test_a_snippet_is_read_whatever_its_name(slack: SlackStandIn) -> None:
    fetched = await fetch([slack.add_file("Untitled", LOG, "text/plain", mode="snippet")], settings(slack))
    assert fetched.attachments[0].content == LOG


@pytest.mark.parametrize("name", ["chart.png", "mail.pdf", "virus.exe", "noextension"])
async def test_other_kinds_are_named_and_never_fetched(slack: SlackStandIn, name: str) -> None:
    fetched = await fetch([slack.add_file(name, b"\x89PNG", "application/octet-stream")], settings(slack))
    assert fetched.refused == (name,)
    assert slack.downloads == []


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/mail.log",
        "https://files.slack.com.evil.example/mail.log",
        "https://evilslack.com/mail.log",
        "http://files.slack.com/mail.log",
        "https://files.slack.com@evil.example/mail.log",
        "ftp://files.slack.com/mail.log",
        "//files.slack.com/mail.log",
        "",
        None,
    ],
)
async def test_the_token_goes_nowhere_but_to_slack(slack: SlackStandIn, address: str | None) -> None:
    file = {**slack.add_file("mail.log", LOG), "url_private": address, "url_private_download": address}
    fetched = await fetch([file], settings(slack))
    assert fetched.refused == ("mail.log",)
    assert fetched.attachments == ()


async def test_a_redirect_is_not_followed(slack: SlackStandIn) -> None:
    wrong = SlackSettings(bot_token="xoxb-other", api_url=slack.api_url)
    fetched = await fetch([slack.add_file("mail.log", LOG)], wrong)
    assert fetched.refused == ("mail.log",)
    assert len(slack.downloads) == 1


async def test_a_file_that_says_it_is_too_large_is_not_fetched(slack: SlackStandIn) -> None:
    fetched = await fetch([slack.add_file("big.log", LOG * 100)], settings(slack))
    assert fetched.too_large == ("big.log",)
    assert slack.downloads == []


async def test_a_file_that_lies_about_its_size_is_not_kept(slack: SlackStandIn) -> None:
    fetched = await fetch([slack.add_file("big.log", LOG * 100, size=10)], settings(slack))
    assert (fetched.too_large, fetched.attachments) == (("big.log",), ())


async def test_a_file_of_exactly_the_limit_is_read(slack: SlackStandIn) -> None:
    fetched = await fetch([slack.add_file("a.log", b"x" * 1_000)], settings(slack))
    assert len(fetched.attachments[0].content) == 1_000


async def test_a_lost_file_does_not_take_the_others_with_it(
    slack: SlackStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    lost, kept = slack.add_file("secret-name.log", LOG), slack.add_file("kept.log", LOG)
    del slack.files["secret-name.log"]
    with caplog.at_level(logging.WARNING):
        fetched = await fetch([lost, kept], settings(slack))
    assert [file.name for file in fetched.attachments] == ["kept.log"]
    assert fetched.refused == ("secret-name.log",)
    assert "secret-name" not in caplog.text
    assert BOT_TOKEN not in caplog.text


async def test_files_beyond_the_most_are_named_as_not_read(slack: SlackStandIn) -> None:
    files = [slack.add_file(f"{number}.log", LOG) for number in range(MAX_FILES + 2)]
    fetched = await fetch(files, settings(slack))
    assert len(fetched.attachments) == MAX_FILES
    assert fetched.refused == ("10.log", "11.log")


async def test_a_file_that_slack_has_deleted_is_named(slack: SlackStandIn) -> None:
    fetched = await fetch([{"id": "F1", "mode": "tombstone"}], settings(slack))
    assert len(fetched.refused) == 1
