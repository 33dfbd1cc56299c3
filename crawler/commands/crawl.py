"""`winnow crawl`: one run over the configured sites."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.commands import options
from crawler.commands.console import Console


@click.command("crawl")
@click.option(
    "--sites",
    type=click.Path(path_type=Path),
    default=Path("sites.toml"),
    show_default=True,
    help="Which sites.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("output"),
    show_default=True,
    help="Folder for records and state.",
)
@click.option("--site", "names", multiple=True, metavar="NAME", help="Only this site (repeatable).")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Fetch at most N pages.")
@options.allow_address
@click.option("--workers", type=click.IntRange(1), help="Worker processes.  [default: one a core]")
@options.quiet
@options.json_logs
def command(  # noqa: PLR0913 - the command line is its interface
    sites: Path, output: Path, names: tuple[str, ...], limit: int | None, allow_address: tuple[str, ...],
    workers: int | None, quiet: bool, json_logs: bool,
) -> int:  # fmt: skip
    """Poll every source of the sites and fetch what is new; each article is written once, over all runs.

    Records: OUTPUT/records/, report: OUTPUT/runs/, state: OUTPUT/state.sqlite.

    \b
    winnow crawl --sites sites.toml --output news
    winnow crawl --site example.org --limit 20
    """
    from crawler.commands.crawling import CrawlOptions, crawl  # Scrapy takes a second to load

    console = Console(json_logs=json_logs, quiet=quiet)
    chosen = CrawlOptions(sites, output, names, limit or 0, allow_address, workers or 0)
    return crawl(chosen, console).exit_code
