"""The manifest that creates the Slack app, for Socket Mode or for HTTP."""

from pathlib import Path
from urllib.parse import urljoin

import yaml

FILE = Path(__file__).with_name("manifest.yaml")
INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"
REVOCATIONS = ("app_uninstalled", "tokens_revoked")


def manifest(address: str | None = None) -> str:
    """
    The manifest as YAML, to be pasted at https://api.slack.com/apps.

    Args:
        address: the public address of HTTP mode, such as ``https://smtpbot.example.com/slack/events``; None for
            Socket Mode.
    """
    if address is None:
        return FILE.read_text("utf-8")
    data = yaml.safe_load(FILE.read_text("utf-8"))
    settings = data["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"]["request_url"] = address
    settings["interactivity"]["request_url"] = address
    for command in data["features"]["slash_commands"]:
        command["url"] = address
    # what installing into many workspaces needs; for one workspace it does no harm
    data["oauth_config"]["redirect_urls"] = [urljoin(address, REDIRECT_PATH)]
    settings["event_subscriptions"]["bot_events"] = sorted(
        [*settings["event_subscriptions"]["bot_events"], *REVOCATIONS]
    )
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))


def scopes() -> list[str]:
    """What the bot asks each workspace for."""
    return list(yaml.safe_load(FILE.read_text("utf-8"))["oauth_config"]["scopes"]["bot"])
