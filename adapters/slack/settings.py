"""What Slack's adapter must be told."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from knowledge.errors import SettingMissing

Listen = Literal["mentions", "prefix", "everything"]
DATABASE = "sqlite:///smtpbot.db"
"""What many workspaces are kept in unless another is named: a file in the folder where it is started."""


class SlackSettings(msgspec.Struct, frozen=True):
    """
    Settings of one Slack app.

    Args:
        bot_token: ``xoxb-…``, of the one workspace it is installed in; None where *client_id* is given.
        app_token: ``xapp-…``, for Socket Mode; None in HTTP mode.
        signing_secret: proves that requests come from Slack; needed in HTTP mode.
        host: where HTTP mode listens; *port* likewise.
        api_url: another address of the Web API, such as a stand-in's; it ends in ``/api/``.
        listen: to which messages in channels it answers beside mentions.
        max_file: bytes of one attached file that are read.
        client_id: the app's, for any number of workspaces; *client_secret* likewise.
        database: the URL of the database with the installations, which replicas share; needed with *client_id*.
        redirect_url: where Slack sends back who installs; None for the one that the app's configuration names.
    """

    bot_token: str | None = None
    app_token: str | None = None
    signing_secret: str | None = None
    host: str = "0.0.0.0"  # noqa: S104  # nosec B104  # in a container the balancer must reach it
    port: int = 3000
    api_url: str | None = None
    listen: Listen = "prefix"
    max_file: int = 20_000_000
    client_id: str | None = None
    client_secret: str | None = None
    database: str | None = None
    redirect_url: str | None = None

    @property
    def by_socket(self) -> bool:
        """Whether it runs in Socket Mode."""
        return self.app_token is not None

    @property
    def is_alone(self) -> bool:
        """Whether other replicas may answer beside this one and know nothing of it."""
        return not self.by_socket and self.database is None


def settings_from(environ: Mapping[str, str]) -> SlackSettings:
    """
    Read the settings from variables.

    Raises:
        SettingMissing: a token is not given.
        ValueError: a variable has a value that it cannot take; the text says which it can.
    """
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    if "SLACK_CLIENT_ID" in given:
        _check_many(given)
    elif "SLACK_BOT_TOKEN" not in given:
        raise SettingMissing("SLACK_BOT_TOKEN", "Slack (or SLACK_CLIENT_ID for many workspaces)")
    elif not given["SLACK_BOT_TOKEN"].startswith("xoxb-"):
        raise ValueError("SLACK_BOT_TOKEN: a bot token begins with xoxb-")
    if "SLACK_APP_TOKEN" not in given and "SLACK_SIGNING_SECRET" not in given:
        raise SettingMissing("SLACK_APP_TOKEN", "Slack's Socket Mode (or SLACK_SIGNING_SECRET for HTTP mode)")
    if not given.get("SLACK_APP_TOKEN", "xapp-").startswith("xapp-"):
        raise ValueError("SLACK_APP_TOKEN: an app-level token begins with xapp-")
    return SlackSettings(
        bot_token=given.get("SLACK_BOT_TOKEN"),
        app_token=given.get("SLACK_APP_TOKEN"),
        signing_secret=given.get("SLACK_SIGNING_SECRET"),
        host=given.get("SLACK_HOST", SlackSettings.__struct_defaults__[3]),
        port=_number(given, "SLACK_PORT", 3000, 65_535),
        api_url=_address(given),
        listen=_listen(given.get("SLACK_LISTEN", "prefix")),
        max_file=_number(given, "SLACK_MAX_FILE", 20_000_000, 1_000_000_000),
        client_id=given.get("SLACK_CLIENT_ID"),
        client_secret=given.get("SLACK_CLIENT_SECRET"),
        database=given.get("SLACK_DATABASE", DATABASE if "SLACK_CLIENT_ID" in given else None),
        redirect_url=given.get("SLACK_REDIRECT_URL"),
    )


def _check_many(given: Mapping[str, str]) -> None:
    """What many workspaces need, and what they cannot have."""
    for name in ("SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"):
        if name not in given:
            raise SettingMissing(name, "many workspaces (SLACK_CLIENT_ID)")
    if "SLACK_BOT_TOKEN" in given:
        raise ValueError("SLACK_BOT_TOKEN: leave it out where SLACK_CLIENT_ID is set; each workspace brings its own")
    if "SLACK_APP_TOKEN" in given:
        raise ValueError("SLACK_APP_TOKEN: leave it out where SLACK_CLIENT_ID is set; who installs needs HTTP mode")


def _listen(value: str) -> Listen:
    if value not in ("mentions", "prefix", "everything"):
        raise ValueError(f"SLACK_LISTEN: {value} is none of mentions, prefix, everything")
    return value  # type: ignore[return-value]  # one of the three, as just checked


def _number(given: Mapping[str, str], name: str, usual: int, most: int) -> int:
    value = given.get(name, str(usual))
    if not value.isascii() or not value.isdigit() or not 0 <= int(value) <= most:
        raise ValueError(f"{name}: {value} is no number from 0 to {most}")
    return int(value)


def _address(given: Mapping[str, str]) -> str | None:
    value = given.get("SLACK_API_URL")
    if value is not None and not value.startswith(("http://", "https://")):
        raise ValueError(f"SLACK_API_URL: {value} does not begin with http:// or https://")
    return None if value is None else value.rstrip("/") + "/"
