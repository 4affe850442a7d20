"""What is being asked: the kinds of Question, and `understand`. Knows words and codes, no answers."""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from bot.lexicon import Lexicon, Subject, bare, tidy
from bot.mailbox.asking import Wanted, wanted
from bot.message import MAX_TEXT, Message
from knowledge.codes import EnhancedCode, ReplyCode
from knowledge.errors import NotACode

MAX_SUBJECTS = 6
MAX_QUESTION = 2_000
"""Characters of a question in words; what is longer is a paste."""

SURE, LIKELY = 86.0, 60.0
"""How alike (0 to 100) a mistyped word must be to be taken for the right one, and to be offered."""


class Codes(msgspec.Struct, frozen=True, tag=True):
    """A code, a pair, or a code in any class; perhaps as one provider means it."""

    subject: Subject
    language: str
    provider: str | None = None


class Comparison(msgspec.Struct, frozen=True, tag=True):
    """Two to six subjects side by side; *dropped* were more than that."""

    subjects: tuple[Subject, ...]
    language: str
    dropped: tuple[Subject, ...] = ()


class Listing(msgspec.Struct, frozen=True, tag=True):
    """The codes of a family, or all (*family* None)."""

    family: str | None
    language: str


class Topic(msgspec.Struct, frozen=True, tag=True):
    """Something asked in words: a topic, a blocklist, a provider or a reason."""

    subject: Subject
    language: str


class Help(msgspec.Struct, frozen=True, tag=True):
    """What can this do?"""

    language: str


class Unclear(msgspec.Struct, frozen=True, tag=True):
    """Not understood: *text* is cut to a line, *wrong* is the kind of slip, *near* are names that may be meant."""

    text: str
    language: str
    wrong: Literal["nothing", "no-reply-code", "no-enhanced-code", "too-long", "no-failure"] = "nothing"
    near: tuple[str, ...] = ()


class Bounce(msgspec.Struct, frozen=True, tag=True):
    """Servers' words, pasted or attached, to be explained; *otherwise* is what they ask where no pattern knows them."""

    message: Message
    language: str
    otherwise: "Codes | Comparison | Listing | Topic | Unclear | None" = None


class MailboxCheck(msgspec.Struct, frozen=True, tag=True):
    """Can this address or domain receive mail? *wanted* is what to check; *message* tells who asks."""

    wanted: Wanted
    message: Message
    language: str


Question = Codes | Comparison | Listing | Topic | Bounce | MailboxCheck | Help | Unclear

MAX_SIDE = 5
"""Words on each side of "or" and its like, beyond which a text is prose and compares nothing."""

MIN_WORDS = 4
"""Words from which on a text that asks nothing is tried as what a server said."""

_WORDS = re.compile(r"[^\s\d][^\s]*")
_SHOWN = re.compile(r"\b[45][0-9]{2}[ -]|[245]\.[0-9]{1,3}\.[0-9]{1,3}|[^\s@]@[^\s@]+\.")
_LOGGED = re.compile(
    r"(?:dsn|stat|status|relay|to)=|\b(?:smtp|lmtp|x-[a-z]+); ?[245]|[45][0-9]{2}[ -][^\n]{0,80}<[^\s<>@]+@[^\s<>]+>"
    r"|\*\* [^\s@]+@|<[^\s<>@]+@[^\s<>]+>[:.]|\[(?:[0-9]{1,3}\.){3}[0-9]{1,3}\]|\A\s*[{\[]\s*[\"{]"
)
_TOKEN = re.compile(
    r"(?<![\w.@/])#?(?:"
    r"(?P<reply>[2-5][0-9o]{2})(?:[\s-]+#?(?P<paired>[245]\.[0-9]{1,3}\.[0-9]{1,3})(?![.]?[0-9]))?"
    r"|(?P<status>[245]\.[0-9]{1,3}\.[0-9]{1,3})"
    r"|(?P<entry>[xyz]\.[0-7]\.[0-9]{1,3})"
    r"|(?P<subjects>[x245]\.(?:[0-9]{1,3}|[xyz]+)(?:\.[xyz*]+)?)"
    r"|(?P<family>[2-5](?:xx|yz|\*\*))"
    r"|(?P<digit>x[0-5][xz])"
    r"|(?P<odd>[0-9]{3}|[0-9]{1,2}\.[0-9]+\.[0-9]+(?:\.[0-9]+)*)"
    r")(?![\w@]|\.[0-9])"
)


def understand(message: Message, lexicon: Lexicon) -> Question:
    """
    Find out what a message asks.

    Any text gives a Question: one that asks nothing we know is `Unclear`, an empty one `Help`.
    """
    text = message.text[:MAX_TEXT]
    said = bare(text[:MAX_QUESTION])
    language = language_of(message, lexicon)
    if len(message.text) > MAX_TEXT:
        return Unclear(tidy(text[:80]), language, "too-long")
    check = None if message.attachments else wanted(text[:MAX_QUESTION], lexicon)
    if check is not None:
        return MailboxCheck(check, message, language)
    if message.attachments or len(text) > MAX_QUESTION or _is_paste(text):
        return Bounce(message, language)
    asked = lexicon.without("address", said).strip(" .,;:!").lstrip("> ")
    if not asked.strip("? ") or asked.strip("?! ") in lexicon.phrases["help"]:
        return Help(language)
    whole = _whole(asked, lexicon)
    if whole is not None:
        return Topic(whole, language) if whole.kind == "topic" else Listing(None, language)
    question = _asked(asked, text, language, lexicon)
    if isinstance(question, Topic) and lexicon.is_name(asked):
        return question
    compared = isinstance(question, Comparison) and bool(_compared(asked, lexicon))
    if lexicon.has("paste", said) or (
        not compared and not isinstance(question, Listing) and _may_be_words(asked, question, lexicon)
    ):
        told = isinstance(question, Codes) and question.subject.kind == "pair"
        return Bounce(message, language, None if told else question)
    return question


def is_asked(message: Message, question: Question, lexicon: Lexicon) -> bool:
    """Whether a message that spoke to nobody asks us: it is a question, or little more than what it asks about."""
    if isinstance(question, Unclear | Help):
        return False
    if isinstance(question, MailboxCheck):
        return bool(question.wanted.asked)
    words = _WORDS.findall(_TOKEN.sub(" ", bare(message.text)))
    rest = lexicon.expressions["question"].sub(" ", " ".join(words)).split()
    named = isinstance(question, Topic | Comparison) and len(words) <= MIN_WORDS + 2
    return named or len(rest) <= 1 or _opens(words, lexicon) or message.text.rstrip().endswith("?")


def _is_paste(text: str) -> bool:
    """Whether a text shows what only logs, replies and bounces show."""
    lines = [line for line in text.splitlines() if line.strip()]
    shown = sum(_SHOWN.search(line) is not None for line in lines)
    return (len(lines) > 1 and shown > 0) or _LOGGED.search(text) is not None


def _may_be_words(asked: str, question: Question, lexicon: Lexicon) -> bool:
    """Whether a text of one line may be what a server said rather than a question."""
    if asked.endswith("?"):
        return False
    words = _WORDS.findall(_TOKEN.sub(" ", asked))
    if _TOKEN.match(asked) and not isinstance(question, Unclear):
        return len(lexicon.core(" ".join(words)).split()) > 1 and not _opens(words, lexicon)
    return len(words) >= MIN_WORDS and not _opens(words, lexicon)


def _opens(words: list[str], lexicon: Lexicon) -> bool:
    """Whether the first words ask something."""
    found = lexicon.expressions["ask"].match(" ".join(words))
    return found is not None


def _asked(asked: str, text: str, language: str, lexicon: Lexicon) -> "Codes | Comparison | Listing | Topic | Unclear":
    provider = lexicon.provider(asked)
    asked = lexicon.numbered_providers.sub(" ", asked) if provider else asked
    compared = _compared(asked, lexicon)
    if compared:
        return Comparison(compared[:MAX_SUBJECTS], language, compared[MAX_SUBJECTS:])
    return _single(asked, text, language, provider, lexicon)


def _compared(asked: str, lexicon: Lexicon) -> tuple[Subject, ...]:
    """What is set against each other in words; nothing where several codes only stand in one text."""
    sides = _sides(asked, lexicon)
    if len(sides) < 2 or not (lexicon.has("compare", asked) or all(len(side.split()) <= MAX_SIDE for side in sides)):
        return ()
    subjects = tuple(dict.fromkeys(found for side in sides if (found := _subject(side, lexicon)) is not None))
    return subjects if len(subjects) > 1 else ()


def _whole(asked: str, lexicon: Lexicon) -> Subject | None:
    """What the whole question names: a topic, or all codes; nothing where it is made of codes that have entries."""
    named = lexicon.whole(asked)
    subjects, _ = _tokens(asked)
    if named is not None and not (subjects and all(_is_known(subject, lexicon) for subject in subjects)):
        return named
    core = lexicon.core(asked)
    listed = lexicon.has("codes", core) and lexicon.has("list", core)
    if (listed or core in lexicon.phrases["codes"]) and not subjects and not lexicon.provider(core):
        return Subject("family", "all")
    return None


def _is_known(subject: Subject, lexicon: Lexicon) -> bool:
    return subject.kind != "reply" or subject.id in lexicon.replies


def _single(
    asked: str, text: str, language: str, provider: str | None, lexicon: Lexicon
) -> "Codes | Comparison | Listing | Topic | Unclear":
    subjects, odd = _tokens(asked)
    if len(subjects) > 1:
        return Comparison(subjects[:MAX_SUBJECTS], language, subjects[MAX_SUBJECTS:])
    if subjects and subjects[0].kind == "family":
        return Listing(subjects[0].id, language)
    if subjects:
        return Codes(subjects[0], language, provider)
    named = lexicon.named(asked) or (Subject("provider", provider) if provider else None)
    if named is not None and named.kind == "topic":
        return Topic(named, language)
    if odd:
        return Unclear(odd, language, "no-enhanced-code" if "." in odd else "no-reply-code", tuple(_near(odd, lexicon)))
    if lexicon.has("list", asked) and (named is None or lexicon.has("codes", asked)):
        return Listing(None, language)
    if named is not None:
        return Topic(named, language)
    return _mistyped(asked, text, language, lexicon)


def _mistyped(asked: str, text: str, language: str, lexicon: Lexicon) -> Topic | Unclear:
    """The topic whose name looks most like what was written; if none is near enough, the nearest few to offer."""
    from rapidfuzz import fuzz, process

    core = lexicon.core(asked)
    if len(core) < 3:
        return Unclear(tidy(text)[:80], language)
    found = process.extract(core, lexicon.names.keys(), scorer=fuzz.ratio, limit=12, score_cutoff=LIKELY)
    if found and found[0][1] >= SURE:
        return Topic(lexicon.names[found[0][0]], language)
    near = tuple(dict.fromkeys(lexicon.spelt[name] for name, _, _ in found))[:3]
    return Unclear(tidy(text)[:80], language, near=near)


def _tokens(asked: str) -> tuple[tuple[Subject, ...], str | None]:
    """The codes in a text in order, each once, and the first thing shaped like a code that is none."""
    found: dict[Subject, None] = {}
    odd = None
    for token in _TOKEN.finditer(asked):
        subject = _of_token(token)
        if subject is not None:
            found[subject] = None
        elif odd is None:
            odd = token.group(0).lstrip("#")
    return tuple(found), odd


def _of_token(token: re.Match[str]) -> Subject | None:
    parts = {name: value for name, value in token.groupdict().items() if value}
    try:
        if "reply" in parts:
            reply = str(ReplyCode.parse(parts["reply"].replace("o", "0")))
            if "paired" in parts:
                return Subject("pair", f"{reply} {EnhancedCode.parse(parts['paired'])}")
            return Subject("reply", reply)
        if "status" in parts:
            return Subject("status", str(EnhancedCode.parse(parts["status"])))
    except NotACode:
        return None
    if "entry" in parts:
        return Subject("entry", "x" + parts["entry"][1:])
    if "subjects" in parts:
        first, second = parts["subjects"].split(".")[:2]
        return Subject("family", f"{first}.{second if second.isdigit() else 'x'}.x")
    if "family" in parts:
        return Subject("family", f"{parts['family'][0]}xx")
    if "digit" in parts:
        return Subject("family", f"x{parts['digit'][1]}x")
    return None


def _sides(asked: str, lexicon: Lexicon) -> list[str]:
    """What stands on each side of "vs" and its like; one side where nothing is compared."""
    compared = lexicon.has("compare", asked)
    joined = lexicon.join if compared else lexicon.versus
    sides = [side.strip(" .,;:!?'\"") for side in joined.split(lexicon.without("compare", asked))]
    return [side for side in sides if side]


def _subject(side: str, lexicon: Lexicon) -> Subject | None:
    subjects, _ = _tokens(side)
    if subjects:
        return subjects[0]
    named = lexicon.named(side)
    if named is not None:
        return named
    guess = _mistyped(side, side, "", lexicon)
    return guess.subject if isinstance(guess, Topic) else None


def _near(odd: str, lexicon: Lexicon) -> Iterator[str]:
    from rapidfuzz import fuzz, process

    codes = lexicon.enhanced if "." in odd else lexicon.replies
    yield from (code for code, _, _ in process.extract(odd, codes, scorer=fuzz.ratio, limit=3, score_cutoff=LIKELY))


def language_of(message: Message, lexicon: Lexicon) -> str:
    """The asker's choice; else a locale that is not the base language; else the question's own; else the default."""
    said, known = bare(message.text[:MAX_QUESTION]), lexicon.languages
    wanted = (message.language or "").replace("_", "-").split("-")[0].lower()
    if wanted in known and (message.chosen or wanted != known[0]):
        return wanted
    default = message.default if message.default in known else known[0]
    return max(known, key=lambda language: (lexicon.hits(language, said), language == default))
