"""What the sources of a run answered: committed with the links that it gave, counted and told."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawler.config import Site
from crawler.errors import PageError, WaitingPage
from crawler.items import Link
from crawler.pipelines import StorePipeline
from crawler.reports import READ
from crawler.spiders.sources import Source, candidates_of, failed_poll, read_poll, trusts_modified
from crawler.spiders.window import Window

if TYPE_CHECKING:
    from logging import LoggerAdapter

    from scrapy.http import Response

    from crawler.state.values import Candidate

LINKS_AT_A_TIME = 100
"""Links of a source that are looked at before the reactor's other work goes on: 10 ms."""
NOT_MODIFIED = 304


class Polls:
    """Commits polls, and counts how sources answered."""

    def __init__(self, window: Window, logger: LoggerAdapter[Any]) -> None:
        """`window` is the time that articles must be of."""
        self._window = window
        self._logger = logger

    async def commit(
        self, pipeline: StorePipeline, site: Site, source: Source, response: Response, links: tuple[Link, ...]
    ) -> None:
        """Commit a source that answered, and those of its links that the site's rules take. Raises OutputError."""
        accepted: list[Candidate] = []
        refused: Counter[str] = Counter()
        for begin in range(0, len(links), LINKS_AT_A_TIME):
            some, others = candidates_of(site, links[begin : begin + LINKS_AT_A_TIME], self._window)
            accepted += some
            refused += others
            await asyncio.sleep(0)
        trusted = trusts_modified(links, datetime.now(UTC))
        poll = read_poll(site, source, response, trusted=trusted)
        if refused["outside_window"]:  # a later run that takes them must not be told that nothing has changed
            poll = replace(poll, etag=None, last_modified=None, body_hash=None)
        counts = await asyncio.wrap_future(pipeline.store.aside.record_poll(poll, accepted))
        for cause, number in refused.items():
            pipeline.store.count_refused(site.name, cause, number)
        pipeline.figures.answers[site.name][READ] += 1
        if response.status != NOT_MODIFIED:
            pipeline.figures.whole_polls[site.name] += 1
        self._logger.info("%s: %d links, %d new", source.url, len(links), counts.new)
        if counts.possible_gap:
            self._logger.warning("%s: every entry is new; some may have been missed, it is asked sooner", source.url)

    async def commit_failed(
        self, pipeline: StorePipeline, site: Site, source: Source, error: PageError, response: Response | None
    ) -> None:
        """Commit why a source gave nothing; `response` is None where no answer came. Raises OutputError.

        A WaitingPage is not the source's fault: its interval and validators stay as they are.
        """
        if not isinstance(error, WaitingPage):
            status = response.status if response is not None else None
            poll = failed_poll(site, source, status, error.cause)
            await asyncio.wrap_future(pipeline.store.aside.record_poll(poll, ()))
        pipeline.figures.answers[site.name][error.cause] += 1
        self._logger.warning("%s: %s: %s", source.url, error.cause, error)
