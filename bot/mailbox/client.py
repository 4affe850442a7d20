"""The mailbox check as the Bot has it: the only room of the bot with a network."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from bot.mailbox.allowing import Allowance, Rules
from bot.mailbox.facts import MailboxFacts, Missing, Verification
from bot.message import Message
from knowledge.schema import Knowledge, Verifier

if TYPE_CHECKING:
    import httpx

    from bot.mailbox.resolving import Resolver

CONNECTIONS = 20
DOMAINS_WORD = "check.common-domains"


class CheckSettings(msgspec.Struct, frozen=True):
    """
    How checks are made.

    Args:
        resolver: the URL of a DNS-over-HTTPS resolver.
        verifier: the id of a verification service; None for none.
        verifier_url: its address where it is self-hosted, or another than usual; *verifier_key* what it knows us by.
        limit: seconds for one check.
    """

    resolver: str
    verifier: str | None = None
    verifier_url: str | None = None
    verifier_key: str | None = None
    limit: float = 5.0
    rules: Rules = Rules()


class Mailbox:
    """Checks addresses and domains. One HTTP client with its connections, opened at the first check."""

    def __init__(
        self, settings: CheckSettings, knowledge: Knowledge, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.settings = settings
        self._allowance = Allowance(settings.rules, clock)
        self._clock = clock
        self._verifier: Verifier | None = knowledge.verifiers[settings.verifier] if settings.verifier else None
        self._common = knowledge.words[DOMAINS_WORD].phrases
        self._opened: tuple[Resolver, httpx.AsyncClient] | None = None

    async def check(self, asked: str, selector: str | None, message: Message) -> MailboxFacts:
        """Find out what there is to know, where *message*'s asker may."""
        from bot.mailbox.looking import look_up, suggestion_for, target_of

        target = target_of(asked)
        if target is None:
            return MailboxFacts(asked=asked, refused="syntax")
        refusal = self._allowance.refusal(message.asker, message.place, target.domain)
        if refusal is not None:
            return MailboxFacts(asked=asked, refused=refusal, domain=target.domain, shown=target.shown)
        resolver, client = self._open()
        limit = self.settings.limit

        async def verified(address: str) -> Verification | Missing:
            from bot.mailbox.verifying import verify

            assert self._verifier is not None  # only called where there is one
            base = self.settings.verifier_url or self._verifier.url or ""
            return await verify(address, self._verifier, client, base, self.settings.verifier_key)

        facts = await look_up(target, selector, resolver, verified if self._verifier else None, limit)
        return msgspec.structs.replace(facts, suggestion=suggestion_for(target.domain, self._common))

    async def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            await self._opened[1].aclose()
            self._opened = None

    def _open(self) -> "tuple[Resolver, httpx.AsyncClient]":
        if self._opened is None:
            import httpx

            from bot.mailbox.resolving import Resolver

            transport = httpx.AsyncHTTPTransport(
                http2=True, retries=2, limits=httpx.Limits(max_connections=CONNECTIONS)
            )  # the retries are of connections only: nothing was sent by then
            client = httpx.AsyncClient(transport=transport, timeout=self.settings.limit, follow_redirects=False)
            self._opened = (Resolver(client, self.settings.resolver, self._clock), client)
        return self._opened
