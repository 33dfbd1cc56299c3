"""`winnow crawl`: one run over the configured sites."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from crawler.commands import options
from crawler.commands.console import Console
from crawler.commands.destination import check_output
from crawler.errors import UsageError


@click.command("crawl")
@options.sites_file
@options.crawl_folder
@click.option(
    "--site",
    "names",
    multiple=True,
    metavar="NAME",
    shell_complete=options.complete_sites,
    help="Only this site (repeatable).",
)
@click.option("--due", is_flag=True, help="Ask only sources whose interval has passed.")
@click.option("--since", metavar="WHEN", help="Articles from then on: 24h, 7d or a date.")
@click.option("--until", metavar="WHEN", help="Articles up to then, a day to its end.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Fetch at most N pages.")
@click.option("--dry-run", is_flag=True, help="Say what would be asked; no request.")
@click.option("--metrics", type=click.Path(path_type=Path), help="Write Prometheus text to this file.")
@click.option("--warc", is_flag=True, help="Keep the fetched pages as WARC files too.")
@options.allow_address
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: one a core]")
@options.quiet
@options.json_logs
def command(  # noqa: PLR0913 - the command line is its interface
    sites: Path, output: Path, names: tuple[str, ...], due: bool, since: str | None, until: str | None,
    limit: int | None, dry_run: bool, metrics: Path | None, warc: bool, allow_address: tuple[str, ...],
    workers: int | None, quiet: bool, json_logs: bool,
) -> int:  # fmt: skip
    """Ask the sites' sources, fetch what is new; each article is written once.

    \b
    winnow crawl --sites sites.toml --output news
    winnow crawl --site example.org --since 7d --limit 20
    winnow crawl --due --quiet             from cron, every ten minutes
    """
    now = datetime.now(UTC)
    begin, end = _moment(since, now, "--since"), _moment(until, now, "--until", whole_day=True)
    if begin is not None and end is not None and begin > end:
        raise UsageError(f"--since {since} --until {until}: it ends before it begins; exchange the two")
    if metrics == Path("-"):
        raise UsageError("--metrics -: name a file; it is replaced whole when the run is over")
    if metrics is not None:
        check_output(metrics, overwrite=True, option="--metrics")
    if dry_run:
        from crawler.commands.planning import plan

        return plan(sites, output, names, due=due, now=now)
    from crawler.commands.crawling import CrawlOptions, crawl  # Scrapy takes a second to load

    console = Console(json_logs=json_logs, quiet=quiet)
    chosen = CrawlOptions(
        sites, output, names, limit=limit or 0, allow_addresses=allow_address, workers=workers or 0, due=due,
        since=begin, until=end, metrics=metrics, warc=warc,
    )  # fmt: skip
    return crawl(chosen, console).exit_code


def _moment(told: str | None, now: datetime, option: str, *, whole_day: bool = False) -> datetime | None:
    """Return the moment that an age or an ISO date names, of a day its end where it is wanted; raises UsageError."""
    if told is None:
        return None
    from crawler.config_file import age_seconds

    try:
        return now - timedelta(seconds=age_seconds(told))
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise UsageError(f"{option} {told}: neither an age such as 24h or 7d nor a date such as 2026-11-22") from error
    if whole_day and re.fullmatch(r"\d{4}-?\d\d-?\d\d", told):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
