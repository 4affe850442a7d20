"""The words of an answer in its language: labels, sentences, plurals, lists, numbers (CLDR, by Babel)."""

from collections.abc import Iterable, Sequence

import msgspec

from knowledge.schema import Knowledge

BASE = "en"


class Words(msgspec.Struct, frozen=True):
    """The words of one edition of the knowledge."""

    knowledge: Knowledge

    @property
    def language(self) -> str:
        """The BCP 47 tag."""
        return self.knowledge.language

    def say(self, word: str, **values: object) -> str:
        """
        A label or a sentence, its ``{placeholders}`` filled.

        Raises:
            KeyError: words.yaml has no such id, or the sentence wants a value that is not given.
        """
        text = self.knowledge.words[word].text
        if text is None:
            raise KeyError(word)
        return text.format(**values) if values else text

    def count(self, word: str, number: int, **values: object) -> str:
        """A text that counts, in the CLDR plural category of *number*."""
        import babel

        forms = self.knowledge.words[word].count
        if forms is None:
            raise KeyError(word)
        category = babel.Locale.parse(self.language).plural_form(number)
        text = getattr(forms, category) or forms.other
        return str(text.format(count=self.number(number), **values))

    def number(self, number: float) -> str:
        """A number as the language writes it: ``12,345`` or ``12 345``."""
        from babel.numbers import format_decimal

        return str(format_decimal(number, locale=self.language))

    def either(self, items: Sequence[str]) -> str:
        """``a, b, or c``."""
        from babel.lists import format_list

        return str(format_list(list(items), style="or", locale=self.language))

    def all_of(self, items: Sequence[str]) -> str:
        """``a, b, and c``."""
        from babel.lists import format_list

        return str(format_list(list(items), style="standard", locale=self.language))

    def labelled(self, label: str) -> str:
        """A label as it stands before its value: ``Class:`` or ``Classe :``; one that asks has its mark already."""
        return label if label.endswith("?") else self.say("label.colon", label=label)

    def pair(self, label: str, value: str) -> str:
        """A label and its value in one line."""
        return f"{self.labelled(label)} {value}"

    def series(self, items: Iterable[str]) -> str:
        """Items that may hold commas themselves: ``a; b``."""
        return self.say("list.separator").join(items)

    def signals(self, word: str) -> tuple[str, ...]:
        """The phrases of one word, in this language."""
        return self.knowledge.words[word].phrases
