"""The spider of given URLs."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from crawler.errors import OutputError
from crawler.spiders.pages import PagesSpider


def test_a_ledger_that_cannot_be_written_ends_the_run_as_such() -> None:
    def full(*_: object) -> None:
        raise OutputError("out/state.sqlite cannot be used: the disk is full")

    told: list[OutputError] = []
    pipeline = SimpleNamespace(store=SimpleNamespace(record_poll=full), fail=told.append)
    spider: Any = PagesSpider("https://news.example/1")
    spider.crawler = SimpleNamespace(get_item_pipeline=lambda _: pipeline)

    async def asked() -> list[object]:
        return [request async for request in spider.start()]

    assert asyncio.run(asked()) == []
    assert [str(error) for error in told] == ["out/state.sqlite cannot be used: the disk is full"]
