"""Pages that a pipeline or the spider lost: they end as failed or skipped, and the `page_failed` signal names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.exceptions import DropItem

from crawler.errors import ExtractionCrashed, NotArticle, PageError
from crawler.items import Page, Record
from crawler.pipelines.in_flight import LeftOpen
from crawler.signals import page_failed

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure


class LostPages:
    """Hold it while the spider is at work. Without it a crawl would wait for such a page, and never end."""

    def __init__(self, scrapy_crawler: Crawler, is_open: Callable[[str], bool]) -> None:
        """`is_open` says of a requested URL whether it still has no outcome."""
        self._signals = scrapy_crawler.signals
        self._is_open = is_open
        self._signals.connect(self.item_dropped, signals.item_dropped)
        self._signals.connect(self.item_scraped, signals.item_scraped)
        self._signals.connect(self.item_error, signals.item_error)
        self._signals.connect(self.spider_error, signals.spider_error)

    def item_dropped(self, item: Any, exception: DropItem) -> None:
        """Name a page that a pipeline of the user's own dropped; one of ours has settled what it drops."""
        if not isinstance(exception, LeftOpen):
            self._lost(_requested_url(item), NotArticle(f"dropped by a pipeline: {exception}"))

    def item_scraped(self, item: Any) -> None:
        """Name a page of whose record a pipeline made a dict before it came to ours, which writes records only."""
        if isinstance(item, Mapping) and isinstance(item.get("requested_url"), str):
            self._lost(item["requested_url"], ExtractionCrashed("a pipeline before ours made no record of it"))

    def item_error(self, item: Any, failure: Failure) -> None:
        """Name a page at which a pipeline failed."""
        self._lost(_requested_url(item), _crash(failure))

    def spider_error(self, failure: Failure, response: Response | Failure | None) -> None:
        """Name a page at which the spider failed, also one to which no response came.

        Without either it failed before it asked for any.
        """
        if response is not None:
            request: Any = response.request  # type: ignore[union-attr] # Scrapy sets it on failures too
            self._lost(request.meta.get("requested_url"), _crash(failure))

    def _lost(self, requested_url: str | None, error: PageError) -> None:
        if requested_url is not None and self._is_open(requested_url):
            self._signals.send_catch_log(page_failed, requested_url=requested_url, error=error)


def _requested_url(item: Any) -> str | None:
    """Return what the page of an item is accounted under: Scrapy names the item that the spider yielded."""
    return item.requested_url or item.url if isinstance(item, Page | Record) else None


def _crash(failure: Failure) -> ExtractionCrashed:
    return ExtractionCrashed(f"{type(failure.value).__name__}: {failure.value}")
