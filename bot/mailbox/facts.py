"""What was found out about an address and its domain. Each fact is what was found, or why it could not be."""

from typing import Literal

import msgspec

Why = Literal[
    "timeout", "server-failure", "refused", "malformed", "too-large", "network", "unauthorised", "no-credit",
    "rate-limited", "unavailable",
]  # fmt: skip


class Missing(msgspec.Struct, frozen=True, tag=True):
    """A fact that could not be found out; *retry_after* in seconds, where a service says so."""

    why: Why
    retry_after: int | None = None


class Host(msgspec.Struct, frozen=True, tag=True):
    """A host that mail goes to; without *addresses* it dangles; *private* are those that the internet cannot reach."""

    name: str
    preference: int
    addresses: tuple[str, ...] = ()
    private: tuple[str, ...] = ()


class Mx(msgspec.Struct, frozen=True, tag=True):
    """Where the domain's mail goes, in order of preference; *implicit* is the domain itself (RFC 5321 §5.1)."""

    kind: Literal["explicit", "implicit", "null", "none"]
    hosts: tuple[Host, ...] = ()


class Spf(msgspec.Struct, frozen=True, tag=True):
    """
    The SPF records; more than one is an error (RFC 7208 §4.5).

    Args:
        everyone_else: what ``all`` says of senders that are not listed.
        lookups: DNS lookups that an evaluation takes, of ten allowed; *void* those that find nothing, of two.
    """

    records: tuple[str, ...]
    everyone_else: Literal["pass", "neutral", "softfail", "fail"] | None = None
    lookups: int | None = None
    void: int | None = None
    error: Literal["several", "syntax", "too-many-lookups", "too-many-void", "loop"] | None = None


class Dkim(msgspec.Struct, frozen=True, tag=True):
    """One DKIM key, by its selector; *bits* is its length."""

    selector: str
    exists: bool
    kind: str | None = None
    bits: int | None = None
    revoked: bool = False
    testing: bool = False
    broken: bool = False


class Dmarc(msgspec.Struct, frozen=True, tag=True):
    """
    The DMARC policy that applies.

    Args:
        domain: where the record stands, None where there is none.
        organisation: the organisational domain, by the tree walk, else by the public suffix list.
    """

    organisation: str
    domain: str | None = None
    policy: str | None = None
    subdomain_policy: str | None = None
    testing: bool = False
    strict_dkim: bool = False
    strict_spf: bool = False
    reports: bool = False
    error: Literal["several", "syntax"] | None = None


class Verification(msgspec.Struct, frozen=True, tag=True):
    """What a verification service says of the mailbox, and no more; *reply* are the server's words it heard."""

    service: str
    verdict: Literal["deliverable", "undeliverable", "risky", "unknown"]
    flags: tuple[Literal["catch-all", "role", "disposable", "full", "disabled"], ...] = ()
    reply: str | None = None


class MailboxFacts(msgspec.Struct, frozen=True, kw_only=True):
    """
    Everything that was found out.

    Args:
        asked: the address or domain as it was written.
        refused: why nothing was looked up: not an address, or not allowed.
        address: None where only a domain was asked about.
        domain: its A-label form; *shown* as people write it.
        suggestion: the domain that was probably meant, where it looks mistyped.
        exists: whether the domain is in the DNS at all.
        dnssec: whether the resolver validated its answers.
    """

    asked: str
    refused: Literal["syntax", "person", "place", "domain", "too-often"] | None = None
    address: str | None = None
    domain: str = ""
    shown: str = ""
    suggestion: str | None = None
    exists: bool | Missing = True
    mx: Mx | Missing | None = None
    spf: Spf | Missing | None = None
    dkim: Dkim | Missing | None = None
    dmarc: Dmarc | Missing | None = None
    mta_sts: bool | Missing | None = None
    tls_rpt: bool | Missing | None = None
    dnssec: bool | Missing | None = None
    mailbox: Verification | Missing | None = None
