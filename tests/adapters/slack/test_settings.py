"""What Slack's adapter is told: read once, refused in one line that says what to change."""

import pytest

from adapters.slack.settings import SlackSettings, settings_from
from knowledge.errors import SettingMissing

SOCKET = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
HTTP = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "secret"}


def test_two_tokens_are_enough_for_socket_mode() -> None:
    assert settings_from(SOCKET) == SlackSettings(bot_token="xoxb-1", app_token="xapp-1")
    assert settings_from(SOCKET).by_socket


def test_a_signing_secret_means_http_mode() -> None:
    settings = settings_from({**HTTP, "SLACK_HOST": "127.0.0.1", "SLACK_PORT": "8080"})
    assert not settings.by_socket
    assert (settings.signing_secret, settings.host, settings.port) == ("secret", "127.0.0.1", 8080)


def test_spaces_and_line_ends_round_a_token_do_no_harm() -> None:
    assert settings_from({**SOCKET, "SLACK_BOT_TOKEN": " xoxb-1\n", "SLACK_PORT": "  "}) == settings_from(SOCKET)


def test_other_variables_are_none_of_our_business() -> None:
    assert settings_from({**SOCKET, "PATH": "/bin", "DISCORD_TOKEN": "x"}) == settings_from(SOCKET)


@pytest.mark.parametrize("api_url", ["http://127.0.0.1:1/api", "http://127.0.0.1:1/api/"])
def test_the_address_of_a_stand_in_ends_in_a_slash(api_url: str) -> None:
    assert settings_from({**SOCKET, "SLACK_API_URL": api_url}).api_url == "http://127.0.0.1:1/api/"


@pytest.mark.parametrize("listen", ["mentions", "prefix", "everything"])
def test_how_much_it_listens_to_can_be_set(listen: str) -> None:
    assert settings_from({**SOCKET, "SLACK_LISTEN": listen}).listen == listen


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": " "}, "SLACK_BOT_TOKEN"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_SIGNING_SECRET"),
    ],
)
def test_what_is_missing_is_named(given: dict[str, str], setting: str) -> None:
    with pytest.raises(SettingMissing) as caught:
        settings_from(given)
    assert setting in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"SLACK_BOT_TOKEN": "xapp-1"}, "xoxb-"),
        ({"SLACK_BOT_TOKEN": "xoxp-1"}, "xoxb-"),
        ({"SLACK_APP_TOKEN": "xoxb-1"}, "xapp-"),
        ({"SLACK_LISTEN": "all"}, "mentions, prefix, everything"),
        ({"SLACK_PORT": "80a"}, "SLACK_PORT"),
        ({"SLACK_PORT": "-1"}, "SLACK_PORT"),
        ({"SLACK_PORT": "65536"}, "65535"),
        ({"SLACK_PORT": "８０"}, "SLACK_PORT"),
        ({"SLACK_MAX_FILE": "20MB"}, "SLACK_MAX_FILE"),
        ({"SLACK_API_URL": "127.0.0.1:1"}, "http://"),
    ],
)
def test_a_wrong_value_is_one_line_that_says_what_would_be_right(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        settings_from({**SOCKET, **given})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
def test_a_token_in_the_wrong_place_is_not_repeated(name: str) -> None:
    with pytest.raises(ValueError, match=name) as caught:
        settings_from({**SOCKET, name: "secret-that-nobody-may-see"})
    assert "secret-that-nobody-may-see" not in str(caught.value)
