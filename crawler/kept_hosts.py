"""Where the crawl's state keeps what is known of hosts, and whether they are this worker's to ask."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING

from crawler.errors import OutputError
from crawler.hosts import HostState, HostStore
from crawler.pipelines import StorePipeline

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.state.protocol import Store

logger = logging.getLogger(__name__)


class KeptHosts:
    """The crawl's store, for what is known of hosts. State that cannot be written costs politeness, not the run."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def host(self, name: str) -> HostState | None:
        return self.store.host(name)

    def keep_robots(self, host: str, status: int, body: bytes, at: str) -> None:
        self.store.aside.keep_robots(host, status, body, at).add_done_callback(partial(_tell, host))

    def park(self, host: str, until: str | None, cause: str | None) -> None:
        self.store.aside.park(host, until, cause).add_done_callback(partial(_tell, host))


def _tell(host: str, change: Future[None]) -> None:
    error = change.exception()
    if isinstance(error, OutputError):
        logger.warning("%s: not kept for the next run: %s", host, error)
    elif error is not None:
        raise error


def kept_hosts(scrapy_crawler: Crawler) -> HostStore | None:
    """Return what outlives the run, None for a run without state. Call it while the spider is open."""
    pipeline = scrapy_crawler.get_item_pipeline(StorePipeline)
    return None if pipeline is None else KeptHosts(pipeline.store)


def is_taken_over(scrapy_crawler: Crawler, site: str | None) -> bool:
    """Whether another worker has the site now, and its pauses with it."""
    pipeline = None if site is None else scrapy_crawler.get_item_pipeline(StorePipeline)
    return site is not None and pipeline is not None and pipeline.store.turns.is_lost(site)
