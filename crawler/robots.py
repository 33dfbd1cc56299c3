"""robots.txt by RFC 9309: what forbids, and what a host that cannot be asked means.

Scrapy's own middleware fetches when robots.txt answers 5xx or not at all; the RFC says to assume that everything is
forbidden then (2.3.1.4).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.http.request import NO_CALLBACK

from crawler.errors import AddressRefused, PageError, RobotsDisallowed, RobotsUnavailable, SkippedPage
from crawler.failures import page_error

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

MAX_BYTES = 512 * 1024
"""Bytes of robots.txt that are read; RFC 9309, 2.5 asks for at least 500 KiB."""
MAX_CRAWL_DELAY = 60.0
"""Seconds of Crawl-delay that are obeyed; longer ones are cut to this. Chosen, not measured."""
MAX_ANSWER_BYTES = 10_000_000
KEPT_META = ("autothrottle_dont_adjust_delay", "download_slot")
"""A site's own delay holds for its robots.txt too."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one host's robots.txt says; `unavailable` says why it could not be asked."""

    parser: Protego | None = None
    unavailable: PageError | None = None

    def check(self, url: str, user_agent: str) -> None:
        if self.unavailable is not None:
            raise self.unavailable
        if self.parser is not None and not self.parser.can_fetch(url, user_agent):
            raise RobotsDisallowed("robots.txt forbids it")

    @property
    def sitemaps(self) -> tuple[str, ...]:
        return tuple(self.parser.sitemaps) if self.parser is not None else ()


class RobotsMiddleware:
    """Asks a host's robots.txt once a run, before the first request to it; meta `dont_obey_robotstxt` passes by."""

    def __init__(self, scrapy_crawler: Crawler) -> None:
        self.crawler = scrapy_crawler
        self.obey = scrapy_crawler.settings.getbool("ROBOTSTXT_OBEY")
        self.user_agent = scrapy_crawler.settings["USER_AGENT"]
        self._rules: dict[str, asyncio.Future[Rules]] = {}

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler) -> Self:
        return cls(scrapy_crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RobotsDisallowed or RobotsUnavailable for a request that may not be sent."""
        if not self.obey or request.meta.get("dont_obey_robotstxt"):
            return
        rules = await self.rules(request.url, request.meta)
        agent = (request.headers.get("User-Agent") or b"").decode("latin-1") or self.user_agent
        rules.check(request.url, agent)
        self._keep_crawl_delay(request, rules, agent)

    async def rules(self, url: str, meta: Mapping[str, Any] = MappingProxyType({})) -> Rules:
        """Return the rules of the URL's scheme, host and port; never raises. `meta` is of the request that asks."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.get_running_loop().create_future()
            try:
                rules = await self._ask(f"{origin}/robots.txt", meta)
            except asyncio.CancelledError:
                self._rules.pop(origin).cancel()
                raise
            self._rules[origin].set_result(rules)
        return await asyncio.shield(self._rules[origin])

    async def _ask(self, url: str, meta: Mapping[str, Any]) -> Rules:
        kept = {key: meta[key] for key in KEPT_META if key in meta}
        request = Request(
            url,
            priority=1000,
            callback=NO_CALLBACK,
            meta={"dont_obey_robotstxt": True, "download_maxsize": MAX_ANSWER_BYTES, **kept},
        )
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - whatever kept us from asking, the host is not fetched from
            return Rules(unavailable=_unavailable(url, page_error(error)))
        self.crawler.stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        return _read(response)

    def _keep_crawl_delay(self, request: Request, rules: Rules, agent: str) -> None:
        """Raise the host's delay to its Crawl-delay; Scrapy parses it and does not apply it."""
        delay = rules.parser.crawl_delay(agent) if rules.parser is not None else None
        if delay is None:
            return
        downloader = self.crawler.engine.downloader
        slot = downloader.slots.get(downloader.get_slot_key(request))
        if slot is not None:
            slot.delay = max(slot.delay, min(float(delay), MAX_CRAWL_DELAY))


def _read(response: Response) -> Rules:
    if response.status >= 500 or response.status == 429:
        return Rules(unavailable=RobotsUnavailable(f"robots.txt answers HTTP {response.status}; left for the next run"))
    if response.status >= 400 or response.status < 200:
        return Rules()
    return Rules(parser=Protego.parse(response.body[:MAX_BYTES].decode("utf-8-sig", "ignore")))


def _unavailable(url: str, error: PageError) -> PageError:
    """A refusal of ours stays what it is; anything else means: not now."""
    if isinstance(error, SkippedPage | AddressRefused):
        return error
    return RobotsUnavailable(f"{url} cannot be asked: {error}")
