"""Pages that others lose or hand in; the crawls in tests/crawls show the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Request, Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.errors import OutputError, TakenOver
from crawler.items import DiscoveredVia, Extraction, Link, Page, Record, Status
from crawler.pipelines import ExtractPipeline, LeftOpen, StorePipeline
from crawler.pipelines.extract import AHEAD
from crawler.signals import page_recorded, page_unchanged
from crawler.state.values import Candidate, Poll
from crawler.workers import WorkerOptions

URL = "https://news.example/1"
PAGE = Page(b"", URL, URL)
RECORD = Record(
    id="0" * 32, url=URL, requested_url=URL, normalized_url="news.example/1", text="Text", text_hash="sha256:1",
    extraction=Extraction(Status.OK, None, "model", {}),
)  # fmt: skip
BOOM = Failure(RuntimeError("boom"))  # type: ignore[no-untyped-call]
RESPONSE = Response(URL, request=Request(URL, meta={"requested_url": URL}))
NO_RESPONSE = Failure(OSError("reset"))  # type: ignore[no-untyped-call]
NO_RESPONSE.request = RESPONSE.request  # type: ignore[attr-defined] # as Scrapy sets it


@asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[tuple[Crawler, StorePipeline]]:
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.set("WINNOW_OUTPUT", str(folder))
    crawler = Crawler(Spider, settings)
    pipeline = StorePipeline(crawler)
    await pipeline.open_spider()
    try:
        yield crawler, pipeline
    finally:
        await pipeline.close_spider()
        pipeline.store.abort()


async def _causes_after(folder: Path, signal: object, **said: Any) -> dict[str, int]:
    """Return the causes of the account of a crawl with one page under way, after the signal."""
    async with _opened(folder) as (crawler, pipeline):
        poll = Poll("given:", "news", DiscoveredVia.GIVEN, None, None, None, None, "2026-11-22T10:45:01Z")
        pipeline.store.record_poll(poll, [Candidate(Link(URL, DiscoveredVia.GIVEN), "news.example/1", "news")])
        for waiting in pipeline.store.take_waiting("news", 1):
            pipeline.in_flight.begin(waiting)
        crawler.signals.send_catch_log(signal, **said)
        account = pipeline.store.account()["news"]
        assert account.holds
        return dict(account.causes)


@pytest.mark.parametrize(
    ("signal", "said", "cause"),
    [
        (signals.item_error, {"item": PAGE, "failure": BOOM}, "extraction_crashed"),
        (signals.spider_error, {"response": RESPONSE, "failure": BOOM}, "extraction_crashed"),
        (signals.spider_error, {"response": NO_RESPONSE, "failure": BOOM}, "extraction_crashed"),
        (signals.spider_error, {"response": None, "failure": BOOM}, "run_stopped"),
        (signals.item_dropped, {"item": PAGE, "exception": DropItem("not for us")}, "not_article"),
        (signals.item_dropped, {"item": Page(b"", URL), "exception": DropItem("not for us")}, "not_article"),
        (signals.item_scraped, {"item": {"requested_url": URL, "text": "Text"}}, "extraction_crashed"),
        (signals.item_scraped, {"item": {"price": 1}}, "run_stopped"),
        (signals.item_dropped, {"item": PAGE, "exception": LeftOpen("held")}, "run_stopped"),
    ],
    ids=[
        "pipeline fails",
        "spider fails",
        "errback fails",
        "start fails",
        "dropped",
        "dropped, by its URL",
        "no record any more",
        "of another kind",
        "held",
    ],
)
def test_a_page_that_others_lose_is_settled(tmp_path: Path, signal: object, said: dict[str, Any], cause: str) -> None:
    assert asyncio.run(_causes_after(tmp_path, signal, **said)) == {cause: 1}


async def _validators_after(folder: Path, **said: str) -> tuple[str | None, str | None]:
    """Return what is kept of a page that was asked for again, was the same, and came with these validators."""
    async with _opened(folder) as (crawler, pipeline):
        poll = Poll("given:", "news", DiscoveredVia.GIVEN, None, None, None, None, "2026-11-22T10:45:01Z")
        pipeline.store.record_poll(poll, [Candidate(Link(URL, DiscoveredVia.GIVEN), "news.example/1", "news")])
        (waiting,) = pipeline.store.take_waiting("news", 1)
        settled: list[Any] = []
        with patch.object(pipeline.store, "settle", settled.append):
            pipeline.in_flight.begin(replace(waiting, etag='"a"', last_modified="Mon", body_hash="00"))
            crawler.signals.send_catch_log(page_unchanged, requested_url=waiting.url, **said)
        (outcome,) = settled
        return outcome.etag, outcome.last_modified


def test_an_unchanged_page_keeps_the_validators_that_it_has_now(tmp_path: Path) -> None:
    assert asyncio.run(_validators_after(tmp_path, etag='"b"')) == ('"b"', None)


def _record(url: str) -> Record:
    return replace(RECORD, url=url, requested_url=url)


def _reading(
    crawler: Crawler, pipeline: StorePipeline, submit: Callable[[str, Page], Future[Record]]
) -> ExtractPipeline:
    """Return the first pipeline with a pool of one worker that is this function."""
    made: Any = crawler
    workers = SimpleNamespace(options=WorkerOptions(workers=1), pool=SimpleNamespace(submit=submit))
    made.get_extension = lambda _: workers
    made.get_item_pipeline = lambda _: pipeline
    return ExtractPipeline(crawler)


def test_pages_that_wait_are_not_read_once_the_run_ends(tmp_path: Path) -> None:
    given: list[Future[Record]] = []

    def submit(function: str, page: Page) -> Future[Record]:
        given.append(Future())
        if len(given) > AHEAD:
            given[-1].set_result(_record(URL))
        return given[-1]

    async def crawl() -> list[object]:
        async with _opened(tmp_path) as (crawler, pipeline):
            reading = _reading(crawler, pipeline, submit)
            pages = [Page(b"", f"https://news.example/{number}") for number in range(5)]
            tasks = [asyncio.create_task(reading.process_item(page)) for page in pages]
            while len(given) < AHEAD:
                await asyncio.sleep(0)
            pipeline.error = OutputError("no space left")
            for number, call in enumerate(given):
                call.set_result(_record(f"https://news.example/{number}"))
            return list(await asyncio.gather(*tasks, return_exceptions=True))

    ended = asyncio.run(crawl())
    assert [type(end) for end in ended] == [Record] * AHEAD + [DropItem] * 3
    assert len(given) == AHEAD


def test_pages_of_another_projects_spider_are_written_once(tmp_path: Path) -> None:
    record = RECORD
    done: Future[Record] = Future()
    done.set_result(record)

    async def crawl() -> None:
        async with _opened(tmp_path) as (crawler, pipeline):
            reading = _reading(crawler, pipeline, lambda *_: done)
            page = Page(b"", URL)
            read = await reading.process_item(page)
            with pytest.raises(LeftOpen, match="under way already"):
                await reading.process_item(page)
            content = await pipeline.process_item(read)
            assert content["id"] == record.id
            with pytest.raises(DropItem, match="is written already"):
                await pipeline.process_item(await reading.process_item(page))
            account = pipeline.store.account()["news.example"]
            assert (account.states["new"], account.accepted, account.holds) == (1, 1, True)

    asyncio.run(crawl())


def test_a_record_that_is_no_json_is_settled_and_keeps_no_copy_out(tmp_path: Path) -> None:
    copy_url = "https://news.example/2"
    copy = replace(RECORD, id="1" * 32, url=copy_url, requested_url=copy_url, normalized_url="news.example/2")

    async def crawl() -> None:
        async with _opened(tmp_path) as (crawler, pipeline):
            told: list[str] = []

            def recorded(requested_url: str) -> None:
                told.append(requested_url)

            crawler.signals.connect(recorded, page_recorded)
            pipeline.hand_in(URL, PAGE)
            with pytest.raises(ValueError, match="JSON compliant"):
                await pipeline.process_item(replace(RECORD, rights={"price": float("nan")}))
            boom = Failure(RuntimeError("a lone \ud83d"))  # type: ignore[no-untyped-call]
            crawler.signals.send_catch_log(signals.item_error, item=PAGE, failure=boom)
            pipeline.hand_in(copy_url, Page(b"", copy_url))
            content = await pipeline.process_item(replace(copy, title="a lone \ud83d"))
            assert content["id"] == copy.id
            assert told == [copy_url]
            account = pipeline.store.account()["news.example"]
            assert account.causes == {"extraction_crashed": 1}
            assert (account.states["new"], account.accepted, account.holds) == (1, 2, True)

    asyncio.run(crawl())


def test_a_page_of_a_site_that_another_worker_has_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crawl() -> None:
        async with _opened(tmp_path) as (_, pipeline):
            monkeypatch.setattr(pipeline.store.turns, "lease", lambda site: site != "news.example")
            with pytest.raises(TakenOver):
                pipeline.hand_in(URL, PAGE)
            pipeline.hand_in("https://paper.example/1", PAGE)
            assert URL not in pipeline.in_flight
            assert pipeline.in_flight.of_site == {"paper.example": 1}

    asyncio.run(crawl())
