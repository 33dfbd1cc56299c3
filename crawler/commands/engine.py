"""Running a spider in this process, and how it ended."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.commands.console import Console, ConsoleHandler
from crawler.errors import EXIT_OF_SIGNAL
from crawler.extensions import Workers
from crawler.signals import told_to_stop

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler

LEFT_OUT = {
    # It fails, and says so, where a crawl could not begin; our report has what it would count.
    "scrapy.extensions.corestats.CoreStats": None,
    # It is off, and would load a web server first.
    "scrapy.extensions.remote_control.RemoteControl": None,
}
"""Scrapy's extensions that a command does without."""
NOT_NEEDED = {"scrapy.spidermiddlewares.depth.DepthMiddleware": None}
"""Scrapy's spider middlewares that a command does without: the ledger knows where a link came from."""
YOUNG_OBJECTS = 10_000
"""New objects after which the collector looks for cycles among them; Python's own 700 are a page's or two. Chosen."""
GRACE_SECONDS = 5.0
"""What pages that are being fetched or read get after a signal; service managers kill after 10 s and more. Chosen."""
STOPPING = (
    f"stopping: pages under way have {GRACE_SECONDS:.0f} s, what was written stays; a second signal ends it at once"
)


@dataclass
class Run:
    """One run of a spider: set up, then `start`, then what became of it."""

    scrapy_crawler: Crawler
    process: _Process
    reason: str = ""
    error: BaseException | None = None
    """What kept the spider from starting."""
    handlers: list[Callable[..., Any]] = field(default_factory=list)
    """Kept here: Scrapy's signals hold their handlers weakly."""
    stopping: bool = False

    def connect(self, handler: Callable[..., Any], signal: object) -> None:
        self.handlers.append(handler)
        self.scrapy_crawler.signals.connect(handler, signal)

    def start(self, **arguments: Any) -> None:
        """Run the spider to its end; blocks."""
        self.connect(self._closed, signals.spider_closed)
        self.connect(settle_heap, signals.spider_opened)
        task = self.process.crawl(self.scrapy_crawler, **arguments)
        self.process.start()
        self.error = task.exception() if task.done() and not task.cancelled() else None

    def stop(self) -> None:
        """End the run without the pages that are under way. Call it while the spider is at work."""
        if not self.stopping:
            self.stopping = True
            self.process.stop_within(0.1)

    @property
    def signal_exit(self) -> int | None:
        """Exit code of a run that a signal stopped, None for one that came to its own end."""
        return EXIT_OF_SIGNAL + self.process.signal if self.process.signal else None

    def _closed(self, reason: str) -> None:
        self.reason = reason


def settle_heap() -> None:
    """Take what is loaded by now out of the collector's sight: a full collection stopped the loop for 40 to 90 ms."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


class _Process(AsyncCrawlerProcess):
    """Remembers which signal stopped it, and does not wait for slow hosts then, as Scrapy would."""

    signal = 0
    console: Console

    def _signal_shutdown(self, signum: int, _: Any) -> None:
        from twisted.internet import reactor  # must not be imported before it is installed

        self.signal = signum
        super()._signal_shutdown(signum, _)
        reactor.callFromThread(self._stop_asking)
        reactor.callFromThread(self.console.say, STOPPING)
        reactor.callFromThread(reactor.callLater, GRACE_SECONDS, self._end_now)

    def stop_within(self, seconds: float) -> None:
        """Ask for no more pages, and end after this time at the latest."""
        self._graceful_stop_reactor()
        self._stop_asking()
        asyncio.get_running_loop().call_later(seconds, self._end_now)

    def _stop_asking(self) -> None:
        for scrapy_crawler in list(self.crawlers):
            scrapy_crawler.signals.send_catch_log(told_to_stop)

    def _end_now(self) -> None:
        """Finalise without the pages that are still under way; they are left for the next run."""
        for scrapy_crawler in list(self.crawlers):
            spider, workers = scrapy_crawler.spider, scrapy_crawler.get_extension(Workers)
            if spider is not None:
                scrapy_crawler.signals.send_catch_log(signals.spider_closed, spider=spider, reason="shutdown")
            if workers is not None:
                workers.close()
        self._stop_reactor()


@cache
def _begin_twisteds_log() -> None:
    """Until its log has begun, Twisted writes tracebacks to stderr beside all handlers."""
    from twisted.logger import globalLogBeginner

    globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out the traceback that Twisted logs for each certificate that does not hold: the URL's cause says it."""
    return not (record.name == "twisted" and "while verifying certificate" in record.getMessage())


def set_up(spider: type[Spider], overrides: Mapping[str, Any], console: Console, level: int) -> Run:
    """Return a run of the spider with our settings and the given overrides; log lines go to the console."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(
        {"LOG_ENABLED": False, "LOG_INSTALL_ROOT_HANDLER": False, "DOWNLOADER_STATS": False, **overrides},
        priority="cmdline",
    )
    settings.set("SPIDER_MIDDLEWARES", settings.getdict("SPIDER_MIDDLEWARES") | NOT_NEEDED, priority="cmdline")
    settings.set("EXTENSIONS", settings.getdict("EXTENSIONS") | LEFT_OUT, priority="cmdline")
    root = logging.getLogger()
    handler = ConsoleHandler(console, level)
    handler.addFilter(_is_news)
    root.handlers = [handler]
    root.setLevel(level)
    _begin_twisteds_log()
    process = _Process(settings)
    process.console = console
    return Run(process.create_crawler(spider), process)
