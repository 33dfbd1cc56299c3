"""Inputs -> records, read in worker processes, in input order."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future

from crawler.archives.pages import ArchiveCount
from crawler.commands.console import Console
from crawler.commands.page_lists import Input
from crawler.commands.site_memories import SitesOfInputs
from crawler.commands.tally import Tally
from crawler.errors import PageError
from crawler.items import Page, Record
from crawler.statuses import status_error
from crawler.workers import WorkerPool

AHEAD = 4
"""Pages for each worker that are read before the first of them is written."""

Outcome = Future[Record] | PageError


class Reading:
    """Reads inputs ahead of their turn and gives their records in order; what gives none is told on the console."""

    def __init__(
        self,
        console: Console,
        *,
        write_all: bool,
        all_reasons: bool = False,
        total: int | None = None,
        sites: SitesOfInputs | None = None,
    ) -> None:
        self.console = console
        self.read_page = "crawler.flow:explained_record_of" if all_reasons else "crawler.flow:record_of"
        self.sites = sites
        """What is known of the sites; None where pages are read alone."""
        self.total = total
        """Inputs there will be, None where that is not known before they are read."""
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
        with self.console.progress("extract", self.total) as tally:
            for found in inputs:
                ahead.append(self._begin(found, pool))
                if len(ahead) > AHEAD * pool.options.worker_count:
                    yield from self._finish(*ahead.popleft(), tally)
            while ahead:
                yield from self._finish(*ahead.popleft(), tally)

    def archive_read(self, count: ArchiveCount) -> None:
        """Note what an archive held beside its pages."""
        self.archives += 1
        self.skipped += count.skipped
        self.console.say(str(count))

    def _begin(self, found: Input, pool: WorkerPool) -> tuple[str, Outcome]:
        if isinstance(found, Page):
            informed = self.sites.informed(found) if self.sites is not None else found
            return _name(found), pool.submit(self.read_page, informed)
        return found

    def _finish(self, name: str, outcome: Outcome, tally: Tally) -> Iterator[Record]:
        tally.places = (name,)
        try:
            if isinstance(outcome, PageError):
                raise outcome
            record = outcome.result()
            if not self.write_all:
                status_error(record)
            if self.sites is not None:
                self.sites.learn(record)
        except PageError as error:
            self.failed[error.cause] += 1
            tally.count(error.state)
            self.console.fail(name, error)
            return
        self.written += 1
        tally.count("written")
        yield record


def _name(page: Page) -> str:
    """Return how a person finds the page again; of an archive's page that is its place and its URL."""
    if page.fetched_at and page.input_id and page.url:
        return f"{page.input_id} {page.url}"
    return page.input_id or page.url or "stdin"
