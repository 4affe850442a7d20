"""What Discord's adapter must be told."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from adapters.settings import read, variable
from knowledge.errors import SettingMissing


class DiscordSettings(msgspec.Struct, frozen=True):
    """Settings of one Discord application."""

    token: Annotated[str, variable("DISCORD_TOKEN", "the bot's token", secret=True)]
    api_url: Annotated[
        str, variable("DISCORD_API_URL", "another address of Discord's API, such as a stand-in's",
                      "a URL that begins with http:// or https://", pattern="^https?://")
    ] | None = None  # fmt: skip
    prefix: Annotated[
        bool, variable("DISCORD_PREFIX", "whether messages that begin with `smtp ` are answered too; needs the "
                       "privileged message content intent")
    ] = False  # fmt: skip
    shard_ids: Annotated[
        tuple[int, ...], variable("DISCORD_SHARD_IDS", "the shards of this process, where several share the work",
                                  "numbers separated by commas")
    ] = ()  # fmt: skip
    shard_count: Annotated[
        int, variable("DISCORD_SHARD_COUNT", "the shards of all processes together; without it Discord says", least=1,
                      most=100_000)
    ] | None = None  # fmt: skip
    max_file: Annotated[
        int, variable("DISCORD_MAX_FILE", "bytes of one attached file that are read", least=0, most=1_000_000_000)
    ] = 20_000_000


def settings_from(given: Mapping[str, str]) -> DiscordSettings:
    """
    Read the settings from variables.

    Raises:
        SettingMissing: the token is not given, or shards without their number in all.
        SettingWrong: a variable has a value that it cannot take; the text says which it can.
    """
    settings = read(DiscordSettings, given)
    if settings.shard_ids and settings.shard_count is None:
        raise SettingMissing("DISCORD_SHARD_COUNT", "how many shards there are in all, with DISCORD_SHARD_IDS")
    if settings.api_url is not None:
        return msgspec.structs.replace(settings, api_url=settings.api_url.rstrip("/"))
    return settings
