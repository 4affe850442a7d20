"""Codes as values: what a reply code and an enhanced status code are, whatever is known of them."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from knowledge.errors import NotACode

Severity = Literal["success", "intermediate", "temporary", "permanent"]


class ReplyCode(msgspec.Struct, frozen=True, order=True):
    """
    A three-digit SMTP reply code, such as ``550``.

    Source: RFC 5321, section 4.2. The second digit is not limited to 0-5: servers send others.
    """

    value: int

    @classmethod
    def parse(cls, text: str) -> "ReplyCode":
        """
        Read a reply code.

        Args:
            text: three ASCII digits, the first from 2 to 5, nothing around them.

        Raises:
            NotACode: *text* has another shape.
        """
        if len(text) != 3 or not (text.isascii() and text.isdigit()) or text[0] not in "2345":
            raise NotACode(text, "three digits, the first from 2 to 5")
        return cls(int(text))

    def __str__(self) -> str:
        return str(self.value)

    @property
    def severity(self) -> Severity:
        """What the first digit says (RFC 5321, section 4.2.1)."""
        return _SEVERITY[str(self.value)[0]]


class EnhancedCode(msgspec.Struct, frozen=True, order=True):
    """
    An enhanced status code, such as ``5.1.1``: class, subject, detail.

    Source: RFC 3463, section 2.
    """

    class_: int
    subject: int
    detail: int

    @classmethod
    def parse(cls, text: str) -> "EnhancedCode":
        """
        Read an enhanced status code.

        Args:
            text: class.subject.detail, 5 to 9 ASCII characters, nothing around it.

        Returns:
            The code; its ``str`` is *text* again.

        Raises:
            NotACode: *text* has another shape.
        """
        parts = text.split(".")
        if (
            len(parts) != 3
            or parts[0] not in ("2", "4", "5")
            or not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts)
            or any(len(part) > 1 and part[0] == "0" for part in parts)
        ):
            raise NotACode(text, "class.subject.detail: 2, 4 or 5, then two numbers from 0 to 999")
        return cls(*map(int, parts))

    def __str__(self) -> str:
        return f"{self.class_}.{self.subject}.{self.detail}"

    @property
    def severity(self) -> Severity:
        """What the class says (RFC 3463, section 3.1)."""
        return _SEVERITY[str(self.class_)]

    @property
    def entry(self) -> str:
        """The id under which all classes of this code are registered: ``x.1.1``."""
        return f"x.{self.subject}.{self.detail}"


_SEVERITY: Mapping[str, Severity] = {"2": "success", "3": "intermediate", "4": "temporary", "5": "permanent"}
