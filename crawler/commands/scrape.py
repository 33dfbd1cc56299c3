"""`winnow scrape`: given URLs, now; nothing is remembered and nothing dropped."""

from __future__ import annotations

import logging
import math
import sys
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from crawler.commands import options
from crawler.commands.console import Console, counted
from crawler.commands.delivery import Delivery, exit_code
from crawler.errors import OutputError, PageError, RunStopped, UsageError
from crawler.items import Record, Verdict
from crawler.records.formats import RecordFormat

FEW_URLS = 8
"""URLs for which one worker is enough: each takes a second to start. Chosen, not measured."""


@click.command("scrape")
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@options.output_file
@options.overwrite
@options.record_format
@options.write_all
@options.navigation
@options.allow_address
@click.option(
    "--delay",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="Pause per host.",
)
@click.option("--user-agent", help="Who asks.  [default: Winnow and its page]")
@click.option("--ignore-robots", is_flag=True, help="Fetch what robots.txt forbids.")
@options.quiet
@options.json_logs
def command(  # noqa: PLR0913 - the command line is its interface
    urls: tuple[str, ...], output: Path | None, overwrite: bool, form: str, write_all: bool, navigation: bool,
    allow_address: tuple[str, ...], delay: float, user_agent: str | None, ignore_robots: bool,
    quiet: bool, json_logs: bool,
) -> int:  # fmt: skip
    """Fetch pages now; one record per article, in the order given. - reads URLs from stdin, one a line.

    \b
    winnow scrape https://example.org/story > story.jsonl
    winnow scrape - --format markdown -o stories.md < urls.txt
    """
    if not math.isfinite(delay):
        raise UsageError(f"--delay {delay}: is no number of seconds")
    console = Console(json_logs=json_logs, quiet=quiet)
    delivery = Delivery(RecordFormat(form), output, overwrite, navigation)
    delivery.check()
    given = _given(urls)
    if ignore_robots:
        console.warn("robots.txt is ignored, as --ignore-robots asks")
    settings = _settings(allow_address, delay, user_agent, ignore_robots, write_all)
    settings["WINNOW_ALL_REASONS"] = navigation
    if len(set(given)) <= FEW_URLS:
        settings["WINNOW_EXTRACTION_WORKERS"] = 1
    with delivery.open() as deliver:
        scrape = _Scrape(given, console, deliver)
        signalled = scrape.run(settings)
    console.say(f"{counted(scrape.written, 'record')}, {counted(scrape.failures, 'URL')} without one")
    return signalled if signalled is not None else exit_code(scrape.written, scrape.failures)


def _given(urls: tuple[str, ...]) -> tuple[str, ...]:
    given: list[str] = []
    for url in urls:
        given += _listed() if url == "-" else [url]
    if not given:
        raise UsageError("no URL on stdin; give one a line")
    return tuple(given)


def _listed() -> Iterator[str]:
    """Yield the URLs on stdin: UTF-8 whatever the locale, and what is none is a URL that cannot be fetched."""
    for line in sys.stdin.buffer:
        url = line.removeprefix(BOM_UTF8).decode("utf-8", "surrogateescape").strip()
        if url:
            yield url


def _settings(
    allow_address: tuple[str, ...], delay: float, user_agent: str | None, ignore_robots: bool, write_all: bool
) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "WINNOW_STATE": False,
        "WINNOW_WRITE_ALL": write_all,
        "WINNOW_ALLOW_ADDRESSES": list(allow_address),
        "ROBOTSTXT_OBEY": not ignore_robots,
        "DOWNLOAD_DELAY": delay,
        "AUTOTHROTTLE_ENABLED": delay > 0,
    }
    if user_agent:
        settings["USER_AGENT"] = user_agent
    return settings


class _Scrape:
    """Delivers what became of each URL as soon as those before it are delivered."""

    def __init__(self, urls: tuple[str, ...], console: Console, deliver: Callable[[Record], None]) -> None:
        self.urls = urls
        self.console = console
        self.deliver = deliver
        self.outcomes: dict[str, Record | PageError | None] = {}
        """None: a record that was delivered as often as it was asked for, and let go of."""
        self.wanted = Counter(urls)
        self.undelivered: OutputError | BrokenPipeError | None = None
        """What kept a record from its reader."""
        self.next = 0
        self.written = 0
        self.failures = 0

    def run(self, settings: dict[str, Any]) -> int | None:
        """Fetch; return the exit code of a signal that stopped it, else None."""
        from crawler.commands.engine import set_up  # Scrapy takes a second to load
        from crawler.pipelines import LostPages
        from crawler.signals import page_failed, page_recorded
        from crawler.spiders.pages import PagesSpider

        with self.console.progress("scrape", len(set(self.urls))) as tally:
            run = set_up(PagesSpider, settings, self.console, logging.ERROR)

            def recorded(requested_url: str, record: Record, verdict: Verdict) -> None:
                settled(requested_url, record)

            def failed(requested_url: str, error: PageError) -> None:
                settled(requested_url, error)

            def settled(requested_url: str, outcome: Record | PageError) -> None:
                self.outcomes[requested_url] = outcome
                tally.count(outcome.state if isinstance(outcome, PageError) else "read")
                tally.places = (requested_url,)
                try:
                    self._deliver_ready()
                except (OutputError, BrokenPipeError) as error:  # Scrapy would log it and go on
                    self.undelivered = self.undelivered or error
                    run.stop()

            run.connect(recorded, page_recorded)
            run.connect(failed, page_failed)
            lost_pages = LostPages(run.scrapy_crawler, lambda url: url not in self.outcomes)
            run.start(urls=self.urls)
            del lost_pages  # held until here, as signals hold their handlers weakly
        if run.error is not None:
            raise run.error
        if self.undelivered is not None:
            raise self.undelivered
        for url in self.urls[self.next :]:
            self.outcomes.setdefault(url, RunStopped("stopped before its turn"))
        self._deliver_ready()
        return run.signal_exit

    def _deliver_ready(self) -> None:
        while self.undelivered is None and self.next < len(self.urls) and self.urls[self.next] in self.outcomes:
            url = self.urls[self.next]
            outcome = self.outcomes[url]
            assert outcome is not None
            if isinstance(outcome, PageError):
                self.failures += 1
                self.console.fail(url, outcome)
            else:
                self.deliver(outcome)  # at a bug of ours it is the next one still, and the last attempt tells
                self.written += 1
            self.next += 1
            self.wanted[url] -= 1
            if not self.wanted[url] and isinstance(outcome, Record):
                self.outcomes[url] = None
