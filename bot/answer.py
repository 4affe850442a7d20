"""
What goes out: an Answer, its kinds of Section, its JSON.

Text in it is plain; the only mark is a backtick round literals, which all platforms read alike. Links live in sources.
"""

from typing import Any, Literal

import msgspec

from knowledge.basics import Source

Kind = Literal["code", "comparison", "list", "topic", "bounce", "digest", "mailbox", "help", "not_understood"]
Tone = Literal["success", "intermediate", "temporary", "permanent", "neutral"]


class Part(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What all sections have: an id, a title, and a weight; the lightest is shortened first."""

    id: str
    title: str
    weight: int = 5


class Paragraph(Part, frozen=True, kw_only=True, tag="text"):
    """Running text, one string a paragraph."""

    text: tuple[str, ...]


class Steps(Part, frozen=True, kw_only=True, tag="steps"):
    """Things to do, in order; or, with *ordered* false, items of equal rank."""

    steps: tuple[str, ...]
    ordered: bool = True


class Facts(Part, frozen=True, kw_only=True, tag="facts"):
    """Labelled values."""

    facts: tuple[tuple[str, str], ...]


class Table(Part, frozen=True, kw_only=True, tag="table"):
    """A head and rows of the same length."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Quote(Part, frozen=True, kw_only=True, tag="quote"):
    """A server's or a person's own words, not ours."""

    text: str


Section = Paragraph | Steps | Facts | Table | Quote


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """
    An answer, for any platform to draw.

    *summary* can stand alone; *follow_ups* are texts that come in again as messages when pressed; *bounces* are the
    records of the JSON contract, for a bounce and a digest only.
    """

    kind: Kind
    subjects: tuple[str, ...]
    language: str
    title: str
    summary: str
    tone: Tone = "neutral"
    sections: tuple[Section, ...] = ()
    bounces: tuple[dict[str, Any], ...] = ()
    sources: tuple[Source, ...] = ()
    follow_ups: tuple[str, ...] = ()


def to_json(answer: Answer) -> bytes:
    """One JSON object on one line; ``bounces`` only where the kind has them."""
    fields = msgspec.to_builtins(answer)
    if answer.kind not in ("bounce", "digest"):
        del fields["bounces"]
    return msgspec.json.encode(fields)


def from_json(data: bytes) -> Answer:
    """Read what `to_json` wrote; raises msgspec.ValidationError on anything else."""
    return msgspec.json.decode(data, type=Answer)
