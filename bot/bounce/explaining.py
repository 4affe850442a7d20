"""Texts and the bytes of files to Diagnoses: reading and diagnosis put together, in flat memory."""

from collections.abc import Iterator

import msgspec

from bot.bounce.diagnosis import UNKNOWN, Diagnosis, Patterns, compile_patterns, diagnose
from bot.bounce.evidence import Evidence
from bot.bounce.formats import Formats, compile_formats, read_json, read_plain
from bot.bounce.mails import read_mail
from bot.bounce.reading import read_mbox, read_one, read_table, read_text, shape_of, unpacked
from knowledge.schema import Knowledge


class Explainer(msgspec.Struct, frozen=True):
    """The log formats and the patterns, compiled."""

    formats: Formats
    patterns: Patterns


def make_explainer(knowledge: Knowledge) -> Explainer:
    """Compile what explaining needs; about a second of work."""
    return Explainer(compile_formats(knowledge), compile_patterns(knowledge))


def explain_text(text: str, explainer: Explainer, source: str = "") -> list[Diagnosis]:
    """Explain what somebody pasted; words that report nothing and fit no pattern give nothing."""
    return list(_diagnosed(read_text(text, explainer.formats, source), explainer))


def explain_file(data: bytes, explainer: Explainer, source: str = "") -> Iterator[Diagnosis]:
    """
    Explain the content of a file: log, replies, records, table, mail or mbox, gzip-compressed or not.

    Raises:
        ValueError: the compressed data is damaged or unpacks to too much.
    """
    data = unpacked(data)
    formats = explainer.formats
    shape = shape_of(data, formats)
    if shape == "mail":
        yield from _diagnosed(read_mail(data, formats, source), explainer)
    elif shape == "mbox":
        yield from _diagnosed(read_mbox(data, formats, source), explainer)
    elif shape == "table":
        yield from _diagnosed(read_table(data.decode("utf-8", "replace"), formats, source), explainer)
    elif shape == "json" and (whole := read_json(data.decode("utf-8", "replace"), formats, source)) is not None:
        yield from _diagnosed(whole, explainer)
    else:
        yield from explain_lines(data, explainer, source, logged=shape == "log")


def explain_lines(
    data: bytes, explainer: Explainer, source: str = "", *, logged: bool, first: int = 1,
    seen: dict[str, dict[str, str]] | None = None,
) -> Iterator[Diagnosis]:  # fmt: skip
    """
    Explain lines, one by one.

    Args:
        logged: whether all are a log's; then only those are read that look like a failure.
        first: the number of the first line.
        seen: what earlier lines said of deliveries; read and added to.
    """
    seen = {} if seen is None else seen
    read = _of_log(data, explainer, source, first, seen) if logged else _of_lines(data, explainer, source, first, seen)
    yield from (found for found in _diagnosed(read, explainer) if found.evidence.kind != "delivered")


def _of_lines(
    data: bytes, explainer: Explainer, source: str, first: int, seen: dict[str, dict[str, str]]
) -> Iterator[Evidence]:
    for number, line in enumerate(data.split(b"\n"), first):
        text = line.decode("utf-8", "replace").strip("\r\n")
        if text.strip():
            yield from read_one(text, explainer.formats, f"{source}:{number}", seen)


def _of_log(
    data: bytes, explainer: Explainer, source: str, first: int, seen: dict[str, dict[str, str]]
) -> Iterator[Evidence]:
    """The lines that may report a failure; all between them are passed over in one search."""
    formats, number, position = explainer.formats, first, 0
    while (sign := formats.signs.search(data, position)) is not None:
        start = data.rfind(b"\n", position, sign.start()) + 1 or position
        number += data.count(b"\n", position, start)
        text, end = _line_at(data, start)
        found = read_plain(text, formats, f"{source}:{number}")
        if found is None:
            if text.strip():
                yield from read_one(text, formats, f"{source}:{number}", seen)
            start, number = end + 1, number + 1
        while found is not None:  # failures come in runs: where the next line is one too, no search is needed
            yield found
            start, number = end + 1, number + 1
            text, end = _line_at(data, start)
            found = read_plain(text, formats, f"{source}:{number}")
        position = start


def _line_at(data: bytes, start: int) -> tuple[str, int]:
    end = data.find(b"\n", start)
    end = len(data) if end < 0 else end
    return data[start:end].decode("utf-8", "replace").strip("\r\n"), end


def _diagnosed(found: Iterator[Evidence] | list[Evidence], explainer: Explainer) -> Iterator[Diagnosis]:
    for evidence in found:
        diagnosis = diagnose(evidence, explainer.patterns)
        if evidence.kind != "unclear" or diagnosis.reason != UNKNOWN:
            yield diagnosis
