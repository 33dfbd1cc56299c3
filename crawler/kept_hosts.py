"""Where the crawl's state keeps what is known of hosts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crawler.errors import OutputError
from crawler.hosts import HostState, HostStore
from crawler.pipelines import StorePipeline

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)


class KeptHosts:
    """The crawl's store, for what is known of hosts. State that cannot be written costs politeness, not the run."""

    def __init__(self, store: HostStore) -> None:
        self.store = store

    def host(self, name: str) -> HostState | None:
        return self.store.host(name)

    def keep_robots(self, host: str, status: int, body: bytes, at: str) -> None:
        try:
            self.store.keep_robots(host, status, body, at)
        except OutputError as error:
            logger.warning("%s: not kept for the next run: %s", host, error)

    def park(self, host: str, until: str | None, cause: str | None) -> None:
        try:
            self.store.park(host, until, cause)
        except OutputError as error:
            logger.warning("%s: not kept for the next run: %s", host, error)


def kept_hosts(scrapy_crawler: Crawler) -> HostStore | None:
    """Return what outlives the run, None for a run without state. Call it while the spider is open."""
    pipeline = scrapy_crawler.get_item_pipeline(StorePipeline)
    return None if pipeline is None else KeptHosts(pipeline.store)
