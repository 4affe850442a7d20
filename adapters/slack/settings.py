"""What Slack's adapter must be told."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from adapters.settings import read, variable
from knowledge.errors import SettingMissing

Listen = Literal["mentions", "prefix", "everything"]


class SlackSettings(msgspec.Struct, frozen=True):
    """Settings of one Slack app; *app_token* for Socket Mode, *signing_secret* for HTTP mode."""

    bot_token: Annotated[
        str, variable("SLACK_BOT_TOKEN", "the bot token of the app", "a token that begins with xoxb-",
                      secret=True, pattern="^xoxb-")
    ]  # fmt: skip
    app_token: Annotated[
        str, variable("SLACK_APP_TOKEN", "the app-level token, for Socket Mode", "a token that begins with xapp-",
                      secret=True, pattern="^xapp-")
    ] | None = None  # fmt: skip
    signing_secret: Annotated[
        str, variable("SLACK_SIGNING_SECRET", "proves that requests come from Slack, for HTTP mode", secret=True)
    ] | None = None  # fmt: skip
    host: Annotated[str, variable("SLACK_HOST", "where HTTP mode listens", "an address")] = "0.0.0.0"  # noqa: S104  # in a container the balancer must reach it
    port: Annotated[int, variable("SLACK_PORT", "the port of the same; 0 takes a free one", least=0, most=65_535)] = (
        3000
    )
    api_url: Annotated[
        str, variable("SLACK_API_URL", "another address of Slack's Web API, such as a stand-in's",
                      "a URL that begins with http:// or https://", pattern="^https?://")
    ] | None = None  # fmt: skip
    listen: Annotated[
        Listen, variable("SLACK_LISTEN", "what it answers in channels: mentions, also what begins with `smtp `, or "
                         "everything that reads as a question")
    ] = "prefix"  # fmt: skip
    max_file: Annotated[
        int, variable("SLACK_MAX_FILE", "bytes of one attached file that are read", least=0, most=1_000_000_000)
    ] = 20_000_000

    @property
    def by_socket(self) -> bool:
        """Whether it runs in Socket Mode."""
        return self.app_token is not None


def settings_from(given: Mapping[str, str]) -> SlackSettings:
    """
    Read the settings from variables.

    Raises:
        SettingMissing: a token is not given.
        SettingWrong: a variable has a value that it cannot take; the text says which it can.
    """
    settings = read(SlackSettings, given)
    if settings.app_token is None and settings.signing_secret is None:
        raise SettingMissing("SLACK_APP_TOKEN", "Slack's Socket Mode (or SLACK_SIGNING_SECRET for HTTP mode)")
    if settings.api_url is not None:
        return msgspec.structs.replace(settings, api_url=settings.api_url.rstrip("/") + "/")
    return settings
