"""How often a host is asked: as the site wants, on each of its hosts, and never oftener than robots.txt says."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.settings import Settings

from crawler.config import Site
from crawler.hosts import HostOptions, Hosts, host_of
from crawler.network import Network
from crawler.politeness import PolitenessMiddleware
from crawler.robots import RobotsMiddleware, Rules
from crawler.spiders.base import site_meta

AGENT = "Winnow/1.0"


@pytest.fixture
def crawler() -> Any:
    downloader = SimpleNamespace(slots={}, per_slot_settings={}, get_slot_key=lambda request: host_of(request.url))
    return SimpleNamespace(
        engine=SimpleNamespace(running=True, downloader=downloader),
        settings=Settings({"DOWNLOAD_DELAY": 1.0, "ROBOTSTXT_OBEY": True, "USER_AGENT": AGENT}),
        signals=SimpleNamespace(connect=lambda *_: None),
        get_item_pipeline=lambda _: None,
    )


def slots_of(crawler: Any, *requests: Request) -> dict[str, Any]:
    politeness = PolitenessMiddleware(crawler, Hosts(HostOptions()), Network(0))
    for request in requests:
        asyncio.run(politeness.process_request(request))
    slots: dict[str, Any] = crawler.engine.downloader.per_slot_settings
    return slots


def test_a_sites_pace_holds_on_hosts_that_nothing_names(crawler: Any) -> None:
    meta = site_meta(Site(name="a", url="https://acme.example/", delay=4.0, concurrency=2))
    slots = slots_of(crawler, Request("https://www.acme.example/1", meta=meta), Request("https://other.example/"))
    assert slots == {"www.acme.example": {"concurrency": 2, "delay": 4.0}}


def test_without_a_delay_of_its_own_a_site_has_the_usual_one(crawler: Any) -> None:
    request = Request("https://acme.example/1", meta=site_meta(Site(name="a", url="https://acme.example/")))
    assert slots_of(crawler, request) == {"acme.example": {"concurrency": 1}}


def test_no_delay_is_not_none_at_all(crawler: Any) -> None:
    request = Request("https://acme.example/1", meta=site_meta(Site(name="a", url="https://acme.example/", delay=0.0)))
    assert 0 < slots_of(crawler, request)["acme.example"]["delay"] < 0.01


@pytest.mark.parametrize(
    ("asked", "site", "kept"),
    [
        pytest.param(5.0, None, 5.0, id="longer than the usual one"),
        pytest.param(0.8, None, 1.0, id="as long as jitter can make it"),
        pytest.param(0.1, None, None, id="shorter than the usual one"),
        pytest.param(0.1, 0.0, 0.1, id="longer than the site's"),
        pytest.param(5.0, 20.0, None, id="shorter than the site's"),
    ],
)
def test_crawl_delay_only_raises(
    crawler: Any, monkeypatch: pytest.MonkeyPatch, asked: float, site: float | None, kept: float | None
) -> None:
    robots = RobotsMiddleware(crawler)

    async def rules(*_: object) -> Rules:
        return Rules(parser=SimpleNamespace(can_fetch=lambda *_: True, crawl_delay=lambda _: asked))  # type: ignore[arg-type]

    monkeypatch.setattr(robots, "rules", rules)
    request = Request("https://acme.example/1", meta=site_meta(Site(name="a", url="https://acme.example/", delay=site)))
    before = dict(slots_of(crawler, request)["acme.example"])
    slot = crawler.engine.downloader.slots["acme.example"] = Slot(1, before.get("delay", 1.0), 0.5)
    asyncio.run(robots.process_request(request))
    after = crawler.engine.downloader.per_slot_settings["acme.example"]
    assert after == (before if kept is None else before | {"delay": kept, "jitter": 0.0})
    assert slot.delay == (kept or before.get("delay", 1.0))
