"""Leaves hosts alone that ask for it or fail, and stops the run when the network is down."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import signals

from crawler.errors import (
    ConnectionFailed,
    DownloadTimeout,
    HostParked,
    NameNotResolved,
    PageError,
    RunStopped,
    TakenOver,
    TlsFailed,
)
from crawler.failures import page_error
from crawler.hosts import PACE, RETRY_AFTER, HostOptions, Hosts, Parked, host_of
from crawler.kept_hosts import is_taken_over, kept_hosts
from crawler.network import Network
from crawler.resolver import refused_hosts
from crawler.signals import told_to_stop

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

NETWORK_DOWN = "network_down"
"""The reason of a run that was stopped because nothing could be reached."""
PAUSE_SECONDS = 60.0
"""A host that may be asked again within so many seconds is waited for, for any longer it is left. Chosen."""
LOOK_AGAIN_SECONDS = 0.5
LEAST_DELAY = 0.001
"""Seconds; Scrapy looks at a slot's last request only where the slot has a delay."""
UNREACHABLE = (NameNotResolved, ConnectionFailed, DownloadTimeout, TlsFailed)
NO_NETWORK = (NameNotResolved, ConnectionFailed, DownloadTimeout)


class PolitenessMiddleware:
    """Stands before robots.txt and the download: what may not be asked now ends as `host_parked` and waits."""

    def __init__(self, scrapy_crawler: Crawler, hosts: Hosts, network: Network) -> None:
        self.crawler = scrapy_crawler
        self.hosts = hosts
        self.network = network
        self.network_down = False
        self._parked_in_silence: set[str] = set()
        """Hosts parked because they could not be reached, since the last answer of any host."""
        self._stopping: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler) -> Self:
        settings = scrapy_crawler.settings
        options = HostOptions(
            failures_to_park=settings.getint("WINNOW_PARK_AFTER"), park_seconds=settings.getfloat("WINNOW_PARK_SECONDS")
        )
        network = Network(settings.getint("WINNOW_NETWORK_DOWN_HOSTS"))
        middleware = cls(scrapy_crawler, Hosts(options), network)
        connect = scrapy_crawler.signals.connect
        connect(middleware.spider_opened, signals.spider_opened)
        connect(middleware.spider_closed, signals.spider_closed)
        connect(middleware.response_downloaded, signals.response_downloaded)
        connect(middleware.stop_asking, told_to_stop)
        return middleware

    def spider_opened(self) -> None:
        self.hosts.store = kept_hosts(self.crawler)

    def spider_closed(self) -> None:
        self.hosts.store = None

    async def process_request(self, request: Request) -> None:
        """Raise HostParked for a request to a host that is left alone, RunStopped when the network is down.

        Raise TakenOver for one that waited in a queue until its site went to another worker.
        """
        if is_taken_over(self.crawler, request.meta.get("site")):
            raise TakenOver("another worker has the site now")
        if not self.crawler.engine.running:
            raise RunStopped("stopped before its turn")
        self._keep_pace(request)
        host = host_of(request.url)
        while (parked := self.hosts.parked(host)) is not None:
            if parked.seconds > PAUSE_SECONDS:
                raise _left(host, parked)
            slot = self._slot(request)
            if slot is not None:
                _pause(slot, parked.seconds)
                break
            await asyncio.sleep(min(parked.seconds, LOOK_AGAIN_SECONDS))
            if not self.crawler.engine.running:
                raise RunStopped("stopped before its turn")
        if self.network_down:
            raise RunStopped("the network is down")
        self.network.asking(host)

    def _keep_pace(self, request: Request) -> None:
        """Have the host of a site's request, whichever it is, asked as the site wants; the first site has its way."""
        if PACE in request.meta:
            downloader = self.crawler.engine.downloader
            downloader.per_slot_settings.setdefault(downloader.get_slot_key(request), dict(request.meta[PACE]))

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Read every answer, before the slot's next request is sent and before anything is retried."""
        host = host_of(request.url)
        self.network.answered(host)
        self._parked_in_silence.clear()
        status = response.status
        if status in {429, 503}:
            retry_after = response.headers.get("Retry-After")
            self.hosts.asked_to_wait(host, retry_after.decode("latin-1") if retry_after else None)
        if status in {403, 429} or status >= 500:
            self.hosts.refused(host, request.url)
        else:
            self.hosts.answered(host)
        self.hold(request, f"HTTP {status}")

    def attempt_failed(self, request: Request, exception: Exception) -> None:
        """Count a connection that did not come about."""
        host = host_of(request.url)
        error = page_error(exception, refused_hosts(), urlsplit(request.url).hostname or "")
        if not isinstance(error, UNREACHABLE):
            return
        kept = not self.network.doubtful
        parked = self.hosts.unreachable(host, kept=kept)
        if parked and kept:
            self._parked_in_silence.add(host)
        self.hold(request, str(error))
        # Not at the first try: hosts that answer must have had their turn.
        if isinstance(error, NO_NETWORK) and (parked or request.meta.get("retry_times")) and self.network.failed(host):
            self._stop()

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Judge a request that failed for good: the host, or the network."""
        host = host_of(request.url)
        error = page_error(exception, refused_hosts(), urlsplit(request.url).hostname or "")
        if isinstance(exception, PageError) or not isinstance(error, NO_NETWORK):
            self.network.gave_up(host)
            return
        if self.network.failed(host):
            self._stop()
        if self.hosts.store is not None and self.network.doubtful and request.meta.keys() & {"link", "source"}:
            raise HostParked(f"{error}, and no other host answers; left for the next run") from exception

    def hold(self, request: Request, why: str) -> None:
        """Hold back what stands in the slot of a host that was parked a moment ago."""
        host = host_of(request.url)
        parked, slot = self.hosts.parked(host), self._slot(request)
        if parked is None or slot is None:
            return
        if parked.seconds <= PAUSE_SECONDS:
            _pause(slot, parked.seconds)
            return
        self.crawler.stats.inc_value("politeness/held_back")
        logger.warning("%s: left alone until %s (%s)", host, _clock_time(parked), why)
        queued = list(slot.queue)
        slot.queue.clear()
        for waiting, answer in queued:
            if host_of(waiting.url) == host:
                answer.errback(_left(host, parked))
            else:
                slot.queue.append((waiting, answer))

    def stop_asking(self) -> None:
        """End what stands in queues and was not sent yet: it waits for the next run."""
        for slot in self.crawler.engine.downloader.slots.values():
            queued = list(slot.queue)
            slot.queue.clear()
            for _, answer in queued:
                answer.errback(RunStopped("stopped before its turn"))

    def _slot(self, request: Request) -> Slot | None:
        downloader = self.crawler.engine.downloader
        slot: Slot | None = downloader.slots.get(downloader.get_slot_key(request))
        return slot

    def _stop(self) -> None:
        if not self.network_down:
            self.network_down = True
            logger.error("the network is down: no host could be reached; what is left waits for the next run")
            for host in self._parked_in_silence:
                self.hosts.set_free(host)
            closing = self.crawler.engine.close_spider_async(reason=NETWORK_DOWN)
            self._stopping = asyncio.ensure_future(closing)


class AttemptsMiddleware:
    """Stands between retries and the download: tells PolitenessMiddleware of each connection that fails."""

    def __init__(self, scrapy_crawler: Crawler) -> None:
        self.crawler = scrapy_crawler

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler) -> Self:
        return cls(scrapy_crawler)

    def process_exception(self, request: Request, exception: Exception) -> None:
        politeness = self.crawler.get_downloader_middleware(PolitenessMiddleware)
        if politeness is not None and not isinstance(exception, PageError):
            politeness.attempt_failed(request, exception)


def _left(host: str, parked: Parked) -> HostParked:
    why = "the host asks to wait" if parked.cause == RETRY_AFTER else "too many failures in a row"
    return HostParked(f"{host} is not asked before {_clock_time(parked)}: {why}")


def _clock_time(parked: Parked) -> str:
    return parked.until.strftime("%Y-%m-%d %H:%M:%S UTC")


def _pause(slot: Slot, seconds: float) -> None:
    """Let the slot send nothing for so long; Scrapy counts its delay from the last request."""
    slot.delay = max(slot.delay, LEAST_DELAY)
    slot.lastseen = max(slot.lastseen, monotonic() + seconds)
