"""Every answer that the knowledge can give, by group: for renderers, which must bring each within their limits."""

import itertools
from collections.abc import Iterator

from bot.answer import Answer
from bot.answering import Bot
from bot.answers.mailbox import answer_mailbox, answer_not_checked
from bot.language import Words
from bot.mailbox.asking import Wanted
from bot.mailbox.facts import Dkim, Dmarc, Host, MailboxFacts, Missing, Mx, Spf, Verification
from bot.message import MAX_TEXT, Message
from bot.question import MailboxCheck
from knowledge.schema import Knowledge

CLASSES = ("2", "4", "5")
LONG = "x" * 2_500
GROUPS = ("codes", "comparisons", "names", "errors", "bounces", "digests", "checks")


def answers(group: str, bot: Bot, language: str) -> Iterator[tuple[str, Answer]]:
    """The answers of one of `GROUPS`, each with what asks for it."""
    words = bot.words(language)
    if group == "checks":
        yield from _checks(words)
        return
    makers = {"codes": _codes, "comparisons": _comparisons, "names": _names, "errors": _errors, "bounces": _bounces,
              "digests": _digests}  # fmt: skip
    for text in dict.fromkeys(makers[group](words.knowledge)):
        yield text, bot.answer(bot.understand(Message(text, language=language, chosen=True)))


def _in_classes(entry: str) -> list[str]:
    return [entry.replace("x", digit, 1) for digit in CLASSES]


def _codes(known: Knowledge) -> Iterator[str]:
    """All codes, in each class, as pairs, undefined ones, and the families they stand in."""
    for code, entry in known.reply_codes.items():
        yield f"smtp {code}"
        yield from (f"{code} {enhanced.replace('x', code[0], 1)}" for enhanced in entry.enhanced)
    for code in known.enhanced_codes:
        yield from (code, *_in_classes(code))
    for provider in known.providers.values():
        yield from (f"{alias} {code}" for alias in provider.aliases for code in ("550", "421", "5.7.1", "5.7.26"))
    yield from (*known.classes, "all codes", "2.7.999", "4.9.1", "5.7.999", "299", "499", "599")
    yield from (f"{digit}.{subject}.x" for digit in CLASSES for subject in range(8))


def _comparisons(known: Knowledge) -> Iterator[str]:
    """The usual pairs, families, and as many of the longest as can be asked for."""
    for code, entry in known.reply_codes.items():
        yield from (f"{code} vs {confusion.id}" for confusion in entry.confused)
    for code, enhanced in known.enhanced_codes.items():
        yield from (f"{one} vs {confusion.id.replace('x', one[0], 1)}"
                    for one in _in_classes(code) for confusion in enhanced.confused)  # fmt: skip
    yield from (f"{one} vs {other}" for one, other in itertools.combinations(known.classes, 2))
    codes = list(known.reply_codes)
    yield from (" vs ".join(codes[at : at + 6]) for at in range(0, len(codes), 3))
    enhanced = [one for code in known.enhanced_codes for one in _in_classes(code)]
    yield from (" vs ".join(enhanced[at : at + 6]) for at in range(0, len(enhanced), 5))
    topics = [topic.name for topic in known.topics.values()]
    yield from (" vs ".join(topics[at : at + 3]) for at in range(0, len(topics), 2))


def _names(known: Knowledge) -> Iterator[str]:
    """Everything that has a name: topics, blocklists, providers, reasons."""
    for topic in known.topics.values():
        yield from (topic.name, *topic.aliases)
    for blocklist in known.blocklists.values():
        yield from (blocklist.name, *blocklist.aliases)
    for provider in known.providers.values():
        yield from (provider.name, *provider.aliases)
    yield from (reason.name for reason in known.reasons.values())


def _errors(_: Knowledge) -> Iterator[str]:
    """Help, and all that is not understood."""
    yield from ("", "help", "nonsense zzz", "mailbx fulll", "999", "1.2.3", "5.1.1.1", "550 vs", "*_~|`<[" * 50)
    yield from ("w " * 990, "x" * (MAX_TEXT + 1), "no failure here, only talk\nand more of it\n" * 3, "check this")


def _bounces(known: Knowledge) -> Iterator[str]:
    """Every sample of every pattern and every log, and one of each provider that goes on for long."""
    for provider in known.providers.values():
        for at, pattern in enumerate(provider.patterns):
            yield from pattern.samples
            if at == 0:
                yield f"{pattern.samples[0]}\n{LONG}"
                yield f"{pattern.samples[0]} {'*_~|`<[@' * 200}"
    yield from (sample.text for form in known.log_formats.values() for sample in form.samples)


def _digests(known: Knowledge) -> Iterator[str]:
    """Many at once: of all kinds, of one kind, and of a great number of recipients."""
    lines = [
        pattern.samples[0].replace("\n", " ") for provider in known.providers.values() for pattern in provider.patterns
    ]
    yield from ("\n".join(lines[at : at + 40]) for at in range(0, len(lines), 40))
    yield "\n".join(f"550 5.1.1 <user{number}@example{number % 300}.com>: unknown user" for number in range(3_000))
    yield "\n".join(
        f"55{number % 4} 5.{number % 7}.{number % 9} <{LONG[:200]}{number}@example.com>: no" for number in range(99)
    )


def _checks(words: Words) -> Iterator[tuple[str, Answer]]:
    """A check that is off, one without an address, those refused, and each fact as good and as bad as it can be."""
    nothing = MailboxCheck(Wanted("", None), Message("check"), words.language)
    yield from ((f"is on: {is_on}", answer_not_checked(nothing, words, is_on=is_on)) for is_on in (False, True))
    for facts in _facts():
        yield repr(facts), answer_mailbox(facts, words)


def _facts() -> Iterator[MailboxFacts]:
    for refused in ("syntax", "person", "place", "domain", "too-often"):
        yield MailboxFacts(asked="jo_a_b@x.example", refused=refused)
    name = ".".join(["d" * 60] * 4)
    hosts = tuple(Host(f"mx{at}.{name}", at, private=("10.0.0.1",) if at % 2 else ()) for at in range(30))
    given = {
        "exists": (True, False, *_lost()),
        "mx": (Mx("explicit", hosts), Mx("explicit", hosts[:1]), Mx("implicit", hosts[:1]), Mx("null"), Mx("none"), *_lost()),
        "spf": (*(Spf(records, everyone, 11, 3, error) for records in ((), ("v=spf1 " + "ip4:192.0.2.1 " * 60,) * 9)
                  for everyone in ("pass", "neutral", "softfail", "fail", None)
                  for error in ("several", "syntax", "too-many-lookups", "too-many-void", "loop", None)), *_lost()),
        "dkim": (Dkim("s" * 63, exists=False), Dkim("s1", exists=True, kind="rsa", bits=512, revoked=True, testing=True, broken=True),
                 Dkim("s1", exists=True, kind="rsa", bits=1_024), Dkim("s1", exists=True, kind="ed25519", bits=256), *_lost()),
        "dmarc": (Dmarc(name), *(Dmarc(name, name, policy, error=error, reports=reports) for policy in ("none", "reject")
                  for error in ("several", "syntax", None) for reports in (False, True)), *_lost()),
        "mta_sts": (True, False, *_lost()), "tls_rpt": (True, False, *_lost()), "dnssec": (True, False, *_lost()),
        "mailbox": (*(Verification("a service", verdict, ("catch-all", "role", "disposable", "full", "disabled"), LONG * 2)
                      for verdict in ("deliverable", "undeliverable", "risky", "unknown")), *_lost()),
    }  # fmt: skip
    most = max(map(len, given.values()))
    for at in range(most):
        chosen = {field: values[at % len(values)] for field, values in given.items()}
        domain = {"domain": name, "shown": name, "suggestion": "good.example" if at % 2 else None}
        yield MailboxFacts(asked=f"{'j' * 64}@{name}", address=f"jo@{name}", **domain, **chosen)  # type: ignore[arg-type]
    for field, values in given.items():  # and each alone, in a domain that is in order
        for value in values:
            yield MailboxFacts(asked="good.example", domain="good.example", shown="good.example", **{field: value})  # type: ignore[arg-type]


def _lost() -> Iterator[Missing]:
    for why in ("timeout", "server-failure", "refused", "malformed", "too-large", "network", "unauthorised", "no-credit",
                "rate-limited", "unavailable"):  # fmt: skip
        yield Missing(why, 60)  # type: ignore[arg-type]
