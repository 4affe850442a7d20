"""What types cannot say: references that lead nowhere, names used twice, expressions that RE2 refuses."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from knowledge.codes import EnhancedCode, ReplyCode
from knowledge.errors import Fault, NotACode
from knowledge.loading import Reading
from knowledge.schema import Knowledge


def check(reading: Reading) -> tuple[Fault, ...]:
    """Every fault of *reading* that lies between its entries, with file, line and field."""
    known = reading.knowledge
    found = (
        *_codes(known),
        *_topics(known),
        *_providers(known),
        *_blocklists(known),
        *_notes(known),
        *_findings(known),
        *_formats(known),
    )
    return tuple(_fault(reading, place, field, text) for place, field, text in found)


Finding = tuple[str, str, str]

_NO_REPETITION = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?(?:P<\w+>|:|<?[=!])")
_REPEATED = re.compile(r"(\.\*\)|[*+?]|\{\d+,\d*\})(\+?)")


def _fault(reading: Reading, place: str, field: str, text: str) -> Fault:
    file, line = reading.places.get(place, (place, 1))
    return Fault(file, line, f"{place.partition('/')[2]}.{field}", text)


def code_exists(known: Knowledge, code: str) -> bool:
    """Whether *code*, a reply code, an enhanced code, or a pair of both, has entries here."""
    parts = code.split(" ")
    try:
        if len(parts) == 2:
            ReplyCode.parse(parts[0])
            return parts[0] in known.reply_codes and code_exists(known, parts[1])
        if "." in code:
            return EnhancedCode.parse(code).entry in known.enhanced_codes
        return code in known.reply_codes
    except NotACode:
        return False


def _findings(known: Knowledge) -> Iterator[Finding]:
    for identity, entry in known.findings.items():
        yield from _unknown_codes(known, f"findings/{identity}", "codes", entry.codes)


def _dangling(place: str, field: str, ids: Iterable[str], known: Iterable[str]) -> Iterator[Finding]:
    known = set(known)
    yield from ((place, field, f"{missing} is not known") for missing in ids if missing not in known)


def _unknown_codes(known: Knowledge, place: str, field: str, codes: Iterable[str]) -> Iterator[Finding]:
    yield from (
        (place, field, f"{code} is no code of this knowledge") for code in codes if not code_exists(known, code)
    )


def _codes(known: Knowledge) -> Iterator[Finding]:
    for identity, entry in known.reply_codes.items():
        place = f"reply_codes/{identity}"
        yield from _shape(place, identity, ReplyCode.parse)
        yield from _dangling(place, "confused", (item.id for item in entry.confused), known.reply_codes)
        yield from _unknown_codes(known, place, "enhanced", entry.enhanced)
        if entry.standing == "seen" and not entry.emitters:
            yield place, "emitters", "a code without an RFC says who sends it"
    for identity, advice in known.enhanced_codes.items():
        place = f"enhanced_codes/{identity}"
        yield from _shape(place, identity.replace("x", "5", 1), EnhancedCode.parse)
        yield from _dangling(place, "confused", (item.id for item in advice.confused), known.enhanced_codes)
        yield from _dangling(place, "classes", (item.id for item in advice.classes), "245")
    for identity, stage in known.stages.items():
        codes = (*stage.success, *stage.intermediate, *stage.error)
        yield from _dangling(f"stages/{identity}", "codes", codes, known.reply_codes)


def _shape(place: str, code: str, parse: Any) -> Iterator[Finding]:
    try:
        parse(code)
    except NotACode as error:
        yield place, "id", str(error)


def _topics(known: Knowledge) -> Iterator[Finding]:
    for identity, reason in known.reasons.items():
        yield from _unknown_codes(known, f"reasons/{identity}", "codes", reason.codes)
        yield from _dangling(f"reasons/{identity}", "topics", reason.topics, known.topics)
    for identity, topic in known.topics.items():
        yield from _unknown_codes(known, f"topics/{identity}", "codes", (item.id for item in topic.codes))
        yield from _dangling(f"topics/{identity}", "related", topic.related, known.topics)
    owners: dict[str, str] = {}
    for identity, topic in known.topics.items():
        for alias in topic.aliases:
            if owners.setdefault(alias.casefold(), identity) != identity:
                yield f"topics/{identity}", "aliases", f"{alias!r} belongs to {owners[alias.casefold()]}"


def _providers(known: Knowledge) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for identity, provider in known.providers.items():
        place = f"providers/{identity}"
        for number, sign in enumerate(provider.signs):
            yield from _refused(place, f"signs[{number}]", sign)
        for alias in provider.aliases:
            if owners.setdefault(alias.casefold(), identity) != identity:
                yield place, "aliases", f"{alias!r} belongs to {owners[alias.casefold()]}"
        for code in provider.codes:
            yield from _code_shape(place, code.id)
        seen = set()
        for pattern in provider.patterns:
            here = f"patterns/{pattern.id}"
            if pattern.id in seen:
                yield here, "id", "stands twice in this file"
            seen.add(pattern.id)
            if not pattern.id.startswith(f"{identity}/"):
                yield here, "id", f"begins with {identity}/"
            yield from _refused(here, "match", pattern.match)
            yield from _dangling(here, "reason", [pattern.reason], known.reasons)
            yield from _dangling(here, "blocklist", [pattern.blocklist] if pattern.blocklist else [], known.blocklists)


def _code_shape(place: str, code: str) -> Iterator[Finding]:
    for part in code.split(" "):
        yield from _shape(place, part, EnhancedCode.parse if "." in part else ReplyCode.parse)


def _blocklists(known: Knowledge) -> Iterator[Finding]:
    for identity, blocklist in known.blocklists.items():
        for number, sign in enumerate(blocklist.signs):
            yield from _refused(f"blocklists/{identity}", f"signs[{number}]", sign)
        if blocklist.status == "gone" and blocklist.gone_since is None:
            yield f"blocklists/{identity}", "gone_since", "a list that is gone says since when"


def _formats(known: Knowledge) -> Iterator[Finding]:
    for identity, form in known.log_formats.items():
        for number, expression in enumerate(form.plain):
            try:
                re.compile(expression, re.ASCII)
            except re.error as error:
                yield f"log_formats/{identity}", f"plain[{number}]", f"Python refuses it: {error}"
            if not repeats_safely(expression):
                yield f"log_formats/{identity}", f"plain[{number}]", "repeats what is not possessive"


def repeats_safely(expression: str) -> bool:
    """Whether Python's ``re`` takes linear time: all that repeats is possessive, but for one ``.*`` in a group."""
    repeated = _REPEATED.findall(_NO_REPETITION.sub("x", expression))
    loose = [what for what, possessive in repeated if not possessive]
    return loose in ([], [".*)"])


def _notes(known: Knowledge) -> Iterator[Finding]:
    patterns = {pattern.id for provider in known.providers.values() for pattern in provider.patterns}
    subjects = {*known.reasons, *known.topics, *known.blocklists, *patterns}
    for identity, note in known.notes.items():
        for subject in note.about:
            if subject not in subjects:
                yield from _code_shape(f"notes/{identity}", subject)
        yield from _dangling(f"notes/{identity}", "provider", [note.provider] if note.provider else [], known.providers)


def _refused(place: str, field: str, expression: str) -> Iterator[Finding]:
    import re2

    try:
        re2.compile(expression, _quiet())
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        yield place, field, f"RE2 refuses it: {reason}"


def _quiet() -> Any:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options
