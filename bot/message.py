"""What came in, with a platform's markup already gone."""

import msgspec


class Attachment(msgspec.Struct, frozen=True):
    """A file that came with a message: its name and its bytes, unpacked by whoever reads it."""

    name: str
    content: bytes


class Message(msgspec.Struct, frozen=True):
    """
    A message from a person.

    Args:
        text: what was written, plain.
        attachments: the files that came with it.
        language: the asker's own choice or the platform's locale, a BCP 47 tag; None where neither is known.
        chosen: whether *language* is the asker's own choice, which then wins over the language of the question.
        default: the language where neither *language* nor the question tells one; None is the base language.
        addressed: whether the bot was spoken to; what was not and is no question gets no answer.
        asker: the platform's id of who asks, *place* that of the channel: what may be checked depends on them.
    """

    text: str
    attachments: tuple[Attachment, ...] = ()
    language: str | None = None
    chosen: bool = False
    addressed: bool = True
    asker: str | None = None
    place: str | None = None
    default: str | None = None


MAX_TEXT = 1_048_576
"""Characters of one message that are read; more gets an answer that says so."""
