"""What both spiders share: pages are asked for from the ledger, in small batches, and handed on unread."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals

from crawler.config import Site
from crawler.errors import BudgetReached, PageError
from crawler.failures import page_error
from crawler.items import Link, Page
from crawler.pipelines import StorePipeline
from crawler.resolver import GuardedResolver
from crawler.signals import page_failed

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.state.values import Waiting

PAGES_IN_FLIGHT = 16
"""Pages of one site that are asked for or being read at a time; the rest waits in the ledger, not in memory."""
LOOK_AGAIN_SECONDS = 1.0


class ArticleSpider(Spider):
    """Asks for pages and hands their bytes on. It never reads an article; that is the pipelines' work."""

    custom_settings: dict[str, Any] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wake = asyncio.Event()
        self._asked_of_site: Counter[str] = Counter()
        self.open_polls = 0
        """Sources that are being asked."""

    @property
    def store_pipeline(self) -> StorePipeline | None:
        """The crawl's store; None for a run without state."""
        return self.crawler.get_item_pipeline(StorePipeline)

    def page_request(self, url: str, link: Link, site: Site | None = None) -> Request:
        """Return the request of an article page; `url` is the one that it is accounted under."""
        meta: dict[str, Any] = {"requested_url": url, "link": link}
        if site is not None:
            meta |= site_meta(site)
        headers = {"User-Agent": site.user_agent} if site is not None and site.user_agent else None
        return Request(
            url,
            callback=self.parse_page,
            errback=self.request_failed,
            headers=headers,
            meta=meta,
            dont_filter=True,
        )

    def parse_page(self, response: Response) -> Iterator[Page]:
        """Yield the page as it came: bytes, and what the server said of them."""
        meta = response.meta
        yield Page(
            body=response.body,
            url=response.url,
            requested_url=meta["requested_url"],
            content_type=_header(response, "Content-Type"),
            http_status=response.status,
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            etag=_header(response, "ETag"),
            last_modified=_header(response, "Last-Modified"),
            x_robots_tag=tuple(v.decode("latin-1") for v in response.headers.getlist("X-Robots-Tag")),
            link=meta["link"],
            languages=meta.get("languages", frozenset()),
            significant_params=meta.get("significant_params", frozenset()),
        )

    def request_failed(self, failure: Failure) -> None:
        """Name the cause of a request that gave no page."""
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy sets it on every failure
        self.page_lost(request.meta["requested_url"], self.error_of(failure, request))

    def error_of(self, failure: Failure, request: Request) -> PageError:
        assert failure.value is not None
        return page_error(failure.value, _refused_hosts(), urlsplit(request.url).hostname or "")

    def page_lost(self, requested_url: str, error: PageError) -> None:
        self.crawler.signals.send_catch_log(page_failed, requested_url=requested_url, error=error)
        self._wake.set()

    async def waiting_pages(self, sites: dict[str, Site | None]) -> AsyncIterator[Request]:
        """Yield requests for the ledger's waiting rows of the sites until none is left and no source is open.

        Nothing in memory grows with the number of URLs: at most PAGES_IN_FLIGHT rows of a site are taken at a time.
        """
        self.crawler.signals.connect(self._wake_up, signals.scheduler_empty)
        pipeline = self.store_pipeline
        assert pipeline is not None
        left = dict(sites)
        while left or self.open_polls:
            self._wake.clear()
            taken = 0
            closing = not self.open_polls
            for name, site in list(left.items()):
                rows = self._take(pipeline, name, site)
                for waiting in rows or ():
                    taken += 1
                    yield self.page_request(waiting.url, waiting.link, site)
                if rows == [] and closing:
                    del left[name]
            if not taken and (left or self.open_polls):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                        await self._wake.wait()

    def _take(self, pipeline: StorePipeline, name: str, site: Site | None) -> list[Waiting] | None:
        """Return rows of the site to ask for; an empty list where none may follow, None where it is not yet time."""
        budget = self._budget(name, site)
        if not budget:
            pipeline.store.explain_waiting(name, BudgetReached.cause)
            return []
        room = PAGES_IN_FLIGHT - pipeline.in_flight_of_site[name]
        if room < PAGES_IN_FLIGHT // 2:
            return None
        rows = pipeline.store.take_waiting(name, min(room, budget))
        for waiting in rows:
            pipeline.begin(waiting)
        self._asked_of_site[name] += len(rows)
        return rows

    def _budget(self, name: str, site: Site | None) -> int:
        """Pages of the site that this run may still ask for."""
        limit = self.crawler.settings.getint("WINNOW_LIMIT")
        whole = limit - self._asked_of_site.total() if limit else PAGES_IN_FLIGHT
        of_site = site.max_pages - self._asked_of_site[name] if site and site.max_pages else PAGES_IN_FLIGHT
        return max(0, min(whole, of_site))

    def _wake_up(self) -> None:
        self._wake.set()


def site_meta(site: Site) -> dict[str, Any]:
    """Return the request meta that holds a request to its site."""
    meta: dict[str, Any] = {
        "site": site.name,
        "site_url": site.url,
        "allow_hosts": frozenset(site.allow_hosts),
        "languages": frozenset(language.split("-")[0].lower() for language in site.languages),
        "significant_params": frozenset(site.significant_params),
    }
    if site.delay is not None:
        meta["autothrottle_dont_adjust_delay"] = True
    return meta


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def _refused_hosts() -> frozenset[str]:
    from twisted.internet import reactor  # must not be imported before it is installed

    resolver = reactor.nameResolver
    return frozenset(resolver.refused_hosts) if isinstance(resolver, GuardedResolver) else frozenset()
