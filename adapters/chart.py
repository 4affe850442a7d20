"""A digest as a picture: failures over time by reason. Needs the extra ``chart``."""

import io
from typing import TYPE_CHECKING

from bot.bounce.digest import Digest
from bot.language import Words
from knowledge.errors import SettingMissing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 8
"""Reasons with a colour of their own; the rest are drawn as one."""

COLOURS = ("#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#ff8ab7", "#a463f2", "#97bbf5", "#9c6b4e")
DAYS_FROM = 72
"""Hours with failures from which on a bar is a day."""


def draw(found: Digest, words: Words) -> bytes:
    """
    Draw failures over time as a PNG, 1,200 by 600 pixels.

    Raises:
        SettingMissing: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.ticker import MaxNLocator
    except ImportError as error:
        raise SettingMissing("smtpbot[chart]", "--chart") from error
    figure = Figure(figsize=(12, 6), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _bars(axes, found, words)
    axes.set_title(words.count("digest.title", found.total), loc="left", fontweight="bold")
    axes.set_ylabel(words.say("label.count"))
    axes.spines[["top", "right"]].set_visible(False)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def _bars(axes: "Axes", found: Digest, words: Words) -> None:
    """A bar for each hour or day, its parts by reason; where no time is known, a bar for each reason."""
    reasons = words.knowledge.reasons
    if not found.hours:
        for at, group in enumerate(found.groups[:SHOWN]):
            name = reasons[group.reason].name
            axes.bar(name, group.count, color=COLOURS[at % len(COLOURS)], label=name)
        axes.tick_params(axis="x", rotation=30)
        return
    order = [group.reason for group in found.groups if reasons[group.reason].kind != "no-failure"]
    parts = [(reasons[reason].name, {reason}) for reason in order[:SHOWN]]
    if order[SHOWN:]:
        parts.append((words.say("label.others"), set(order[SHOWN:])))
    times, counts = _over_time(found)
    base = [0] * len(times)
    for colour, (name, members) in zip(COLOURS, parts, strict=False):
        own = [sum(count for reason, count in counts[time].items() if reason in members) for time in times]
        axes.bar(range(len(times)), own, bottom=base, color=colour, label=name, width=0.85)
        base = [below + part for below, part in zip(base, own, strict=True)]
    shown = range(0, len(times), max(1, len(times) // 12))
    axes.set_xticks(list(shown), [_label(times[at]) for at in shown], rotation=30, ha="right")


def _over_time(found: Digest) -> tuple[list[str], dict[str, dict[str, int]]]:
    daily = len(found.hours) > DAYS_FROM
    counts: dict[str, dict[str, int]] = {}
    for hour, by_reason in found.hours.items():
        own = counts.setdefault(hour.partition("T")[0] if daily else hour, {})
        for reason, count in by_reason.items():
            own[reason] = own.get(reason, 0) + count
    return sorted(counts), counts


def _label(time: str) -> str:
    day, _, hour = time.removeprefix("--").partition("T")
    return f"{day} {hour}:00" if hour else day
