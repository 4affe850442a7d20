"""The few errors of smtpbot. They carry facts and format themselves; what people read comes from words.yaml."""

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """What is wrong in a knowledge file, and where: line 1 is the first, field is a path such as ``samples[2]``."""

    file: str
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field + ': ' if self.field else ''}{self.text}"


class SmtpbotError(Exception):
    """What all errors of smtpbot have in common."""


class NotACode(SmtpbotError, ValueError):
    """A text that has not the shape of a code."""

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(f"{text!r} is not a code: expected {expected}")
        self.text = text
        self.expected = expected


class KnowledgeInvalid(SmtpbotError):
    """Knowledge that cannot be used; carries every fault, not the first."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class InputTooLarge(SmtpbotError):
    """An input over its stated limit."""

    def __init__(self, limit: int, unit: str, size: int) -> None:
        super().__init__(f"{size} {unit}, the limit is {limit}")
        self.limit = limit
        self.unit = unit
        self.size = size


class SettingMissing(SmtpbotError):
    """A setting without which a part cannot run."""

    def __init__(self, name: str, what_for: str) -> None:
        super().__init__(f"{name} is not set: {what_for}")
        self.name = name
        self.what_for = what_for


class SettingWrong(SmtpbotError, ValueError):
    """A setting that cannot be taken; *got* is already masked where it is a secret."""

    def __init__(self, name: str, got: str, takes: str) -> None:
        super().__init__(f"{name}: {got} is not {takes}")
        self.name = name
        self.takes = takes
