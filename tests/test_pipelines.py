"""What StorePipeline does with pages that others lose: the crawls in tests/crawls show the rest."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Request, Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.items import DiscoveredVia, Link, Page
from crawler.pipelines import PageHeld, StorePipeline
from crawler.state.values import Candidate, Poll

URL = "https://news.example/1"
PAGE = Page(b"", URL, URL)
BOOM = Failure(RuntimeError("boom"))  # type: ignore[no-untyped-call]
RESPONSE = Response(URL, request=Request(URL, meta={"requested_url": URL}))


def _causes_after(folder: Path, signal: object, **said: Any) -> dict[str, int]:
    """Return the causes of the account of a crawl with one page under way, after the signal."""

    async def crawl() -> dict[str, int]:
        settings = Settings()
        settings.setmodule("crawler.settings")
        settings.set("WINNOW_OUTPUT", str(folder))
        crawler = Crawler(Spider, settings)
        pipeline = StorePipeline(crawler)
        await pipeline.open_spider()
        try:
            poll = Poll("given:", "news", DiscoveredVia.GIVEN, None, None, None, None, "2026-11-22T10:45:01Z")
            pipeline.store.record_poll(poll, [Candidate(Link(URL, DiscoveredVia.GIVEN), "news.example/1", "news")])
            for waiting in pipeline.store.take_waiting("news", 1):
                pipeline.begin(waiting)
            crawler.signals.send_catch_log(signal, **said)
            account = pipeline.store.account()["news"]
            assert account.holds
            return dict(account.causes)
        finally:
            await pipeline.close_spider()
            pipeline.store.abort()

    return asyncio.run(crawl())


@pytest.mark.parametrize(
    ("signal", "said", "cause"),
    [
        (signals.item_error, {"item": PAGE, "failure": BOOM}, "extraction_crashed"),
        (signals.spider_error, {"response": RESPONSE, "failure": BOOM}, "extraction_crashed"),
        (signals.spider_error, {"response": None, "failure": BOOM}, "run_stopped"),
        (signals.item_dropped, {"item": PAGE, "exception": DropItem("not for us")}, "not_article"),
        (signals.item_dropped, {"item": PAGE, "exception": PageHeld("held")}, "run_stopped"),
    ],
    ids=["pipeline fails", "spider fails", "start fails", "dropped", "held"],
)
def test_a_page_that_others_lose_is_settled(tmp_path: Path, signal: object, said: dict[str, Any], cause: str) -> None:
    assert _causes_after(tmp_path, signal, **said) == {cause: 1}
