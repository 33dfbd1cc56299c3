"""What a crawl's tally is told while Scrapy runs."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic

from crawler.commands.engine import Run
from crawler.commands.tally import Tally
from crawler.errors import OutputError, PageError
from crawler.items import Record, Verdict
from crawler.pipelines import StorePipeline
from crawler.signals import page_failed, page_recorded, page_repeated, page_unchanged
from crawler.spiders.news import NewsSpider

LOOK_SECONDS = 1.0
"""Least time between two looks at the ledger. Chosen."""
LOOK_SHARE = 0.01
"""Of the run's time that looking may take: counting a million rows is not free. Chosen."""


def watch_run(run: Run, tally: Tally, limit: int) -> None:
    """Count every page of the run in the tally, and keep its total and its sites true; `limit` 0 is none."""
    look_at = 0.0
    tally.places = ("asking the sources",)

    def count(requested_url: str, state: str) -> None:
        nonlocal look_at
        tally.count(state)
        began = monotonic()
        if began >= look_at:
            with suppress(OutputError):  # whoever writes next tells it; nobody need hear it twice
                _look(run, tally, limit, requested_url)
            look_at = monotonic() + max(LOOK_SECONDS, (monotonic() - began) / LOOK_SHARE)

    def recorded(requested_url: str, record: Record, verdict: Verdict) -> None:
        count(requested_url, verdict.state)

    def failed(requested_url: str, error: PageError) -> None:
        count(requested_url, error.state)

    def unchanged(requested_url: str) -> None:
        count(requested_url, "unchanged")

    def repeated(requested_url: str) -> None:
        count(requested_url, "duplicate")

    run.connect(recorded, page_recorded)
    run.connect(failed, page_failed)
    run.connect(unchanged, page_unchanged)
    run.connect(repeated, page_repeated)


def _look(run: Run, tally: Tally, limit: int, counted_url: str) -> None:
    """Read from the ledger how many pages there will be, and which sites are at work."""
    stored = run.scrapy_crawler.get_item_pipeline(StorePipeline)
    spider = run.scrapy_crawler.spider
    if stored is None or not isinstance(spider, NewsSpider):
        return
    waiting = sum(stored.store.waiting_count(site) for site in spider.sites)
    asked = len(stored.in_flight) - (counted_url in stored.in_flight)
    total = tally.done + asked + waiting
    tally.total = min(total, limit) if limit else total
    tally.places = [site for site, pages in stored.in_flight.of_site.most_common() if pages > 0]
