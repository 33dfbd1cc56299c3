"""The spider of given URLs."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from crawler.errors import OutputError, UsageError
from crawler.spiders.pages import PagesSpider

if TYPE_CHECKING:
    from pathlib import Path


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


def test_a_list_of_addresses_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "urls.txt"
    path.write_bytes(b"https://news.example/1\n\xff\n")
    with pytest.raises(UsageError, match=r"urls\.txt: not UTF-8 at byte 23; save the file as UTF-8"):
        PagesSpider(f"@{path}")
