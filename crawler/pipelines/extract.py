"""The first pipeline: the page becomes a record in a worker process."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import DropItem, NotConfigured

from crawler.errors import LanguageUnwanted, OutputError, PageError, RightsReserved
from crawler.extensions import Workers
from crawler.items import Page, Record
from crawler.pipelines.in_flight import LeftOpen
from crawler.pipelines.store import StorePipeline
from crawler.rights import Rights, reserved
from crawler.signals import page_failed
from crawler.statuses import status_error

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.site_knowledge import SiteKnowledge

READ_PAGE, EXPLAIN_PAGE = "crawler.flow:record_of", "crawler.flow:explained_record_of"
AHEAD = 2
"""Pages given to the workers, for each of them: one being read and the next. The others wait here, so that each is read
with what is known of its site when its turn comes. Chosen."""


class ExtractPipeline:
    """Page -> Record, in a worker process. A page that gives no record is named by the `page_failed` signal."""

    def __init__(self, scrapy_crawler: Crawler) -> None:
        self.crawler = scrapy_crawler
        workers = scrapy_crawler.get_extension(Workers)
        if workers is None:
            raise NotConfigured("ExtractPipeline needs the extension crawler.extensions.Workers")
        self.workers = workers
        self._turn = asyncio.Semaphore(AHEAD * workers.options.worker_count)
        self.read_page = EXPLAIN_PAGE if scrapy_crawler.settings.getbool("WINNOW_ALL_REASONS") else READ_PAGE

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler) -> Self:
        return cls(scrapy_crawler)

    async def process_item(self, item: Any) -> Any:
        """Return the record of a Page; anything else passes through. Raises DropItem for a page without a record."""
        if not isinstance(item, Page):
            return item
        requested = item.requested_url or item.url or ""
        store = self.crawler.get_item_pipeline(StorePipeline)
        try:
            if store is not None:
                store.hand_in(requested, item)
            record = await self._read(item, requested)
        except OutputError as error:
            assert store is not None
            store.fail(error)
            raise DropItem(f"{requested}: not read, the run ends") from error
        except PageError as error:
            self.crawler.signals.send_catch_log(page_failed, requested_url=requested, error=error)
            raise DropItem(f"{requested}: {error}") from error
        if record is None:
            raise LeftOpen(f"{requested}: held until more is known of its site")
        return record

    async def _read(self, page: Page, requested: str) -> Record | None:
        """Return the record of a page, None for one that is held. Raises PageError, and OutputError for a lost run."""
        store = self.crawler.get_item_pipeline(StorePipeline)
        knowledge = store.knowledge.sites if store is not None else None
        waiting = store.in_flight.get(requested) if store is not None else None
        async with self._turn:
            if store is not None and store.error is not None:
                raise store.error  # told while the page waited; its record could not be kept
            if knowledge is None or waiting is None:
                return await self._read_once(page)
            try:
                return await self._read_knowing(page, waiting.site, knowledge)
            except PageError:
                knowledge.unread(page)
                raise

    async def _read_knowing(self, page: Page, site: str, knowledge: SiteKnowledge) -> Record | None:
        """Read a page with what is known of its site, twice where that is enough only after the first reading."""
        was_thin = knowledge.learning.is_thin(site)
        record = await self._read_once(knowledge.informed(page, site))
        state = knowledge.learned(page, record, site, was_thin=was_thin)
        if state == "again":
            again = replace(page, first_reading=record.first_reading)
            record = await self._read_once(knowledge.informed(again, site))
            knowledge.learned(page, record, site, was_thin=False)
        return None if state == "held" else replace(record, site_observation=None, first_reading=None)

    async def _read_once(self, page: Page) -> Record:
        record: Record = await asyncio.wrap_future(self.workers.pool.submit(self.read_page, page))
        self._check(record, page)
        return record

    def _check(self, record: Record, page: Page) -> None:
        """Raise the error of a record that is not written."""
        reason = reserved(Rights.from_dict(record.rights), page.rights_policy)
        if reason is not None:
            raise RightsReserved(reason)
        if not self.crawler.settings.getbool("WINNOW_WRITE_ALL"):
            status_error(record)
        wanted = page.languages
        if wanted and record.language != "und" and record.language.split("-")[0] not in wanted:
            raise LanguageUnwanted(f"the article is in “{record.language}”, wanted: {', '.join(sorted(wanted))}")
