"""Pages are asked for from the ledger, in small batches, site by site."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Mapping
from typing import TYPE_CHECKING, Any

from scrapy import Request, signals

from crawler.config import Site
from crawler.errors import BudgetReached, OutputError, TakenOver
from crawler.items import Page, Record
from crawler.pipelines import StorePipeline
from crawler.spiders.base import ArticleSpider

if TYPE_CHECKING:
    from scrapy.core.downloader import Slot

    from crawler.state.protocol import SiteTurns
    from crawler.state.values import Waiting

PAGES_IN_FLIGHT = 16
"""Pages of one site that are asked for or being read at a time; the rest waits in the ledger, not in memory."""
LOOK_AGAIN_SECONDS = 1.0
ITEM_ENDS_SECONDS = 0.02
"""From the signal of an item's end until Scrapy no longer counts it. Chosen."""
IDLE_SECONDS = 3.0
"""Time without any work after which the last held pages wait for no other. Chosen."""


class LedgerSpider(ArticleSpider):
    """Takes the rows that wait in the ledger, and hands on the pages that were held."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked_of_site: Counter[str] = Counter()
        self._worked_at = time.monotonic()
        self.open_polls: Counter[str] = Counter()
        """Site -> sources that are being asked."""
        self._slot_keys: defaultdict[str, set[str]] = defaultdict(set)
        """Site -> names of the downloader's slots that its requests are in."""

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
            for item in pipeline.knowledge.going_on():
                taken += 1
                yield item
            is_over = not left and not self.open_polls.total() and not turns.is_more
            if is_over and not (pipeline.knowledge.expects_more() and self._is_at_work()):
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
            pipeline.knowledge.site_ended(name)
            pipeline.let_go(name)
            return True
        if self.open_polls[name]:
            return False
        pipeline.knowledge.site_ended(name)
        pipeline.let_go(name)
        under_way = pipeline.in_flight.of_site[name]
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
        room = PAGES_IN_FLIGHT - pipeline.in_flight.of_site[name]
        if room < PAGES_IN_FLIGHT // 2:
            return None
        taken = pipeline.store.take_waiting(name, min(room, budget))
        # Of a site that was lost and came back, some may be under way still.
        rows = [waiting for waiting in taken if waiting.url not in pipeline.in_flight]
        for waiting in rows:
            pipeline.in_flight.begin(waiting)
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
