"""The knowledge's samples through the whole reading and diagnosis: each must be read and won as its entry says."""

import re
from collections.abc import Iterator

from bot.bounce.diagnosis import Diagnosis, diagnose
from bot.bounce.explaining import Explainer, make_explainer
from bot.bounce.formats import read_line, read_plain
from bot.bounce.reading import read_text
from bot.bounce.wording import Expression, normal
from knowledge.errors import Fault
from knowledge.loading import Reading
from knowledge.schema import Knowledge

Finding = tuple[str, str, str]


def prove(reading: Reading) -> tuple[Fault, ...]:
    """Every sample that its own entry does not win, with file, line and field, and who won instead."""
    explainer = make_explainer(reading.knowledge)
    known = reading.knowledge
    found = (
        *_patterns(known, explainer),
        *_formats(known, explainer),
        *_plain(known, explainer),
        *_framings(known),
        *_times(known),
    )
    return tuple(_fault(reading, *finding) for finding in found)


def _fault(reading: Reading, place: str, field: str, text: str) -> Fault:
    file, line = reading.places.get(place, (place, 1))
    return Fault(file, line, f"{place.partition('/')[2]}.{field}", text)


def _patterns(known: Knowledge, explainer: Explainer) -> Iterator[Finding]:
    for provider in known.providers.values():
        for pattern in provider.patterns:
            for number, sample in enumerate(pattern.samples):
                found = won_by(sample, explainer)
                if found is None:
                    yield f"patterns/{pattern.id}", f"samples[{number}]", "nothing read"
                elif found.matched != pattern.id:
                    winner = f"won by {found.matched or 'nothing'} ({found.reason})"
                    yield f"patterns/{pattern.id}", f"samples[{number}]", winner


def won_by(sample: str, explainer: Explainer) -> Diagnosis | None:
    """The diagnosis of a sample's first recipient."""
    evidence = next(iter(read_text(sample, explainer.formats)), None)
    return None if evidence is None else diagnose(evidence, explainer.patterns)


def _formats(known: Knowledge, explainer: Explainer) -> Iterator[Finding]:
    for identity, form in known.log_formats.items():
        for number, sample in enumerate(form.samples):
            if form.kind == "prefix":
                if not any(Expression(e).span(sample.text.encode()) for e in form.match):
                    yield f"log_formats/{identity}", f"samples[{number}]", "no match"
                continue
            found = read_text(sample.text, explainer.formats)
            if not found:
                yield f"log_formats/{identity}", f"samples[{number}]", "nothing read"
                continue
            for name, value in sample.fields.items():
                told = getattr(found[0], name)
                if told != value:
                    yield f"log_formats/{identity}", f"samples[{number}].{name}", f"read {told}, not {value}"


def _plain(known: Knowledge, explainer: Explainer) -> Iterator[Finding]:
    """Expressions that save time must have a sample, and tell what the others tell."""
    for identity, form in known.log_formats.items():
        for number, expression in enumerate(form.plain):
            fitting = [s.text for s in form.samples if re.compile(expression, re.ASCII).fullmatch(s.text)]
            if not fitting:
                yield f"log_formats/{identity}", f"plain[{number}]", "no sample fits"
            for text in fitting:
                told = list(read_line(text, explainer.formats) or ())
                if [read_plain(text, explainer.formats)] != told:
                    yield f"log_formats/{identity}", f"plain[{number}]", "differs from match"
                if explainer.formats.signs.search(text.encode()) is None:
                    yield f"log_formats/{identity}", f"plain[{number}]", "bears no sign"


def _framings(known: Knowledge) -> Iterator[Finding]:
    for identity, framing in known.framings.items():
        expression = Expression(framing.match)
        for number, sample in enumerate(framing.samples):
            needed = framing.needle is None or framing.needle in sample.lower()
            if not needed or expression.span(sample.encode()) is None:
                yield f"framings/{identity}", f"samples[{number}]", "no match"


def _times(known: Knowledge) -> Iterator[Finding]:
    for identity, time in known.retry_times.items():
        expression = Expression(time.match)
        for number, sample in enumerate(time.samples):
            if expression.span(normal(sample).encode()) is None:
                yield f"retry_times/{identity}", f"samples[{number}]", "no match"
