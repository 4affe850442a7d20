"""The manifest that creates the Slack app, for Socket Mode or for HTTP."""

from pathlib import Path

import yaml

FILE = Path(__file__).with_name("manifest.yaml")


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
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))
