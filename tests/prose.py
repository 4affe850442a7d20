"""Looking at prose as a reader would: is a sentence still English, is French set as French is."""

import re
from collections.abc import Iterator

from bot.answer import Answer, Facts, Paragraph, Quote, Section, Steps, Table

ENGLISH = frozenset(
    """
    about above after again against all also although am among and another any anything are asks at be because
    become been before begins behind being below between both but by called can cannot checks comes could did do
    does doesn't don't done down during each either enough even ever every everything fails few first follow
    following for found from gave get gets gives given goes got had happens has have he held her here him his
    how i if in instead into is isn't it it's its itself just kept know known last later least less lets like
    look made make makes many may mean means meant might more most much must my near need needs neither never
    next nobody nor not nothing now of off often once one only other otherwise our out over own perhaps put
    rather reads refused rejected retry said same saw says see seen sender senders sending sends sent server
    servers several shall she should show shows since so some something soon still stop such take taken takes
    tell tells than that the their them then there these they this those though through till to together too
    took try trying turned two under unless until up upon us use used uses usually very want wants was way we
    well went were what whatever when where wherever whether which while who whole whom whose why will with
    within without wish word words would wrong yet you your yours
    """.split()
)  # fmt: skip
"""Words that English prose cannot do without and French prose does not have."""

NAMED = re.compile(r"`[^`]*`|«[^«»]*»|“[^”]*”|\"[^\"]*\"|\{[^{}]*\}|https?://\S+|\S+@\S+|\S+\.[a-z]{2,}\b")
"""What is named and not said: literals, quotations, placeholders, addresses."""

_WORD = re.compile(r"(?<![\w'’./=_-])[a-z]+(?:['’][a-z]+)?(?![\w./=_-])")
_TIGHT = re.compile(r"[^\u00a0\u202f;!?](?:[;!?»]|:(?=\s|$))|«[^\u00a0\u202f]|\b[0-9]{1,3} 000\b")
_LITERAL = re.compile(r"`[^`]*`|https?://\S+|\{[^{}]*\}")
_QUOTED = re.compile(r"«(.)[^«»]*(.)»")


def english_in(text: str) -> list[str]:
    """The English words of a French text that stand outside of quotations; words in capitals are names."""
    said = NAMED.sub(" ¶ ", text)
    return [word for word in _WORD.findall(said) if word in ENGLISH]


def badly_set(text: str) -> list[str]:
    """Where a French text lacks its no-break space: before ``; : ! ?``, inside of guillemets, within a number."""
    plain = _LITERAL.sub("x", text)
    return _TIGHT.findall(_QUOTED.sub(r"«\1…\2»", plain))


def prose_of(answer: Answer) -> Iterator[str]:
    """The texts of an answer that are ours: no server's words, no titles of pages."""
    yield answer.title
    yield answer.summary
    for section in answer.sections:
        yield section.title
        yield from _prose(section)


def _prose(section: Section) -> Iterator[str]:
    match section:
        case Paragraph():
            yield from section.text
        case Steps():
            yield from section.steps
        case Facts() if section.id == "pages":
            yield from ()
        case Facts():
            for label, value in section.facts:
                yield label
                yield from () if section.id == "samples" else (value,)
        case Table():
            yield from section.head
            for row in section.rows:
                yield from row
        case Quote():
            yield from ()
