"""The last pipeline of a run without state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import NotConfigured

from crawler.items import Record, Verdict
from crawler.signals import page_recorded

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class DeliverPipeline:
    """Record -> the `page_recorded` signal, for runs without state: one record per page, nothing dropped."""

    def __init__(self, scrapy_crawler: Crawler) -> None:
        self.crawler = scrapy_crawler

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler) -> Self:
        if scrapy_crawler.settings.getbool("WINNOW_STATE"):
            raise NotConfigured
        return cls(scrapy_crawler)

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, Record):
            return item
        content = item.to_dict()
        verdict = Verdict("new")
        self.crawler.signals.send_catch_log(
            page_recorded, requested_url=item.requested_url, record=item, verdict=verdict
        )
        return content
