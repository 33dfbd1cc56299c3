"""`winnow extract`: pages from disk, no network."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import click

from crawler.commands import options
from crawler.commands.console import Console
from crawler.commands.delivery import Delivery, exit_code
from crawler.commands.inputs import Input, pages_of
from crawler.errors import PageError
from crawler.items import Page, Record
from crawler.records.formats import RecordFormat
from crawler.statuses import status_error
from crawler.workers import WorkerOptions, WorkerPool

AHEAD = 4
"""Pages for each worker that are read before the first of them is written."""


@click.command("extract")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--plain-text", is_flag=True, help="The input is text, its lines the blocks; .txt files always are.")
@options.output_file
@options.overwrite
@options.record_format
@options.write_all
@options.navigation
@click.option("--workers", type=click.IntRange(1), help="Worker processes.  [default: one a core]")
@options.quiet
@options.json_logs
def command(  # noqa: PLR0913 - the command line is its interface
    paths: tuple[str, ...], plain_text: bool, output: Path | None, overwrite: bool, form: str, write_all: bool,
    navigation: bool, workers: int | None, quiet: bool, json_logs: bool,
) -> int:  # fmt: skip
    """Read HTML or text from disk; one record per article, in input order.

    PATH is a file, a folder, a page list (.jsonl) or - for stdin.

    \b
    winnow extract story.html > story.jsonl
    winnow extract pages/ --format markdown -o pages.md
    winnow extract notes.txt --plain-text
    """
    console = Console(json_logs=json_logs, quiet=quiet)
    delivery = Delivery(RecordFormat(form), output, overwrite, navigation)
    delivery.check()
    reading = _Reading(console, write_all)
    with WorkerPool(WorkerOptions(workers=workers or 0)) as pool, delivery.open() as deliver:
        for record in reading.records(pages_of(paths, plain_text=plain_text), pool):
            deliver(record)
    console.say(f"{reading.written} records, {reading.failures} inputs without one")
    return exit_code(reading.written, reading.failures)


class _Reading:
    """Reads inputs ahead of their turn and gives their records in order."""

    def __init__(self, console: Console, write_all: bool) -> None:
        self.console = console
        self.write_all = write_all
        self.written = 0
        self.failures = 0

    def records(self, inputs: Iterator[Input], pool: WorkerPool) -> Iterator[Record]:
        ahead: deque[tuple[str, Future[Record] | PageError]] = deque()
        with self.console.progress("extract") as tell:
            for found in inputs:
                ahead.append(self._begin(found, pool))
                if len(ahead) > AHEAD * pool.options.worker_count:
                    yield from self._finish(*ahead.popleft())
                tell(self.written + self.failures, "")
            while ahead:
                yield from self._finish(*ahead.popleft())
                tell(self.written + self.failures, "")

    def _begin(self, found: Input, pool: WorkerPool) -> tuple[str, Future[Record] | PageError]:
        if isinstance(found, Page):
            return found.input_id or found.url or "stdin", pool.submit("crawler.flow:record_of", found)
        return found

    def _finish(self, name: str, outcome: Future[Record] | PageError) -> Iterator[Record]:
        try:
            if isinstance(outcome, PageError):
                raise outcome
            record = outcome.result()
            if not self.write_all:
                status_error(record)
        except PageError as error:
            self.failures += 1
            self.console.fail(name, error)
            return
        self.written += 1
        yield record
