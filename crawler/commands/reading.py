"""Inputs -> records, read in worker processes, in input order."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future

from crawler.archives.pages import ArchiveCount
from crawler.commands.console import Console
from crawler.commands.inputs import Input
from crawler.errors import PageError
from crawler.items import Page, Record
from crawler.statuses import status_error
from crawler.workers import WorkerPool

AHEAD = 4
"""Pages for each worker that are read before the first of them is written."""

Outcome = Future[Record] | PageError


class Reading:
    """Reads inputs ahead of their turn and gives their records in order; what gives none is told on the console."""

    def __init__(self, console: Console, *, write_all: bool) -> None:
        self.console = console
        self.write_all = write_all
        self.written = 0
        self.failed: Counter[str] = Counter()
        """Cause -> inputs without a record."""
        self.archives = 0
        """Archives that were read to their end."""
        self.skipped: Counter[str] = Counter()
        """Kind -> records of archives that hold no page."""

    @property
    def failures(self) -> int:
        return self.failed.total()

    def records(self, inputs: Iterator[Input], pool: WorkerPool) -> Iterator[Record]:
        ahead: deque[tuple[str, Outcome]] = deque()
        with self.console.progress("extract") as tell:
            for found in inputs:
                ahead.append(self._begin(found, pool))
                if len(ahead) > AHEAD * pool.options.worker_count:
                    yield from self._finish(*ahead.popleft())
                tell(self.written + self.failures, "")
            while ahead:
                yield from self._finish(*ahead.popleft())
                tell(self.written + self.failures, "")

    def archive_read(self, count: ArchiveCount) -> None:
        """Note what an archive held beside its pages."""
        self.archives += 1
        self.skipped += count.skipped
        self.console.say(str(count))

    def _begin(self, found: Input, pool: WorkerPool) -> tuple[str, Outcome]:
        if isinstance(found, Page):
            return _name(found), pool.submit("crawler.flow:record_of", found)
        return found

    def _finish(self, name: str, outcome: Outcome) -> Iterator[Record]:
        try:
            if isinstance(outcome, PageError):
                raise outcome
            record = outcome.result()
            if not self.write_all:
                status_error(record)
        except PageError as error:
            self.failed[error.cause] += 1
            self.console.fail(name, error)
            return
        self.written += 1
        yield record


def _name(page: Page) -> str:
    """Return how a person finds the page again; of an archive's page that is its place and its URL."""
    if page.fetched_at and page.input_id and page.url:
        return f"{page.input_id} {page.url}"
    return page.input_id or page.url or "stdin"
