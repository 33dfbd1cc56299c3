"""What both spiders share: pages are asked for from the ledger, in small batches, and handed on unread."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals

from crawler.config import Site
from crawler.errors import BudgetReached, Gone, OutputError, PageError, TakenOver
from crawler.failures import page_error, unusable
from crawler.items import Link, Page, Record
from crawler.pipelines import StorePipeline
from crawler.resolver import refused_hosts
from crawler.robots import server_rights
from crawler.signals import page_failed, page_unchanged
from crawler.spiders.sources import SHORTEST_DELAY
from crawler.urls import parse_url

if TYPE_CHECKING:
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.state.protocol import SiteTurns
    from crawler.state.values import Waiting

PAGES_IN_FLIGHT = 16
"""Pages of one site that are asked for or being read at a time; the rest waits in the ledger, not in memory."""
LOOK_AGAIN_SECONDS = 1.0
ITEM_ENDS_SECONDS = 0.02
"""From the signal of an item's end until Scrapy no longer counts it. Chosen."""
IDLE_SECONDS = 3.0
"""Time without any work after which the last held pages wait for no other. Chosen."""
NOT_MODIFIED = 304
GONE = (404, 410)


class ArticleSpider(Spider):
    """Asks for pages and hands their bytes on. It never reads an article; that is the pipelines' work."""

    custom_settings: dict[str, Any] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wake = asyncio.Event()
        self._asked_of_site: Counter[str] = Counter()
        self._worked_at = time.monotonic()
        self.open_polls: Counter[str] = Counter()
        """Site -> sources that are being asked."""
        self._slot_keys: defaultdict[str, set[str]] = defaultdict(set)
        """Site -> names of the downloader's slots that its requests are in."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        settings = crawler.settings
        settings.set("DOWNLOAD_DELAY", max(SHORTEST_DELAY, settings.getfloat("DOWNLOAD_DELAY")), priority="cmdline")
        return super().from_crawler(crawler, *args, **kwargs)

    @property
    def store_pipeline(self) -> StorePipeline | None:
        """The crawl's store; None for a run without state."""
        return self.crawler.get_item_pipeline(StorePipeline)

    def page_requests(
        self, url: str, link: Link, site: Site | None = None, waiting: Waiting | None = None
    ) -> Iterator[Request]:
        """Yield the page's request, or nothing for a URL that cannot be asked for: it costs itself, not the run."""
        try:
            yield self._page_request(url, link, site, waiting)
        except PageError as error:
            self.page_lost(url, error)

    def _page_request(self, url: str, link: Link, site: Site | None, waiting: Waiting | None) -> Request:
        """Return the request of an article page; `url` is the one that it is accounted under.

        A page that we have, `waiting.revisit`, is asked for with the validators of its last fetch.
        """
        meta: dict[str, Any] = {"requested_url": url, "link": link}
        headers: dict[str, str] = {}
        if site is not None:
            meta |= site_meta(site)
            if site.user_agent:
                headers["User-Agent"] = site.user_agent
        if waiting is not None and waiting.revisit:
            meta |= {"waiting": waiting, "handle_httpstatus_list": [NOT_MODIFIED, *GONE]}
            validators = {"If-None-Match": waiting.etag, "If-Modified-Since": waiting.last_modified}
            headers |= {name: value for name, value in validators.items() if value}
        return Request(
            parse_url(url).href,  # Scrapy takes spellings that browsers know, such as http:host/path, for no URL
            callback=self.parse_page,
            errback=self.request_failed,
            headers=headers,
            meta=meta,
            dont_filter=True,
        )

    def parse_page(self, response: Response) -> Iterator[Page]:
        """Yield the page as it came: bytes, and what the server said of them; nothing for one that is unchanged."""
        try:
            yield from self._pages_of(response)
        except OutputError as error:
            self.output_failed(error)

    def _pages_of(self, response: Response) -> Iterator[Page]:
        meta = response.meta
        refused = unusable(response.status) if 200 <= response.status < 300 else None
        if refused is not None:
            self.page_lost(meta["requested_url"], refused)
            return
        body_hash = sha256(response.body).hexdigest()
        if "waiting" in meta and self._is_settled(response, meta["waiting"], body_hash):
            return
        significant_params = meta.get("significant_params", frozenset())
        if self.store_pipeline is not None:
            if self.store_pipeline.repeats(meta["requested_url"], response.url, body_hash, significant_params):
                self._wake.set()
                return
            self.store_pipeline.fetched(meta["requested_url"], body_hash)
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
            server_rights=server_rights(response),
            rights_policy=meta.get("rights", "record"),
            link=meta["link"],
            languages=meta.get("languages", frozenset()),
            significant_params=significant_params,
            timezone=meta.get("timezone"),
            site_language=meta.get("site_language"),
            prune=meta.get("prune", ()),
            keep=meta.get("keep", ()),
        )

    def _is_settled(self, response: Response, waiting: Waiting, body_hash: str) -> bool:
        """Settle a page that we have and that is gone or the same; False for one that must be read again."""
        if response.status in GONE:
            self.page_lost(waiting.url, Gone(f"HTTP {response.status}"))
            return True
        if response.status == NOT_MODIFIED or body_hash == waiting.body_hash:
            self.crawler.signals.send_catch_log(page_unchanged, requested_url=waiting.url)
            self._wake.set()
            return True
        return False

    def request_failed(self, failure: Failure) -> None:
        """Name the cause of a request that gave no page."""
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy sets it on every failure
        self.page_lost(request.meta["requested_url"], self.error_of(failure, request))

    def error_of(self, failure: Failure, request: Request) -> PageError:
        assert failure.value is not None
        return page_error(failure.value, refused_hosts(), urlsplit(request.url).hostname or "")

    def page_lost(self, requested_url: str, error: PageError) -> None:
        self.crawler.signals.send_catch_log(page_failed, requested_url=requested_url, error=error)
        self._wake.set()

    def output_failed(self, error: OutputError) -> None:
        """End the run: nothing more can be kept. What is not committed is left to the next one."""
        if self.store_pipeline is not None:
            self.store_pipeline.fail(error)

    async def waiting_pages(
        self, sites: Mapping[str, Site | None], groups: Mapping[str, Collection[str]]
    ) -> AsyncIterator[Request | Page | Record]:
        """Yield requests for the ledger's waiting rows of the sites until none is left and no source is open.

        Between them come the pages that were held until more was known of their site.

        Nothing in memory grows with the number of URLs: at most PAGES_IN_FLIGHT rows of a site are taken at a time.
        `groups` are the sites by the hosts that they share. Where other workers share the state, sites come one
        after the other, and what a worker leaves is waited for.
        """
        self.crawler.signals.connect(self._wake_up, signals.scheduler_empty)
        self.crawler.signals.connect(self._note_slot, signals.request_reached_downloader)
        for ended in (signals.item_scraped, signals.item_dropped, signals.item_error):
            self.crawler.signals.connect(self._item_ended, ended)
        pipeline = self.store_pipeline
        assert pipeline is not None
        turns = pipeline.store.turns
        turns.offer(groups, joins=not self.crawler.settings.getbool("WINNOW_DUE"))
        try:
            async for found in self._work(pipeline, sites):
                yield found
        except OutputError as error:
            self.output_failed(error)

    async def _work(
        self, pipeline: StorePipeline, sites: Mapping[str, Site | None]
    ) -> AsyncIterator[Request | Page | Record]:
        turns = pipeline.store.turns
        left: set[str] = set()
        while pipeline.error is None:
            self._wake.clear()
            for name in turns.take():
                left.add(name)
                async for request in self.begin_site(name):
                    yield request
            taken = 0
            for name in sorted(left):
                rows = [] if turns.is_lost(name) or turns.is_given(name) else self._take(pipeline, name, sites[name])
                for waiting in rows or ():
                    taken += 1
                    for request in self.page_requests(waiting.url, waiting.link, sites[name], waiting):
                        yield request
                if rows == [] and self._has_ended(turns, name):
                    left.discard(name)
            for item in pipeline.going_on():
                taken += 1
                yield item
            is_over = not left and not self.open_polls.total() and not turns.is_more
            if is_over and not (pipeline.expects_more() and self._is_at_work()):
                return
            if not taken:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                        await self._wake.wait()

    async def begin_site(self, name: str) -> AsyncIterator[Request]:
        """Yield what is to be asked of a site before its waiting pages: a spider with sources has some."""
        none: tuple[Request, ...] = ()
        for request in none:
            yield request

    def _has_ended(self, turns: SiteTurns, name: str) -> bool:
        """Whether nothing more is to be taken of the site, and it is given back where it was leased."""
        pipeline = self.store_pipeline
        assert pipeline is not None
        if turns.is_lost(name):
            self._drop_queued(name)
            pipeline.site_ended(name)
            pipeline.let_go(name)
            return True
        if self.open_polls[name]:
            return False
        pipeline.site_ended(name)
        pipeline.let_go(name)
        under_way = pipeline.in_flight_of_site[name]
        return turns.end(
            name, is_done=not turns.is_given(name), in_flight=under_way, pause_seconds=self._pause_of(name)
        )

    def _is_at_work(self) -> bool:
        """Whether a page is being fetched or read, or was a moment ago: held pages wait for no longer."""
        engine = self.crawler.engine
        assert engine is not None
        assert engine.scraper.slot is not None
        if engine.downloader.active or not engine.scraper.slot.is_idle():
            self._worked_at = time.monotonic()
        return time.monotonic() - self._worked_at < IDLE_SECONDS

    def _slots_of(self, name: str) -> list[Slot]:
        assert self.crawler.engine is not None
        slots = self.crawler.engine.downloader.slots
        return [slots[key] for key in self._slot_keys[name] if key in slots]

    def _pause_of(self, name: str) -> float:
        """Return the longest time that must pass between two requests to a host of the site, in seconds."""
        return max([slot.delay * (1 + slot.jitter) for slot in self._slots_of(name)], default=0.0)

    def _drop_queued(self, name: str) -> None:
        """Ask for nothing more of a site that another worker has now."""
        for slot in self._slots_of(name):
            queued = list(slot.queue)
            slot.queue.clear()
            for request, answer in queued:
                if request.meta.get("site") == name:
                    answer.errback(TakenOver("another worker has the site now"))
                else:
                    slot.queue.append((request, answer))

    def _note_slot(self, request: Request) -> None:
        site = request.meta.get("site")
        if site is not None:
            assert self.crawler.engine is not None
            self._slot_keys[site].add(self.crawler.engine.downloader.get_slot_key(request))

    def _take(self, pipeline: StorePipeline, name: str, site: Site | None) -> list[Waiting] | None:
        """Return rows of the site to ask for; an empty list where none may follow, None where it is not yet time."""
        budget = self._budget(name, site)
        if not budget:
            pipeline.store.explain_waiting(name, BudgetReached.cause)
            return []
        room = PAGES_IN_FLIGHT - pipeline.in_flight_of_site[name]
        if room < PAGES_IN_FLIGHT // 2:
            return None
        taken = pipeline.store.take_waiting(name, min(room, budget))
        # Of a site that was lost and came back, some may be under way still.
        rows = [waiting for waiting in taken if waiting.url not in pipeline.in_flight]
        for waiting in rows:
            pipeline.begin(waiting)
        self._asked_of_site[name] += len(rows)
        return rows if rows or not taken else None

    def _budget(self, name: str, site: Site | None) -> int:
        """Pages of the site that this run may still ask for."""
        limit = self.crawler.settings.getint("WINNOW_LIMIT")
        whole = limit - self._asked_of_site.total() if limit else PAGES_IN_FLIGHT
        of_site = site.max_pages - self._asked_of_site[name] if site and site.max_pages else PAGES_IN_FLIGHT
        return max(0, min(whole, of_site))

    def _wake_up(self) -> None:
        self._wake.set()

    def _item_ended(self) -> None:
        self._wake.set()
        asyncio.get_running_loop().call_later(ITEM_ENDS_SECONDS, self._let_close)

    def _let_close(self) -> None:
        """Let a run end that waits for its last item: Scrapy looks only after responses, not after items of `start`."""
        slot = self.crawler.engine.scraper.slot if self.crawler.engine is not None else None
        if slot is not None and slot.closing is not None and slot.is_idle() and not slot.closing.called:
            slot.closing.callback(self)


def site_meta(site: Site) -> dict[str, Any]:
    """Return the request meta that holds a request to its site."""
    meta: dict[str, Any] = {
        "site": site.name,
        "site_url": site.url,
        "rights": site.rights,
        "allow_hosts": frozenset(site.allow_hosts),
        "languages": frozenset(language.split("-")[0].lower() for language in site.languages),
        "significant_params": frozenset(site.significant_params),
        "timezone": site.timezone,
        "site_language": site.language,
        "verify_tls": site.verify_tls,
        "prune": site.prune,
        "keep": site.keep,
    }
    if site.delay is not None:
        meta["autothrottle_dont_adjust_delay"] = True
    return meta


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
