"""The command ``explain``: what failed in files and streams, for people and for machines."""

import argparse
import csv
import multiprocessing
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from adapters.cluster import ClusterLost, cluster
from adapters.files import STDIN, Result, Task, explain_all, run, size_of, tasks_of
from bot.bounce.digest import Digest, merged
from bot.language import Words

if TYPE_CHECKING:
    from bot.answering import Bot

FOUND, NOTHING, USAGE = 0, 1, 2
SMALL = 4 * 1024 * 1024
"""Bytes below which more processes cost more than they save."""

_work: Callable[[Task], Result]


def explain(options: argparse.Namespace, bot: "Bot", language: str | None) -> int:
    """Run the command; returns 0 where something was found, 1 where nothing was, 2 for wrong usage."""
    wanted = options.jsonl or options.csv
    words = bot.words(language or bot.knowledge.language)
    explainer = bot.explainer()

    def work(task: Task) -> Result:
        return run(task, explainer, bot.knowledge, wanted)

    try:
        tasks = tasks_of(options.files, explainer, sys.stdin.buffer)
        if options.scheduler:
            with cluster(options.scheduler, bot.knowledge, wanted) as explain_there:
                parts = list(_written(_shown(explain_there(tasks), options), options, words))
        else:
            with _executor(options, work) as executor:
                results = explain_all(tasks, _run if executor else work, executor, options.cores)
                parts = list(_written(_shown(results, options), options, words))
    except ClusterLost as error:
        print(error, file=sys.stderr)
        return USAGE
    except FileNotFoundError as error:
        print(words.pair(str(error.args[0]), words.say("cli.no-such-file")), file=sys.stderr)
        return USAGE
    found = merged(parts)
    _conclude(found, bot, words, options)
    return FOUND if found.total else NOTHING


@contextmanager
def _executor(options: argparse.Namespace, work: Callable[[Task], Result]) -> Iterator[Executor | None]:
    """Processes that share the compiled patterns, where there is enough to do."""
    size = sum(map(size_of, options.files))
    many = size >= SMALL or any(path == STDIN or Path(path).is_dir() for path in options.files)
    if options.cores < 2 or not many or "fork" not in multiprocessing.get_all_start_methods():
        yield None
        return
    global _work  # what a forked process inherits; it is set once, before the first
    _work = work
    with ProcessPoolExecutor(options.cores, multiprocessing.get_context("fork")) as executor:
        yield executor


def _run(task: Task) -> Result:
    return _work(task)


def _shown(results: Iterator[Result], options: argparse.Namespace) -> Iterator[Result]:
    """The results, with a bar that shows how far they are, where somebody watches."""
    if not sys.stderr.isatty():
        yield from results
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    size = sum(map(size_of, options.files)) or None
    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task("", total=size)
        for result in results:
            bar.advance(shown, result.size)
            yield result


def _written(results: Iterator[Result], options: argparse.Namespace, words: Words) -> Iterator[Digest]:
    """The results' digests, once their records are printed and what could not be read is said."""
    table = csv.writer(sys.stdout)
    headed = False
    for result in results:
        for path in result.unread:
            print(words.pair(path, words.say("cli.unread")), file=sys.stderr)
        if options.jsonl:
            sys.stdout.buffer.write(result.records)
        elif options.csv:
            for line in result.records.splitlines():
                fields = msgspec.json.decode(line)
                if not headed:
                    table.writerow(fields)
                    headed = True
                table.writerow(["" if value is None else value for value in fields.values()])
        sys.stdout.flush()
        yield result.digest


def _conclude(found: Digest, bot: "Bot", words: Words, options: argparse.Namespace) -> None:
    if options.chart and found.total:
        from adapters.chart import draw

        options.chart.write_bytes(draw(found, words))
    if options.suppress:
        print("\n".join(found.suppress))
    elif not (options.jsonl or options.csv):
        from adapters.terminal import console_for, show

        show(bot.explain(found, words), words, console_for(sys.stdout))
