"""Running a spider in this process, and how it ended."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.commands.console import Console, ConsoleHandler

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler

EXIT_OF_SIGNAL = 128
"""A process that a signal ended exits with 128 + its number (POSIX shells)."""


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

    def connect(self, handler: Callable[..., Any], signal: object) -> None:
        self.handlers.append(handler)
        self.scrapy_crawler.signals.connect(handler, signal)

    def start(self, **arguments: Any) -> None:
        """Run the spider to its end; blocks."""
        self.connect(self._closed, signals.spider_closed)
        task = self.process.crawl(self.scrapy_crawler, **arguments)
        self.process.start()
        self.error = task.exception() if task.done() and not task.cancelled() else None

    @property
    def signal_exit(self) -> int | None:
        """Exit code of a run that a signal stopped, None for one that came to its own end."""
        return EXIT_OF_SIGNAL + self.process.signal if self.process.signal else None

    def _closed(self, reason: str) -> None:
        self.reason = reason


class _Process(AsyncCrawlerProcess):
    """Remembers which signal stopped it."""

    signal = 0

    def _signal_shutdown(self, signum: int, _: Any) -> None:
        self.signal = signum
        super()._signal_shutdown(signum, _)


def set_up(spider: type[Spider], overrides: Mapping[str, Any], console: Console, level: int) -> Run:
    """Return a run of the spider with our settings and the given overrides; log lines go to the console."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict({"LOG_ENABLED": False, "LOG_INSTALL_ROOT_HANDLER": False, **overrides}, priority="cmdline")
    root = logging.getLogger()
    root.handlers = [ConsoleHandler(console, level)]
    root.setLevel(level)
    process = _Process(settings)
    return Run(process.create_crawler(spider), process)
