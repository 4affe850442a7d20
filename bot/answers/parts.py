"""What several answers are built of: subjects and their entries, notes of the team, sources."""

from collections.abc import Iterable, Iterator

from bot.answer import Paragraph, Section, Steps
from bot.language import Words
from bot.lexicon import Subject
from knowledge.basics import Reference, Retry, Source, Stage
from knowledge.codes import EnhancedCode, ReplyCode, Severity
from knowledge.schema import CodeClass, EnhancedCodeEntry, Knowledge, Note, ReplyCodeEntry, SessionStage
from knowledge.sources import source_of

MAX_FOLLOW_UPS = 6


def sources_of(*references: Iterable[Reference]) -> tuple[Source, ...]:
    """The sources of several entries, each once, in order."""
    return tuple(dict.fromkeys(source_of(reference) for group in references for reference in group))


def steps(words: Words, identity: str, label: str, texts: tuple[str, ...], weight: int = 7) -> Iterator[Section]:
    """Numbered steps, or nothing where there are none."""
    if texts:
        yield Steps(id=identity, title=words.say(label), steps=texts, weight=weight)


def items(words: Words, identity: str, label: str, texts: tuple[str, ...], weight: int) -> Iterator[Section]:
    """Items of equal rank, or nothing where there are none."""
    if texts:
        yield Steps(id=identity, title=words.say(label), steps=texts, weight=weight, ordered=False)


def notes(words: Words, subjects: Iterable[str], provider: str | None = None) -> Iterator[Section]:
    """What the team itself has to say on any of *subjects*."""
    about = set(subjects)
    found = [
        note for note in words.knowledge.notes.values() if about & set(note.about) and note.provider in (None, provider)
    ]
    if found:
        title = words.say("label.team-note")
        yield Paragraph(id="team", title=title, text=tuple(note.text for note in found), weight=9)


def note_links(words: Words, subjects: Iterable[str], provider: str | None = None) -> tuple[Source, ...]:
    """The runbooks that the team's notes on *subjects* lead to."""
    about = set(subjects)
    found: list[Note] = [note for note in words.knowledge.notes.values() if about & set(note.about)]
    return tuple(link for note in found if note.provider in (None, provider) for link in note.links)


def severity_of(code: str) -> Severity:
    """What the first digit of a code or a family says; a code in any class is taken as permanent."""
    return ReplyCode.parse(f"{code[0]}00").severity if code[0] in "2345" else "permanent"


def enhanced_entry(knowledge: Knowledge, code: str) -> EnhancedCodeEntry | None:
    """The entry of an enhanced code or of ``x.7.25``."""
    return knowledge.enhanced_codes.get(code if code.startswith("x") else EnhancedCode.parse(code).entry)


def subject_class(knowledge: Knowledge, code: str) -> CodeClass | None:
    """The family of an enhanced code's subject: ``x.7.x``."""
    return knowledge.classes.get(f"x.{code.split('.')[1]}.x")


def commands(words: Words, stages: Iterable[Stage]) -> str:
    """The commands of some stages as one list; "any command" where one of them is any."""
    found = [stage for stage in stages if stage != "any"]
    names = [f"`{words.knowledge.stages[stage].command}`" for stage in found if stage in words.knowledge.stages]
    return words.either(names) if names else words.say("word.any-command")


def can_follow(words: Words, stages: tuple[Stage, ...]) -> str | None:
    """One sentence on the commands that a code can follow."""
    if not stages:
        return None
    if "any" in stages and len(stages) == 1:
        return words.say("code.after-any")
    return words.say("code.after", commands=commands(words, stages))


def stage_names(knowledge: Knowledge, stages: Iterable[Stage]) -> list[SessionStage]:
    """The entries of some stages, in the order of a session."""
    wanted = set(stages)
    return [stage for identity, stage in knowledge.stages.items() if identity in wanted]


def stages_of(knowledge: Knowledge, subject: Subject) -> tuple[Stage, ...]:
    """The stages at which a subject can be met: its own, or those of the reply codes it comes with."""
    if subject.kind == "reply":
        entry = knowledge.reply_codes.get(subject.id)
        return entry.after if entry else ()
    if subject.kind == "pair":
        return stages_of(knowledge, Subject("reply", subject.id.split(" ")[0]))
    if subject.kind in ("status", "entry"):
        enhanced = enhanced_entry(knowledge, subject.id)
        if enhanced is None:
            return ()
        same = [code for code in enhanced.basic if subject.kind == "entry" or code[0] == subject.id[0]]
        found = (knowledge.reply_codes[code].after for code in same if code in knowledge.reply_codes)
        return tuple(dict.fromkeys(stage for stages in found for stage in stages))
    return ()


def retry_of(entry: EnhancedCodeEntry | ReplyCodeEntry | CodeClass, code: str) -> Retry:
    """Whether retrying helps; for an enhanced code, in the class that *code* has."""
    if not isinstance(entry, EnhancedCodeEntry):
        return entry.retry
    by_class: dict[str, Retry] = {advice.id: advice.retry for advice in entry.classes}
    return by_class.get(code[0], entry.classes[-1].retry if entry.classes else "after-fix")


def code_name(knowledge: Knowledge, code: str) -> str | None:
    """The name of any code, pair or family; None where there is no entry."""
    last = code.split(" ")[-1]
    entry: ReplyCodeEntry | EnhancedCodeEntry | CodeClass | None = knowledge.classes.get(last)
    if entry is None:
        entry = enhanced_entry(knowledge, last) if "." in last else knowledge.reply_codes.get(last)
    return entry.name if entry else None


def topic_names(words: Words, topics: Iterable[str]) -> tuple[str, ...]:
    """The names of topics as somebody would write them."""
    known = words.knowledge.topics
    return tuple(known[topic].name.lower() for topic in topics if topic in known)


def in_turn(*groups: list[str]) -> tuple[str, ...]:
    """The first of each group in turn, then the seconds, and so on, up to the limit."""
    longest = max((len(group) for group in groups), default=0)
    turns = (group[turn] for turn in range(longest) for group in groups if turn < len(group))
    return tuple(dict.fromkeys(turns))[:MAX_FOLLOW_UPS]
