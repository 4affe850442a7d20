"""What can be set, told to people: ``smtpbot settings`` and README's table. The one list of all settings types."""

from collections.abc import Iterator, Mapping

import msgspec

from adapters.checks import CheckVariables
from adapters.discord.settings import DiscordSettings
from adapters.settings import CommonSettings, Origin, Variable, shown, variables
from adapters.slack.settings import SlackSettings

GROUPS: Mapping[str, type[msgspec.Struct]] = {
    "smtpbot": CommonSettings,
    "Slack": SlackSettings,
    "Discord": DiscordSettings,
    "Mailbox check": CheckVariables,
}


def listed(given: Mapping[str, str], origins: Mapping[str, Origin]) -> Iterator[str]:
    """Every variable with its value and where that came from; secrets are masked."""
    for group, kind in GROUPS.items():
        yield f"{group}:"
        for one in variables(kind):
            origin = origins.get(one.name, "usual") if given.get(one.name, "").strip() else "usual"
            yield f"  {one.name:28} {shown(one, given) or '-':24} {origin:12} {one.about}"


def markdown() -> str:
    """The same as a table, without values."""
    rows = ["| variable | what it does | takes | usual |", "|---|---|---|---|"]
    rows += [_row(one) for kind in GROUPS.values() for one in variables(kind)]
    return "\n".join(rows)


def _row(one: Variable) -> str:
    usual = shown(one, {})
    cells = (f"`{one.name}`", one.about, one.takes, f"`{usual}`" if usual else "")
    return f"| {' | '.join(cells)} |"
