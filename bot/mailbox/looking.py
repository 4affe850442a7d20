"""Look up an address or a domain: all questions at once, within one time limit, what is late left out."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from bot.mailbox.facts import MailboxFacts, Missing, Verification
from bot.mailbox.records import dkim_of, dmarc_of, is_published, mx_of, spf_of
from bot.mailbox.resolving import Found, Resolver

Verify = Callable[[str], Awaitable[Verification | Missing]]
ALIKE = 80.0
"""How alike (0 to 100) a domain must be to a common one to be taken for a typing error."""


class Target(msgspec.Struct, frozen=True):
    """What a check is about: an address or a domain, in the form that DNS takes (*domain*) and as people write it."""

    asked: str
    domain: str
    shown: str
    address: str | None = None


def target_of(asked: str) -> Target | None:
    """Read an address or a domain (RFC 5321 §4.1.2, RFC 6531, RFC 5891); None where it is neither."""
    import email_validator

    try:
        if "@" in asked:
            read = email_validator.validate_email(asked, check_deliverability=False, strict=True)
            return Target(asked, read.ascii_domain.lower(), read.domain, read.normalized)
        read = email_validator.validate_email(f"postmaster@{asked}", check_deliverability=False, strict=True)
        return Target(asked, read.ascii_domain.lower(), read.domain)
    except email_validator.EmailNotValidError:
        return None


async def look_up(
    target: Target, selector: str | None, resolver: Resolver, verify: Verify | None, limit: float
) -> MailboxFacts:
    """
    Find out everything about *target*.

    Args:
        selector: of a DKIM key; None where none was asked for.
        verify: asks a verification service for the mailbox; None where there is none.
        limit: seconds for all of it; what is not there by then is Missing.
    """
    domain = target.domain
    asked: dict[str, Awaitable[Any]] = {
        "base": resolver.ask(domain, "MX"),
        "mx": mx_of(domain, resolver),
        "spf": spf_of(domain, resolver, limit),
        "dmarc": dmarc_of(domain, resolver, limit),
        "mta_sts": is_published(f"_mta-sts.{domain}", "STSv1", resolver),
        "tls_rpt": is_published(f"_smtp._tls.{domain}", "TLSRPTv1", resolver),
    }
    if selector is not None:
        asked["dkim"] = dkim_of(domain, selector, resolver)
    if verify is not None and target.address is not None:
        asked["mailbox"] = verify(target.address)
    tasks = {name: asyncio.ensure_future(awaited) for name, awaited in asked.items()}
    await asyncio.wait(tasks.values(), timeout=limit)
    found: dict[str, Any] = {name: task.result() if task.done() else Missing("timeout") for name, task in tasks.items()}
    for task in tasks.values():
        task.cancel()
    base = found.pop("base")
    return MailboxFacts(
        asked=target.asked, address=target.address, domain=domain, shown=target.shown,
        exists=base.exists if isinstance(base, Found) else base,
        dnssec=base.secure if isinstance(base, Found) else base,
        **found,
    )  # fmt: skip


def suggestion_for(domain: str, common: tuple[str, ...]) -> str | None:
    """The common domain that *domain* is probably a typing error of."""
    from rapidfuzz import fuzz, process

    if domain in common:
        return None
    found = process.extractOne(domain, common, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return found[0] if found and abs(len(found[0]) - len(domain)) <= 1 else None
