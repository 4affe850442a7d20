"""The settings of the mailbox check; off until they say otherwise."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from adapters.settings import read, variable
from bot.mailbox.allowing import Rules
from bot.mailbox.client import CheckSettings
from knowledge.errors import SettingMissing, SettingWrong
from knowledge.schema import Knowledge


class CheckVariables(msgspec.Struct, frozen=True):
    """What can be set; see `CheckSettings` for what it becomes."""

    check: Annotated[bool, variable("SMTPBOT_CHECK", "whether addresses and domains are checked")] = False
    resolver: Annotated[
        str, variable("SMTPBOT_CHECK_RESOLVER", "the DNS-over-HTTPS resolver that is asked",
                      "a URL that begins with https:// or http://", pattern="^https?://")
    ] = "https://cloudflare-dns.com/dns-query"  # fmt: skip
    limit: Annotated[float, variable("SMTPBOT_CHECK_TIMEOUT", "seconds for a whole check", least=0.1, most=60)] = 5.0
    users: Annotated[
        tuple[str, ...], variable("SMTPBOT_CHECK_USERS", "who may check; without it, everybody",
                                  "ids of the platform's users, separated by commas")
    ] = ()  # fmt: skip
    channels: Annotated[
        tuple[str, ...], variable("SMTPBOT_CHECK_CHANNELS", "where checks are allowed; without it, everywhere",
                                  "ids of the platform's channels, separated by commas")
    ] = ()  # fmt: skip
    domains: Annotated[
        tuple[str, ...], variable("SMTPBOT_CHECK_DOMAINS", "which domains may be asked about; without it, all",
                                  "domains separated by commas")
    ] = ()  # fmt: skip
    per_person: Annotated[
        int, variable("SMTPBOT_CHECK_PER_PERSON", "checks of one person in an hour", least=1, most=100_000)
    ] = 20
    overall: Annotated[
        int, variable("SMTPBOT_CHECK_OVERALL", "checks of all people in an hour", least=1, most=1_000_000)
    ] = 500
    verifier: Annotated[
        str, variable("SMTPBOT_VERIFIER", "the service that verifies mailboxes; without it, only the DNS is asked",
                      "reacher, zerobounce, kickbox, or the id of one of your own")
    ] | None = None  # fmt: skip
    verifier_url: Annotated[
        str, variable("SMTPBOT_VERIFIER_URL", "its address, where it is self-hosted",
                      "a URL that begins with https:// or http://", pattern="^https?://")
    ] | None = None  # fmt: skip
    verifier_key: (
        Annotated[str, variable("SMTPBOT_VERIFIER_KEY", "the key that it knows us by", secret=True)] | None
    ) = None


def check_settings(given: Mapping[str, str], knowledge: Knowledge) -> CheckSettings | None:
    """
    Read how checks are made; None where they are off.

    Raises:
        SettingWrong: a value cannot be taken, or names no service.
        SettingMissing: a self-hosted service has no address.
    """
    told = read(CheckVariables, given)
    if not told.check:
        return None
    if told.verifier is not None:
        known = knowledge.verifiers.get(told.verifier)
        if known is None:
            raise SettingWrong("SMTPBOT_VERIFIER", repr(told.verifier), f"one of {', '.join(knowledge.verifiers)}")
        if known.url is None and told.verifier_url is None:
            raise SettingMissing("SMTPBOT_VERIFIER_URL", f"the address of {known.name}")
    rules = Rules(told.users, told.channels, tuple(d.lower() for d in told.domains), told.per_person, told.overall)
    return CheckSettings(
        told.resolver, told.verifier, told.verifier_url, told.verifier_key, told.limit, rules
    )  # fmt: skip
