"""Times and durations as logs, mails and webhooks write them."""

import email.utils
import functools
import re
from datetime import UTC, datetime

_DURATION = re.compile(r"^(?:(\d{1,9})\+)?(?:(\d{1,9}):)?(\d{1,9}):(\d{1,9})$|^(\d{1,15}(?:\.\d{1,15})?)(ms|s|m|h)?$")
_SECONDS = {"ms": 0.001, "s": 1.0, None: 1.0, "m": 60.0, "h": 3600.0}
_MONTHS = {name: f"{number:02d}" for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip
_DAY = re.compile(r"^([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d)")
REMEMBERED = 4_096
"""Times, and durations, whose meaning is kept: lines beside each other tell the same ones."""

LONGEST = 64
"""Characters of what is kept."""

_ISO = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


def seconds_of(text: str | None) -> float | None:
    """A duration: ``1.4``, ``00:00:02``, ``1+00:10:00`` (days first), ``2s``, ``150ms``; None where it is none."""
    return _remembered_seconds(text) if text and len(text) <= LONGEST else _seconds(text or "")


def _seconds(text: str) -> float | None:
    found = _DURATION.match(text)
    if found is None:
        return None
    days, hours, minutes, seconds, plain, unit = found.groups()
    if plain:
        return float(plain) * _SECONDS[unit]
    return float(int(days or 0) * 86_400 + int(hours or 0) * 3_600 + int(minutes) * 60 + int(seconds))


def iso_of(text: str | None) -> str | None:
    """
    A time as ISO 8601, so that times sort and their beginnings are days and hours.

    Syslog's times name no year and become ``--11-23T10:15:02``; seconds, milliseconds and microseconds since 1970
    count in UTC; None where it is no time that we know.
    """
    return _remembered_iso(text) if text and len(text) <= LONGEST else _iso(text or "")


def _iso(text: str) -> str | None:
    if _ISO.match(text):
        return text.replace(" ", "T", 1)
    day = _DAY.match(text)
    if day is not None and day.group(1).lower() in _MONTHS:
        return f"--{_MONTHS[day.group(1).lower()]}-{int(day.group(2)):02d}T{day.group(3)}"
    number = text.partition(".")[0]
    if number.isdigit() and 9 <= len(number) <= 17:
        seconds = int(number) / 10 ** (3 * ((len(number) - 8) // 3))
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").removesuffix("+00:00")
    try:
        return email.utils.parsedate_to_datetime(text).isoformat(timespec="seconds")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


_remembered_seconds = functools.lru_cache(REMEMBERED)(_seconds)
_remembered_iso = functools.lru_cache(REMEMBERED)(_iso)
