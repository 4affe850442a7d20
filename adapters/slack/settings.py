"""What Slack's adapter must be told."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from adapters.settings import read, variable
from knowledge.errors import SettingMissing, SettingWrong

Listen = Literal["mentions", "prefix", "everything"]
DATABASE = "sqlite:///smtpbot.db"
"""What many workspaces are kept in unless another is named: a file in the folder where it is started."""


class SlackSettings(msgspec.Struct, frozen=True):
    """Settings of one Slack app; *app_token* for Socket Mode, *signing_secret* for HTTP mode."""

    bot_token: Annotated[
        str, variable("SLACK_BOT_TOKEN", "the bot token of the app, of the one workspace it is installed in",
                      "a token that begins with xoxb-", secret=True, pattern="^xoxb-")
    ] | None = None  # fmt: skip
    app_token: Annotated[
        str, variable("SLACK_APP_TOKEN", "the app-level token, for Socket Mode", "a token that begins with xapp-",
                      secret=True, pattern="^xapp-")
    ] | None = None  # fmt: skip
    signing_secret: Annotated[
        str, variable("SLACK_SIGNING_SECRET", "proves that requests come from Slack, for HTTP mode", secret=True)
    ] | None = None  # fmt: skip
    host: Annotated[str, variable("SLACK_HOST", "where HTTP mode listens", "an address")] = "0.0.0.0"  # noqa: S104  # nosec B104  # in a container the balancer must reach it
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
    client_id: (
        Annotated[
            str,
            variable("SLACK_CLIENT_ID", "the app's client id, for any number of workspaces instead of one bot token"),
        ]
        | None
    ) = None
    client_secret: (
        Annotated[str, variable("SLACK_CLIENT_SECRET", "the app's client secret, with the same", secret=True)] | None
    ) = None
    database: Annotated[
        str, variable("SLACK_DATABASE", f"where installations and what replicas share is kept; with SLACK_CLIENT_ID "
                      f"`{DATABASE}` without it", "the URL of a database, sqlite:// or postgresql://", secret=True)
    ] | None = None  # fmt: skip
    redirect_url: (
        Annotated[
            str,
            variable(
                "SLACK_REDIRECT_URL", "where Slack sends back who installs, if not as the app's configuration says"
            ),
        ]
        | None
    ) = None

    @property
    def by_socket(self) -> bool:
        """Whether it runs in Socket Mode."""
        return self.app_token is not None

    @property
    def is_alone(self) -> bool:
        """Whether other replicas may answer beside this one and know nothing of it."""
        return not self.by_socket and self.database is None


def settings_from(given: Mapping[str, str]) -> SlackSettings:
    """
    Read the settings from variables.

    Raises:
        SettingMissing: a token is not given.
        SettingWrong: a variable has a value that it cannot take; the text says which it can.
    """
    settings = read(SlackSettings, given)
    if settings.client_id is not None:
        _check_many(settings)
    elif settings.bot_token is None:
        raise SettingMissing("SLACK_BOT_TOKEN", "Slack (or SLACK_CLIENT_ID for many workspaces)")
    if settings.app_token is None and settings.signing_secret is None:
        raise SettingMissing("SLACK_APP_TOKEN", "Slack's Socket Mode (or SLACK_SIGNING_SECRET for HTTP mode)")
    if settings.api_url is not None:
        settings = msgspec.structs.replace(settings, api_url=settings.api_url.rstrip("/") + "/")
    if settings.client_id is not None and settings.database is None:
        settings = msgspec.structs.replace(settings, database=DATABASE)
    return settings


def _check_many(settings: SlackSettings) -> None:
    """What many workspaces need, and what they cannot have."""
    for name, value in (
        ("SLACK_CLIENT_SECRET", settings.client_secret),
        ("SLACK_SIGNING_SECRET", settings.signing_secret),
    ):
        if value is None:
            raise SettingMissing(name, "many workspaces (SLACK_CLIENT_ID)")
    if settings.bot_token is not None:
        raise SettingWrong("SLACK_BOT_TOKEN", "a token", "for SLACK_CLIENT_ID; each workspace brings its own")
    if settings.app_token is not None:
        raise SettingWrong("SLACK_APP_TOKEN", "a token", "for SLACK_CLIENT_ID; who installs needs HTTP mode")
