"""One run of the news spider, from options to exit code."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from crawler.addresses import parse_allowed
from crawler.commands.console import Console
from crawler.commands.delivery import NO_RECORD, SOME_FAILED
from crawler.commands.engine import Run, set_up
from crawler.commands.watching import watch_run
from crawler.config import choose_sites, load_sites
from crawler.contact import missing_contact, sites_without_contact
from crawler.engine_config import load_engine
from crawler.errors import CrawlDelayTooLong, HostParked, PageError, RobotsUnavailable, UsageError, WinnowError
from crawler.metrics import write_metrics
from crawler.pipelines import StorePipeline
from crawler.politeness import NETWORK_DOWN
from crawler.records.files import WORKERS_FOLDER
from crawler.signals import page_failed
from crawler.spiders.news import NewsSpider
from crawler.state.database import STATE_NAME

PUT_OFF = (RobotsUnavailable.cause, HostParked.cause, CrawlDelayTooLong.cause)
"""Why URLs were not fetched though this run had time for them."""
USABLE = ("new", "changed", "duplicate", "unchanged")
"""States of URLs that gave something."""
COLUMNS = ("found", "new", "changed", "unchanged", "duplicate", "known", "skipped", "failed", "waiting")


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    sites: Path
    output: Path
    site_names: tuple[str, ...] = ()
    limit: int = 0
    """Pages of the run, 0: no limit."""
    allow_addresses: tuple[str, ...] = ()
    workers: int = 0
    """Worker processes, 0: one a core."""
    due: bool = False
    since: datetime | None = None
    until: datetime | None = None
    metrics: Path | None = None
    warc: bool = False
    """Keep what was fetched as WARC files."""

    def settings(self) -> dict[str, Any]:
        return {
            "WINNOW_OUTPUT": str(self.output),
            "WINNOW_LIMIT": self.limit,
            "WINNOW_ALLOW_ADDRESSES": list(self.allow_addresses),
            "WINNOW_EXTRACTION_WORKERS": self.workers,
            "WINNOW_DUE": self.due,
            "WINNOW_WARC": self.warc,
            "WINNOW_SINCE": self.since.isoformat() if self.since else "",
            "WINNOW_UNTIL": self.until.isoformat() if self.until else "",
            "WINNOW_CONFIGURATION_HASH": sha256(self.sites.read_bytes()).hexdigest(),
        }


@dataclass(frozen=True, slots=True)
class Crawled:
    """How a run ended."""

    exit_code: int
    report: Mapping[str, Any] = field(default_factory=dict)
    report_path: Path | None = None


def crawl(options: CrawlOptions, console: Console) -> Crawled:
    """Run the news spider; raises UsageError, OutputError or LockHeld where the run could not begin or end."""
    _check_sites(options)
    _check_folder(options)
    run = set_up(NewsSpider, options.settings(), console, logging.WARNING)
    with console.progress("crawl") as tally:
        if console.shows_progress:
            watch_run(run, tally, options.limit)

        def failed(requested_url: str, error: PageError) -> None:
            if error.state == "failed":
                console.fail(requested_url, error)

        run.connect(failed, page_failed)
        run.start(sites=str(options.sites), site=",".join(options.site_names))
    if run.error is not None:
        raise run.error
    return _ended(run, options, console)


def _check_sites(options: CrawlOptions) -> None:
    sites = choose_sites(load_sites(options.sites), options.site_names)
    allowed = [parse_allowed(text) for text in options.allow_addresses]
    for site in sites_without_contact(sites, allowed):
        raise UsageError(
            f"{options.sites}: {site.name}: {missing_contact(site.user_agent)}; a crawl of public sites needs a URL or "
            'an e-mail of yours there, such as user_agent = "MyCrawler/1.0 (+https://my.site/crawler)"'
        )


def _check_folder(options: CrawlOptions) -> None:
    """Raise where the state of what is in the folder is kept elsewhere: all would be fetched and written again."""
    has_state = (options.output / STATE_NAME).exists()
    if load_engine(options.sites).kind == "redis":
        if has_state:
            raise UsageError(
                f"{options.output}: has a crawl with a state of its own ({STATE_NAME}), [engine] of {options.sites} "
                "names a Redis; name another folder with --output, or take [engine] out"
            )
    elif not has_state and (options.output / WORKERS_FOLDER).is_dir():
        raise UsageError(
            f"{options.output}: has the workers of a crawl on a Redis, {options.sites} has no [engine]; name another "
            "folder with --output, or write the [engine]"
        )


def _ended(run: Run, options: CrawlOptions, console: Console) -> Crawled:
    stored = run.scrapy_crawler.get_item_pipeline(StorePipeline)
    assert stored is not None
    if stored.error is not None:
        raise stored.error
    if stored.report_path is None:
        return Crawled(run.signal_exit or 1)
    report = json.loads(stored.report_path.read_text(encoding="utf-8"))
    _say_summary(report, console)
    console.say(f"report: {stored.report_path}")
    if options.metrics is not None:
        write_metrics(options.metrics, report)
    for alarm in report["alarms"]:
        console.warn(f"alarm: {alarm}")
    for notice in report["notices"]:
        console.say(notice)
    failed = [name for name, account in report["sites"].items() if account["alarms"]]
    if _internal_errors(run, report, console):
        return Crawled(WinnowError.exit_code, report, stored.report_path)
    return Crawled(run.signal_exit or _exit_code(report, failed), report, stored.report_path)


def _internal_errors(run: Run, report: Mapping[str, Any], console: Console) -> bool:
    """Tell whether something went wrong that no input explains, and say so."""
    wrong = [name for name, account in report["sites"].items() if not account["holds"]]
    for name in wrong:
        console.error(f"{name}: the account does not hold; please report it with the run's report")
    raised = run.scrapy_crawler.stats.get_value("spider_exceptions/count", 0)
    return bool(wrong or raised)


def _say_summary(report: Mapping[str, Any], console: Console) -> None:
    """Tell the account of a run: a table, or for machines an object for each site."""
    if not console.json_logs:
        for line in summary(report):
            console.say(line)
        return
    for name, account in report["sites"].items():
        told = {word: account[word] for word in ("found", "refused", "states", "causes", "refusals")}
        console.say(f"{name}: {account['states'].get('new', 0)} new of {account['found']} found", site=name, **told)


def summary(report: Mapping[str, Any]) -> list[str]:
    """Return the account of a run, one line a site; 80 columns hold it where names are short."""
    accounts = report["sites"]
    width = max([len(name) for name in accounts] + [4])
    lines = [f"{'site':{width}} " + " ".join(f"{column:>6}" for column in COLUMNS)]
    for name, account in accounts.items():
        numbers = [account["found"]] + [account["states"].get(column, 0) for column in COLUMNS[1:]]
        cells = (f"{number:>{max(6, len(column))}}" for number, column in zip(numbers, COLUMNS, strict=True))
        lines.append(f"{name:{width}} " + " ".join(cells))
        for words, causes in (("", account["causes"]), ("refused: ", account["refusals"])):
            if causes:
                lines.append("  " + words + ", ".join(f"{cause} {number}" for cause, number in sorted(causes.items())))
    return lines


def _exit_code(report: Mapping[str, Any], failed: list[str]) -> int:
    states: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    for account in report["sites"].values():
        states.update(account["states"])
        causes.update(account["causes"])
    put_off = sum(causes[cause] for cause in PUT_OFF)
    asked = states["new"] + states["changed"] + states["skipped"] + states["failed"] + put_off
    if (asked or failed) and not any(states[state] for state in USABLE):
        up_to_date = any(a["states"].get("known") for name, a in report["sites"].items() if name not in failed)
        if not up_to_date:
            return NO_RECORD
    return SOME_FAILED if failed or report["finish_reason"] == NETWORK_DOWN else 0
