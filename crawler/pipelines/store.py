"""The last pipeline of a crawl: claim, write and remember, in one place."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import DropItem, NotConfigured

from crawler.errors import OutputError, PageError
from crawler.items import JsonValue, Page, Record, Verdict
from crawler.pipelines import outcomes
from crawler.pipelines.flushing import Flushing
from crawler.pipelines.in_flight import PagesInFlight
from crawler.pipelines.lost_pages import LostPages
from crawler.pipelines.opening import open_store
from crawler.pipelines.run_knowledge import RunKnowledge
from crawler.reports import RunFigures, SiteRun, run_report
from crawler.signals import page_failed, page_recorded, page_repeated, page_unchanged, records_kept
from crawler.state.protocol import Store
from crawler.state.runs import new_run_id
from crawler.state.settlements import as_written
from crawler.state.values import Outcome
from crawler.traffic import SiteTraffic
from crawler.urls import normalized_url, record_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class StorePipeline:
    """Record -> JSON line, each article once: claim in memory, write, then remember."""

    def __init__(self, scrapy_crawler: Crawler) -> None:
        self.crawler = scrapy_crawler
        self.in_flight = PagesInFlight()
        self.figures = RunFigures()
        self.sites_without_copies = frozenset[str]()
        """Names of the sites whose near-duplicates are settled as duplicates instead of written and marked."""
        self.error: OutputError | None = None
        """What kept records or report from being written."""
        self.report_path: Path | None = None
        self._store: Store | None = None
        self._knowledge: RunKnowledge | None = None
        self._flushing: Flushing | None = None
        self._stopping: asyncio.Future[None] | None = None
        """Held, so that it is not collected while it is under way."""

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler) -> Self:
        if not scrapy_crawler.settings.getbool("WINNOW_STATE"):
            raise NotConfigured
        return cls(scrapy_crawler)

    @property
    def store(self) -> Store:
        if self._store is None:
            raise RuntimeError("the store is open from open_spider to the end of the crawl")
        return self._store

    @property
    def knowledge(self) -> RunKnowledge:
        if self._knowledge is None:
            raise RuntimeError("sites are known from open_spider on")
        return self._knowledge

    async def open_spider(self) -> None:
        """Open state and output folder. Raises OutputError, StateError or LockHeld: then the crawl does not begin."""
        now = datetime.now(UTC)
        self.run_id = new_run_id(now)
        self._store = open_store(self.crawler.settings, self.run_id, now)
        self.crawler.signals.connect(self.page_failed, page_failed)
        self.crawler.signals.connect(self.page_unchanged, page_unchanged)
        self._lost_pages = LostPages(self.crawler, lambda url: self.error is None and url in self.in_flight)
        self.crawler.signals.connect(self.spider_closed, signals.spider_closed)
        is_wanted = self.crawler.settings.getbool("WINNOW_SITE_MEMORY")
        self._knowledge = RunKnowledge(self._store, self.in_flight, is_wanted=is_wanted)
        self._flushing = Flushing(self._store, self._knowledge.unsaved, lambda: self.error is not None, self.fail)

    def hand_in(self, requested_url: str, page: Page) -> None:
        """Note a page of a spider that takes none from the ledger: those of other projects know nothing of it.

        Raises BadUrl, LeftOpen for a URL that is in flight, TakenOver for a site that another worker has.
        """
        if not self.in_flight.is_from_ledger:
            self.knowledge.read_alone()
            self.in_flight.hand_in(requested_url, page, self.store.turns.lease)

    def let_go(self, site: str) -> None:
        """Save what was learned of a site, which another worker may have next, once nothing of it is under way."""
        if self.error is None:
            self._keep(lambda: self.knowledge.let_go(site))

    async def process_item(self, item: Any) -> Any:
        """Write a record and return its JSON object. Raises DropItem for a duplicate."""
        if not isinstance(item, Record):
            return item
        try:
            content = self._keep_record(item)
        except OutputError as error:
            self.fail(error)
            raise DropItem(f"{item.requested_url}: not kept, the run ends") from error
        if self._flushing is not None:
            await self._flushing.room()
        return content

    def _keep_record(self, item: Record) -> JsonValue:
        """Write a record and return its JSON object. Raises DropItem for one that is not written.

        Raises ValueError or TypeError for one that is no JSON, as a pipeline of the user's own may make it: its page
        is in flight still, and ends as any at which a pipeline fails.
        """
        waiting = self.in_flight.get(item.requested_url or "")
        if waiting is None:
            raise DropItem(f"{item.requested_url}: its site was taken over by another worker meanwhile")
        body_hash = self.in_flight.body_hash(waiting.url)
        verdict = self.store.claim(item, waiting)
        if verdict.state == "new" and verdict.duplicate_of and waiting.site in self.sites_without_copies:
            self.store.leave_out(item)
            verdict = Verdict("duplicate", verdict.duplicate_of, similarity=verdict.similarity)
        record = as_written(replace(item, run_id=self.run_id), verdict)
        content: JsonValue = None
        if verdict.state in {"new", "changed"}:
            content = self.store.write(record, waiting.site, waiting.normalized_url, body_hash)
            self.figures.count(waiting.site, record)
        self.in_flight.settle(waiting.url)
        self.crawler.signals.send_catch_log(page_recorded, requested_url=waiting.url, record=record, verdict=verdict)
        if verdict.state == "duplicate":
            if verdict.original_id == item.id and not self.in_flight.is_from_ledger:
                raise DropItem(f"{waiting.url}: its record is written already")
            self._settle(outcomes.repeated(waiting, item, verdict))
            raise DropItem(f"{waiting.url}: repeats {verdict.original_id}")
        if verdict.state == "unchanged":
            self._settle(outcomes.unchanged(waiting, item.etag, item.last_modified, body_hash))
            raise DropItem(f"{waiting.url}: the text is the same")
        self._flush_if_due()
        return content

    def repeats(self, requested_url: str, page_url: str, body_hash: str, significant_params: frozenset[str]) -> bool:
        """Settle a page whose bytes gave a record already, here or at another address; False where none did.

        A page that we have is left to `process_item`, which knows its versions.
        """
        waiting = self.in_flight.get(requested_url)
        known = None if waiting is None or waiting.revisit else self.store.body_holder(body_hash)
        if known is None:
            return False
        page_id = record_id(normalized_url(page_url, significant_params))
        waiting = self.in_flight.settle(requested_url)
        self.store.settle(outcomes.same_bytes(waiting, page_id, known))
        self.crawler.signals.send_catch_log(page_repeated, requested_url=requested_url)
        self._flush_if_due()
        return True

    def page_failed(self, requested_url: str, error: PageError) -> None:
        """Settle a page that gave no record."""
        if requested_url not in self.in_flight:
            return
        self._settle(outcomes.failed(self.in_flight.settle(requested_url), error))

    def page_unchanged(self, requested_url: str, etag: str | None = None, last_modified: str | None = None) -> None:
        """Settle a page that we have and that is the same; the validators that it has now count (RFC 9110, 15.4.5)."""
        if requested_url in self.in_flight:
            waiting = self.in_flight.settle(requested_url)
            self._settle(outcomes.unchanged(waiting, etag, last_modified, waiting.body_hash))

    def _settle(self, outcome: Outcome) -> None:
        self.store.settle(outcome)
        self._flush_if_due()

    def spider_closed(self, reason: str) -> None:
        """Commit what is left, finish the files and write the run's report."""
        if self._flushing is not None:
            self._flushing.stop()
        if self.error is None:
            self._keep(self._keep_left_over)
            self.figures.template_changes = self.knowledge.template_changes
            self._keep(self.knowledge.save)
        self.crawler.signals.send_catch_log(records_kept)
        store, self._store = self.store, None
        if self.error is not None:
            store.abort()
            return
        try:
            self.report_path = store.finish(self._report(store, reason))
        except OutputError as error:
            self.error = error
            logger.error("%s", error)

    def _report(self, store: Store, reason: str) -> dict[str, JsonValue]:
        traffic = self.crawler.get_extension(SiteTraffic)
        assert traffic is not None
        sites = {
            name: SiteRun(account, traffic.sites[name], store.site_history(name))
            for name, account in store.account().items()
        }
        configuration = self.crawler.settings.get("WINNOW_CONFIGURATION_HASH") or None
        return run_report(reason, traffic.whole, sites, self.figures) | {"configuration_hash": configuration}

    async def close_spider(self) -> None:
        if self._flushing is not None:
            await self._flushing.end()

    def _keep_left_over(self) -> None:
        for record in self.knowledge.left_over():
            with contextlib.suppress(DropItem):
                self._keep_record(record)

    def _flush_if_due(self) -> None:
        if self._flushing is not None:
            self._flushing.flush_if_due()

    def _keep(self, step: Callable[[], None]) -> None:
        try:
            step()
        except OutputError as error:
            self.fail(error)

    def fail(self, error: OutputError) -> None:
        """Stop, as nothing more can be kept; what is not committed is left to the next run."""
        if self.error is None:
            self.error = error
            logger.error("%s", error)
            self._stopping = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="output_failed"))
