"""Scrapy extension: the pages that a crawl fetched, as a WARC archive beside its records.

Archived are the pages that became records, and those that were read and found to be no article. Not archived are
pages whose rights are reserved, that repeat another, that did not change, or whose language is not wanted: extracting
the archive gives the records of the crawl and no others.
"""

from __future__ import annotations

import asyncio
import logging
import platform
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

import scrapy
from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler import __version__
from crawler.archives.files import ArchiveOptions, RunArchive, RunOfArchive, finish_left_parts
from crawler.archives.page_notes import PageNotes
from crawler.archives.writing import Exchange, request_head, response_head
from crawler.errors import (
    ConsentPage,
    EmptyPage,
    ExtractionCrashed,
    ExtractionTimeout,
    NotArticle,
    OutputError,
    PageError,
)
from crawler.in_flight import AnswersInFlight
from crawler.items import Record, Verdict
from crawler.pipelines import StorePipeline
from crawler.rights import ServerRights
from crawler.robots import SERVER_RIGHTS
from crawler.signals import page_failed, page_recorded, page_repeated, page_unchanged, records_kept

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

PAGE_STATUSES = frozenset({200, 203})
READ_IN_VAIN = (ConsentPage, EmptyPage, NotArticle)
RIGHTS_NOT_READ = (ExtractionCrashed, ExtractionTimeout)
"""Their pages are kept only where reserved rights would not have kept them out."""


@dataclass(frozen=True, slots=True)
class _Received:
    """What came for a page, until it is known what became of it."""

    request: Request
    response: Response = field(repr=False)
    received_at: str


class CrawlArchive:
    """Keeps what came for each page until its outcome is told, then has a thread compress and write it.

    What waits for the thread counts as in flight: a crawl that is faster than the disk pauses its downloads, and the
    reactor never waits.
    """

    def __init__(self, scrapy_crawler: Crawler) -> None:
        self.crawler = scrapy_crawler
        self._received: dict[str, _Received] = {}
        self._waiting: queue.SimpleQueue[Exchange | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self.error: OutputError | None = None

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler) -> Self:
        if not (scrapy_crawler.settings.getbool("WINNOW_WARC") and scrapy_crawler.settings.getbool("WINNOW_STATE")):
            raise NotConfigured
        extension = cls(scrapy_crawler)
        connect = scrapy_crawler.signals.connect
        connect(extension.response_downloaded, signals.response_downloaded)
        connect(extension.page_recorded, page_recorded)
        connect(extension.page_failed, page_failed)
        connect(extension.page_unchanged, page_unchanged)
        connect(extension.page_unchanged, page_repeated)
        connect(extension.records_kept, records_kept)
        return extension

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Keep the answer as it came, before the downloader middlewares change it."""
        requested_url = request.meta.get("requested_url") if "link" in request.meta else None  # no feeds, no sitemaps
        if requested_url is not None and response.status in PAGE_STATUSES:
            self._received[requested_url] = _Received(request, response, _now())

    def page_recorded(self, requested_url: str, record: Record, verdict: Verdict) -> None:
        received = self._received.pop(requested_url, None)
        if received is not None and verdict.state in {"new", "changed"}:
            self._write(received, record.fetched_at or received.received_at)

    def page_failed(self, requested_url: str, error: PageError) -> None:
        received = self._received.pop(requested_url, None)
        if received is None:
            return
        may_keep = isinstance(error, RIGHTS_NOT_READ) and received.request.meta.get("rights") != "obey"
        if isinstance(error, READ_IN_VAIN) or may_keep:
            self._write(received, received.received_at)

    def page_unchanged(self, requested_url: str) -> None:
        self._received.pop(requested_url, None)

    def records_kept(self) -> None:
        """Write what waits and finish the file."""
        self._received.clear()
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
        if self.error is not None:
            self._end_run(self.error)  # before the store takes the run for whole

    def _write(self, received: _Received, fetched_at: str) -> None:
        if self._thread is None:
            loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._work, args=(self._run(), loop), name="archive")
            self._thread.start()
        self._keep(len(received.response.body))
        self._waiting.put(_exchange(received, fetched_at))

    def _run(self) -> RunOfArchive:
        pipeline = self.crawler.get_item_pipeline(StorePipeline)
        assert pipeline is not None
        settings = self.crawler.settings
        day = datetime.strptime(pipeline.run_id[:8], "%Y%m%d").replace(tzinfo=UTC)
        description = {
            "software": f"Winnow/{__version__} Scrapy/{scrapy.__version__} Python/{platform.python_version()}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "isPartOf": pipeline.run_id,
            "robots": "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
            "http-header-user-agent": settings.get("USER_AGENT") or "",
        }
        return RunOfArchive(pipeline.store.folder, pipeline.run_id, f"{day:%Y-%m-%d}", description)

    def _work(self, run: RunOfArchive, loop: asyncio.AbstractEventLoop) -> None:
        """Write until told to end; after an error take what comes and write nothing. Runs in the thread."""
        archive = RunArchive(run, ArchiveOptions(self.crawler.settings.getint("WINNOW_WARC_BYTES")))
        try:
            for path in finish_left_parts(run.folder):
                logger.info("%s: finished for a run that was killed", path)
        except OutputError as error:
            self._fail(error, loop)
        while (exchange := self._waiting.get()) is not None:
            self._try(partial(archive.append, exchange), loop)
            loop.call_soon_threadsafe(self._keep, -len(exchange.body))
        self._try(archive.finish, loop)
        archive.close()

    def _keep(self, number: int) -> None:
        in_flight = self.crawler.get_extension(AnswersInFlight)
        if in_flight is not None:
            in_flight.keep(number)

    def _try(self, step: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
        if self.error is None:
            try:
                step()
            except OutputError as error:
                self._fail(error, loop)

    def _fail(self, error: OutputError, loop: asyncio.AbstractEventLoop) -> None:
        self.error = error
        loop.call_soon_threadsafe(self._end_run, error)

    def _end_run(self, error: OutputError) -> None:
        pipeline = self.crawler.get_item_pipeline(StorePipeline)
        assert pipeline is not None
        pipeline.fail(error)


def _exchange(received: _Received, fetched_at: str) -> Exchange:
    request, response = received.request, received.response
    parts = urlsplit(response.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = [(name, value) for name, values in response.headers.items() for value in values]
    asked = [(name, value) for name, values in request.headers.items() for value in values]
    through_proxy = request.meta.get("proxy") is not None
    rights: ServerRights = request.meta.get(SERVER_RIGHTS, ServerRights())
    notes = PageNotes(
        requested_url=request.meta["requested_url"],
        link=request.meta.get("link"),
        significant_params=request.meta.get("significant_params", frozenset()),
        server_rights=rights,
    )
    return Exchange(
        url=response.url,
        fetched_at=fetched_at,
        request_head=request_head(request.method, target, parts.netloc, asked),
        response_head=response_head(response.status, response.protocol, headers, len(response.body)),
        body=response.body,
        ip_address=None if through_proxy or response.ip_address is None else str(response.ip_address),
        notes=notes,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
