"""The commands ``knowledge``: what is wrong with the knowledge, and what a language leaves in English."""

import sys
from collections.abc import Sequence
from pathlib import Path

from bot.bounce.proving import prove
from knowledge.checking import check as faults_between
from knowledge.loading import BASE_LANGUAGE, languages, read
from knowledge.schema import Knowledge
from knowledge.translating import count_texts

SOUND, LACKING, USAGE = 0, 1, 2


def check(folders: Sequence[Path]) -> int:
    """Print every fault, in all languages, of the knowledge with *folders* laid over it; returns 1 where it has any."""
    reading = read(folders)
    faults: list[object] = [*reading.faults, *faults_between(reading)]
    faults += [] if faults else prove(reading)
    for language in languages(overlays=folders)[1:]:
        translated = read(folders, language=language)
        faults += [fault for fault in translated.faults if fault not in faults]
        if translated.knowledge.words["language"].complete:
            # of what is shipped: a team may leave its own notes in the one language that it speaks
            shipped = set(read(language=language).untranslated) if folders else set(translated.untranslated)
            faults += [
                f"knowledge/{language}: {place}: {field}: not translated, but the language says it is complete"
                for place, field in translated.untranslated
                if (place, field) in shipped
            ]
    for fault in faults:
        print(fault)
    print(f"{_size(reading.knowledge)}: {len(faults)} faults", file=sys.stderr)
    return LACKING if faults else SOUND


def missing(language: str, folders: Sequence[Path]) -> int:
    """Print what *language* leaves in English, with *folders* laid over the knowledge, and how much it has."""
    if language == BASE_LANGUAGE:
        print(f"{language}: every other language falls back to it", file=sys.stderr)
        return SOUND
    if language not in languages(overlays=folders):
        begins = f"it begins with knowledge/{language}/words.yaml, or {language}/words.yaml in a folder of your own"
        print(f"{language}: no such language, every text is in English; {begins}", file=sys.stderr)
        return USAGE
    reading = read(folders, language=language)
    total = count_texts(read(folders).knowledge)
    for place, field in reading.untranslated:
        print(f"{place}: {field}")
    for fault in reading.faults:
        print(fault, file=sys.stderr)
    done = total - len(reading.untranslated)
    print(f"{language}: {done} of {total} texts, {100 * done // max(total, 1)} %", file=sys.stderr)
    return LACKING if reading.untranslated or reading.faults else SOUND


def _size(known: Knowledge) -> str:
    patterns = sum(len(provider.patterns) for provider in known.providers.values())
    return (
        f"{len(known.reply_codes)} reply codes, {len(known.enhanced_codes)} enhanced codes, "
        f"{len(known.topics)} topics, {len(known.blocklists)} blocklists, "
        f"{len(known.providers)} providers, {patterns} patterns"
    )
