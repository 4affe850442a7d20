"""
Explaining on the workers of a Dask cluster: the same tasks as on one machine, with their bytes, in the same order.

Workers need smtpbot installed, but no file and no knowledge: both are sent. Needs the extra ``dask``.
"""

import functools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from adapters.files import CHUNK, Result, Task, bytes_of, contents_of, run
from bot.bounce.explaining import Explainer, make_explainer
from knowledge.schema import Knowledge

PATIENCE = 10
"""Seconds that the scheduler, and the first worker, are waited for."""

IN_FLIGHT = 64
"""Tasks that are sent and not yet answered, at most: with chunks of 8 MiB, half a GiB at the scheduler."""

_ONCE = threading.Lock()

Explain = Callable[[Iterable[Task]], Iterator[Result]]


class ClusterLost(Exception):
    """The cluster cannot be used; the text is one line that says what is wrong."""


@contextmanager
def cluster(address: str, knowledge: Knowledge, wanted: bool) -> Iterator[Explain]:
    """
    Connect to a scheduler; gives what explains tasks there, their results in the tasks' order.

    Args:
        address: such as ``tcp://scheduler.example.com:8786``.
        wanted: whether the records are wanted, too.

    Raises:
        ClusterLost: Dask is not installed, or the scheduler or its workers cannot be used, now or later.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterLost("--scheduler: Dask is needed: pip install 'smtpbot[dask]'") from error
    client: Any  # Dask leaves its client untyped
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]  # as above
    except (OSError, ValueError, TypeError) as error:
        raise ClusterLost(f"--scheduler {address}: no scheduler answers there ({type(error).__name__})") from error
    with client:
        with _told(address):
            client.wait_for_workers(1, timeout=PATIENCE)
            packed = client.scatter(msgspec.msgpack.encode(knowledge), broadcast=True, hash=False)
            ahead = min(2 * sum(client.nthreads().values()), IN_FLIGHT)

        def explain(tasks: Iterable[Task]) -> Iterator[Result]:
            waiting: deque[Any] = deque()
            for task in _sendable(tasks):
                with _told(address):
                    waiting.append(client.submit(explain_sent, task, packed, wanted, pure=False))
                if len(waiting) >= ahead:
                    yield awaited(waiting.popleft())
            while waiting:
                yield awaited(waiting.popleft())

        def awaited(future: Any) -> Result:
            with _told(address):
                result: Result = future.result()
            return result

        yield explain


def explain_sent(task: Task, packed: bytes, wanted: bool) -> Result:
    """What a worker does with a task; the knowledge is compiled once a process."""
    with _ONCE:
        explainer, knowledge = _compiled(packed)
    return run(task, explainer, knowledge, wanted)


@functools.lru_cache(maxsize=1)
def _compiled(packed: bytes) -> tuple[Explainer, Knowledge]:
    knowledge = msgspec.msgpack.decode(packed, type=Knowledge)
    return make_explainer(knowledge), knowledge


def _sendable(tasks: Iterable[Task]) -> Iterator[Task]:
    """The same tasks, with bytes instead of the files that only this machine can read."""
    for task in tasks:
        if task.paths:
            yield from _with_contents(task)
        elif task.data is None:
            yield msgspec.structs.replace(task, data=bytes_of(task))
        else:
            yield task


def _with_contents(small: Task) -> Iterator[Task]:
    contents: list[tuple[str, bytes | None]] = []
    size = 0
    for path, data in contents_of(small):
        contents.append((path, data))
        size += len(data or b"")
        if size >= CHUNK:
            yield Task(contents=tuple(contents), end=size)
            contents, size = [], 0
    if contents:
        yield Task(contents=tuple(contents), end=size)


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Turn what goes wrong at the cluster into one line; every other exception stays."""
    from distributed import CancelledError, KilledWorker

    try:
        yield
    except KilledWorker as error:
        raise ClusterLost(f"--scheduler {address}: its workers die; give them more memory") from error
    except (ImportError, AttributeError) as error:
        raise ClusterLost(f"--scheduler {address}: its workers need the smtpbot that this machine has") from error
    except (CancelledError, OSError) as error:
        raise ClusterLost(f"--scheduler {address}: no workers, or lost ({type(error).__name__})") from error
