"""Scrapy extension: the worker pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import signals

from crawler.workers import WorkerOptions, WorkerPool

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Workers:
    """Owns the pool that reads pages and sources; `crawler.get_extension(Workers).pool` is where it is found."""

    def __init__(self, options: WorkerOptions) -> None:
        self.options = options
        self._pool: WorkerPool | None = None

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler) -> Self:
        settings = scrapy_crawler.settings
        options = WorkerOptions(
            workers=settings.getint("WINNOW_EXTRACTION_WORKERS"),
            seconds=settings.getfloat("WINNOW_PAGE_SECONDS"),
            preload="crawler.worker_preload",
        )
        extension = cls(options)
        scrapy_crawler.signals.connect(extension.close, signals.engine_stopped)
        return extension

    @property
    def pool(self) -> WorkerPool:
        """The pool, started at its first use."""
        if self._pool is None:
            self._pool = WorkerPool(self.options)
        return self._pool

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()
