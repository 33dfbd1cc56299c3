"""Files that a site keeps for crawlers, robots.txt and tdmrep.json: asked for once a day, over all runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.exceptions import StopDownload
from scrapy.http.request import NO_CALLBACK

from crawler.hosts import PACE, SITE_AGENT, iso, seconds_of
from crawler.kept_hosts import kept_hosts

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

MAX_AGE_SECONDS = 86_400
"""RFC 9309, 2.4: not longer than 24 hours."""
MAX_BYTES = 512 * 1024
"""Bytes that are read; RFC 9309, 2.5 asks for at least 500 KiB."""
CUT_AT = "cut_at"
"""Request meta: bytes after which the answer is cut, on the wire and decompressed."""
MAX_REDIRECTS = 5
"""RFC 9309, 2.3.1.2."""
KEPT_META = ("autothrottle_dont_adjust_delay", "download_slot", PACE, "site", "verify_tls")
"""A site's own delay holds for its files too, and they count with its requests."""
PASSING = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class SiteFile:
    """An answer; the body is empty where the status is not 2xx."""

    status: int
    body: bytes
    asked_at: float
    """Seconds since 1970."""

    @property
    def is_final(self) -> bool:
        """Whether the answer holds for a day: there or not there. Errors of the moment do not."""
        return 200 <= self.status < 500 and self.status not in PASSING

    @property
    def is_fresh(self) -> bool:
        return 0 <= time.time() - self.asked_at < MAX_AGE_SECONDS


class SiteFiles:
    """Asks for each file once, however many requests wait for it, and keeps final answers in the state."""

    def __init__(self, scrapy_crawler: Crawler) -> None:
        self.crawler = scrapy_crawler
        self._asked: dict[str, asyncio.Future[SiteFile]] = {}
        self._received: WeakKeyDictionary[Request, int] = WeakKeyDictionary()
        scrapy_crawler.signals.connect(self.bytes_received, signals.bytes_received)

    async def get(self, url: str, meta: Mapping[str, Any]) -> SiteFile:
        """Return the file; `meta` is of the request that needs it. Raises what the download raises."""
        answer = self._asked.get(url)
        if answer is None or (answer.done() and not _holds(answer)):
            answer = self._asked[url] = asyncio.get_running_loop().create_future()
            try:
                answer.set_result(await self._get(url, meta))
            except asyncio.CancelledError:
                self._asked.pop(url).cancel()
                raise
            except Exception as error:  # noqa: BLE001 - whoever waits for the file gets it
                answer.set_exception(error)
        return await asyncio.shield(answer)

    def bytes_received(self, data: bytes, request: Request) -> None:
        """End the download of a file at what is read of one: some have no end."""
        if CUT_AT in request.meta:
            received = self._received[request] = self._received.get(request, 0) + len(data)
            if received > request.meta[CUT_AT]:
                raise StopDownload(fail=False)

    async def _get(self, url: str, meta: Mapping[str, Any]) -> SiteFile:
        store = kept_hosts(self.crawler)
        kept = store.host(url) if store is not None else None
        if kept is not None and kept.robots_status is not None and kept.robots_at is not None:
            file = SiteFile(kept.robots_status, kept.robots_body or b"", seconds_of(kept.robots_at))
            if file.is_fresh:
                return file
        file = await self._ask(url, meta)
        if store is not None and file.is_final:
            store.keep_robots(url, file.status, file.body, iso(file.asked_at))
        return file

    async def _ask(self, url: str, meta: Mapping[str, Any]) -> SiteFile:
        passed_on = {key: meta[key] for key in KEPT_META if key in meta}
        request = Request(
            url,
            headers={"User-Agent": meta[SITE_AGENT]} if meta.get(SITE_AGENT) else None,
            priority=1000,
            callback=NO_CALLBACK,
            meta={
                "dont_obey_robotstxt": True,
                "download_maxsize": 0,
                CUT_AT: MAX_BYTES,
                "redirect_ttl": MAX_REDIRECTS,
                **passed_on,
            },
        )
        response = await self.crawler.engine.download_async(request)
        self.crawler.stats.inc_value(f"site_files/response_status_count/{response.status}")
        body = response.body[:MAX_BYTES] if 200 <= response.status < 300 else b""
        return SiteFile(response.status, body, time.time())


def _holds(answer: asyncio.Future[SiteFile]) -> bool:
    return not answer.cancelled() and answer.exception() is None and answer.result().is_fresh
