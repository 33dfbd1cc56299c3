"""`scrapy crawl pages -a urls=...`: given URLs, no discovery."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

from scrapy import Request

from crawler.errors import OutputError, PageError, UsageError
from crawler.items import DiscoveredVia, Link, Page, Record
from crawler.spiders.ledger import LedgerSpider
from crawler.state.runs import utc_now
from crawler.state.values import GIVEN_SITE, Candidate, Poll
from crawler.urls import normalized_url


class PagesSpider(LedgerSpider):
    """Fetches the URLs in the argument `urls`, separated by white space or commas, or in the file `urls=@FILE`."""

    name = "pages"

    def __init__(self, urls: str | Iterable[str] = "", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.urls = _split(urls) if isinstance(urls, str) else tuple(dict.fromkeys(urls))
        if not self.urls:
            raise UsageError("no URL given; use -a urls=https://... or -a urls=@FILE")

    async def start(self) -> AsyncIterator[Request | Page | Record]:
        """Ask for the pages: from the ledger with state, in the order given without."""
        if self.store_pipeline is None:
            for url in self.urls:
                try:
                    normalized_url(url)
                except PageError as error:
                    self.page_lost(url, error)
                    continue
                for request in self.page_requests(url, Link(url, DiscoveredVia.GIVEN)):
                    yield request
            return
        try:
            self._find()
        except OutputError as error:
            self.output_failed(error)
            return
        async for found in self.waiting_pages({GIVEN_SITE: None}, {GIVEN_SITE: [GIVEN_SITE]}):
            yield found

    def _find(self) -> None:
        """Enter the URLs into the ledger."""
        pipeline = self.store_pipeline
        assert pipeline is not None
        candidates = []
        for url in self.urls:
            try:
                candidates.append(Candidate(Link(url, DiscoveredVia.GIVEN), normalized_url(url), GIVEN_SITE))
            except PageError as error:
                pipeline.store.count_refused(GIVEN_SITE, error.cause, 1)
                self.logger.warning("%s: %s", ascii(url)[1:-1], error)
        now = utc_now()
        poll = Poll("given:", GIVEN_SITE, DiscoveredVia.GIVEN, None, None, None, None, now)
        pipeline.store.record_poll(poll, candidates)


def _split(urls: str) -> tuple[str, ...]:
    if urls.startswith("@"):
        try:
            urls = Path(urls[1:]).read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(f"urls={urls}: cannot be read ({error.strerror})") from error
        except UnicodeDecodeError as error:
            raise UsageError(f"urls={urls}: not UTF-8 at byte {error.start}; save the file as UTF-8") from error
    # A comma splits only before a new URL: it may stand in one.
    return tuple(dict.fromkeys(urls.replace(",http", " http").split()))
