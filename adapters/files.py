"""Files, folders and streams to explained failures: in order, in flat memory, on as many cores as there are."""

import gzip
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import BinaryIO

import msgspec

from bot.answers.bounce import record
from bot.bounce.diagnosis import Diagnosis
from bot.bounce.digest import Digest, digest, merged
from bot.bounce.explaining import Explainer, explain_file, explain_lines
from bot.bounce.reading import shape_of
from knowledge.schema import Knowledge

CHUNK = 8 * 1024 * 1024
"""Bytes of a log that are explained at a time."""

BATCH = 64
"""Small files that are explained at a time."""

WHOLE = 64 * 1024 * 1024
"""Bytes up to which a file is read whole; what is larger must be lines."""

STDIN = "-"


class Task(msgspec.Struct, frozen=True):
    """
    A piece of work, whole in itself: small files by *paths*, or lines of one file, by their place or as *data*.

    Args:
        contents: small files as their paths and bytes, None where they cannot be read.
        first: the number of the first line.
        logged: whether the lines are a log's.
        whole: whether *data* is a file of any shape, not lines.
    """

    paths: tuple[str, ...] = ()
    source: str = ""
    start: int = 0
    end: int = 0
    first: int = 1
    logged: bool = False
    whole: bool = False
    data: bytes | None = None
    contents: tuple[tuple[str, bytes | None], ...] = ()


class Result(msgspec.Struct, frozen=True):
    """What a task found: its records, if they were asked for, as lines of JSON, and their digest."""

    records: bytes
    digest: Digest
    size: int
    unread: tuple[str, ...] = ()


def tasks_of(paths: Sequence[str], explainer: Explainer, stdin: BinaryIO | None = None) -> Iterator[Task]:
    """
    Cut the work into tasks, in input order: large logs into chunks of whole lines, small files into batches.

    Raises:
        FileNotFoundError: a path is not there.
    """
    batch: list[str] = []
    for path in _files(paths):
        large = path == STDIN or _is_large(path)
        if large or len(batch) >= BATCH:
            if batch:
                yield Task(paths=tuple(batch))
            batch = []
        if not large:
            batch.append(path)
        elif path == STDIN:
            yield from _of_stream(stdin or io.BytesIO(), STDIN, explainer)
        elif path.endswith(".gz"):
            with gzip.open(path, "rb") as stream:
                yield from _of_stream(stream, path, explainer)
        else:
            yield from _of_file(path, explainer)
    if batch:
        yield Task(paths=tuple(batch))


def run(task: Task, explainer: Explainer, knowledge: Knowledge, wanted: bool) -> Result:
    """Explain what a task holds; the same task gives the same result wherever it runs. *wanted*: the records too."""
    records: list[bytes] = []
    unread: list[str] = []
    size = 0

    def each() -> Iterator[Diagnosis]:
        for path, data in contents_of(task):
            try:
                yield from explain_file(data or b"", explainer, path)
            except (OSError, ValueError, EOFError):
                data = None
            if data is None:
                unread.append(path)
        if task.whole and task.data is not None:
            yield from explain_file(task.data, explainer, task.source)
        elif not task.paths and not task.contents:
            lines = task.data if task.data is not None else bytes_of(task)
            yield from explain_lines(lines, explainer, task.source, logged=task.logged, first=task.first)

    def kept() -> Iterator[Diagnosis]:
        for found in each():
            if wanted:
                records.append(msgspec.json.encode(record(found, knowledge)) + b"\n")
            yield found

    counted = digest(kept(), knowledge)
    size = sum(size_of(path) for path in task.paths) or task.end - task.start
    return Result(b"".join(records), counted, size, tuple(unread))


def explain_all(
    tasks: Iterable[Task], work: Callable[[Task], Result], executor: Executor | None, cores: int
) -> Iterator[Result]:
    """The results of *tasks* in their order; with an executor, a few ahead of the one that is awaited."""
    if executor is None:
        yield from map(work, tasks)
        return
    waiting: deque[Future[Result]] = deque()
    for task in tasks:
        waiting.append(executor.submit(work, task))
        if len(waiting) > 2 * cores:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def all_of(results: Iterable[Result]) -> Digest:
    """The digest of everything."""
    return merged(result.digest for result in results)


def size_of(path: str) -> int:
    """Bytes of a file; 0 for standard input and for what is no file."""
    return Path(path).stat().st_size if path != STDIN and Path(path).is_file() else 0


def _files(paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        if path == STDIN or not Path(path).is_dir():
            if path != STDIN and not Path(path).exists():
                raise FileNotFoundError(path)
            yield path
        else:
            names = sorted(name for name in Path(path).rglob("*") if name.is_file())
            yield from (str(name) for name in names if not name.name.startswith("."))


def _is_large(path: str) -> bool:
    return size_of(path) > (CHUNK // 8 if path.endswith(".gz") else CHUNK)


def _of_file(path: str, explainer: Explainer) -> Iterator[Task]:
    with Path(path).open("rb") as stream:
        shape = shape_of(stream.read(65_536), explainer.formats)
        size = size_of(path)
        if shape not in ("log", "lines", "json") and size <= WHOLE:
            yield Task(paths=(path,))
            return
        stream.seek(0)
        if _remembers(stream, explainer):
            yield Task(source=path, end=size, logged=shape == "log")
            return
        stream.seek(0)
        start, first = 0, 1
        while start < size:
            data = stream.read(CHUNK)
            data += stream.readline()
            yield Task(source=path, start=start, end=start + len(data), first=first, logged=shape == "log")
            start, first = start + len(data), first + data.count(b"\n")


def _remembers(stream: BinaryIO | gzip.GzipFile, explainer: Explainer) -> bool:
    """Whether a format that joins lines is in use: then the file stays whole."""
    head = stream.read(65_536)
    return any(expression.span(head) is not None for expression in explainer.formats.remember.values())


def _of_stream(stream: BinaryIO | gzip.GzipFile, source: str, explainer: Explainer) -> Iterator[Task]:
    first, logged = 1, None
    while data := stream.read(CHUNK):
        data += stream.readline()
        shape = shape_of(data, explainer.formats) if logged is None else "lines"
        if logged is None and shape in ("mail", "mbox", "table", "json"):
            data += stream.read(WHOLE)
            yield Task(source=source, data=data, end=len(data), whole=True)
            return
        logged = shape == "log" if logged is None else logged
        yield Task(source=source, first=first, logged=logged, data=data, end=len(data))
        first += data.count(b"\n")


def contents_of(task: Task) -> Iterator[tuple[str, bytes | None]]:
    """The small files of a task: their paths and bytes, None where they cannot be read."""
    yield from task.contents
    for path in task.paths:
        try:
            data = Path(path).read_bytes()
        except OSError:
            yield path, None
        else:
            yield path, data


def bytes_of(task: Task) -> bytes:
    """The lines that a task names by their place."""
    with Path(task.source).open("rb") as stream:
        stream.seek(task.start)
        return stream.read(task.end - task.start)
