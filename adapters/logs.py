"""Log lines: for people, or one JSON object each. What is logged is decided where it happens; this room writes it."""

import logging
import sys
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

QUIET = ("httpx", "httpcore", "aiohttp.access", "slack_bolt", "slack_sdk", "discord")
"""Libraries that log addresses of requests, or bodies, at INFO and below."""

FORM = "%(asctime)s %(levelname)s %(name)s %(message)s"
FACTS = ("kind", "subjects", "language", "platform", "milliseconds")


class Lines(logging.Formatter):
    """One line a record, with its facts as ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; the facts stand after the message."""
        facts = {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        told = " ".join(f"{name}={_plain(value)}" for name, value in facts.items())
        return f"{super().format(record)} {told}".rstrip()


def set_up(level: str, form: str, stream: TextIO = sys.stderr) -> None:
    """
    Write log records of *level* and above to *stream*, as ``text`` or ``json``.

    Libraries say only what warns: at INFO and below some tell addresses and texts.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        JsonFormatter(FORM, rename_fields={"asctime": "time", "levelname": "level", "name": "logger"})
        if form == "json"
        else Lines(FORM)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("discord.client").setLevel(logging.ERROR)  # it warns that voice, which we don't use, is missing


def _plain(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
