"""`winnow demo`: the whole flow on a small news web of our own, on this machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.commands import options
from crawler.commands.console import Console
from crawler.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

SITES_TOML = """\
# The demo's three sites, as `winnow demo` crawled them. The ports are this run's.
[defaults]
delay = 0
"""
SITE_TABLE = """
[[site]]
name = "{name}"
url = "{url}"
"""
SHOWN_CHARS = 160
SHOWN_ENTRIES = 2
SHOWN_LABELS = ("advertisement", "job_listing", "comment_policy", "subscription")
ACCOUNT = ("found", "new", "duplicate", "skipped", "failed")
FIELD_OF_LABEL = {"title": "title", "byline": "byline", "caption": "captions"}


@click.command("demo")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="New folder for records and state.  [default: winnow-demo]",
)
@options.quiet
@options.json_logs
def command(output: Path | None, quiet: bool, json_logs: bool) -> int:
    """Crawl three small news sites of our own, served on this machine; show what came of it.

    \b
    winnow demo
    winnow demo --output /tmp/demo
    """
    from crawler.records.files import check_writable, write_whole

    console = Console(json_logs=json_logs, quiet=quiet)
    output = output or _new_folder()
    sites = output / "sites.toml"
    if sites.exists():
        raise UsageError(f"{sites}: exists already; name a new folder with --output")
    check_writable(output)
    from crawler.commands.crawling import Crawled, CrawlOptions, crawl  # Scrapy takes a second to load
    from crawler.demo.server import DemoServer

    with DemoServer() as server:
        tables = "".join(SITE_TABLE.format(name=site.key, url=site.url) for site in server.sites)
        write_whole(sites, (SITES_TOML + tables).encode())
        console.say("three news sites, in German, English and French, served on this machine:")
        for site in server.sites:
            console.say(f"  {site.key}  {site.name}  {site.url}")
        crawled: Crawled = crawl(CrawlOptions(sites, output, allow_addresses=tuple(server.allow)), console)
    _show(output, crawled.report_path)
    return crawled.exit_code


def _new_folder() -> Path:
    """Return a folder that is not there yet: every demo begins without state."""
    names = ("winnow-demo", *(f"winnow-demo-{number}" for number in range(2, 1000)))
    return next(folder for folder in map(Path, names) if not folder.exists())


def _show(output: Path, report_path: Path | None) -> None:
    """Print what the run's files say."""
    import json  # with its use

    from rich.console import Console as RichConsole  # only this command shows tables

    from crawler.records.reader import read_records

    assert report_path is not None
    report = json.loads(report_path.read_text(encoding="utf-8"))
    records = [record for record in read_records(output) if record.run_id == report["run_id"]]
    screen = RichConsole(highlight=False)
    screen.print()
    screen.print(_account_table(report["sites"]))
    screen.print(_block_table(report["blocks_by_label"]))
    if records:
        screen.print("[bold]One record, shortened[/bold]")
        shown = max(records, key=lambda record: len({segment.label for segment in record.segments}))
        screen.print_json(json.dumps(_shortened(shown.to_dict())), ensure_ascii=False)
    for name, path in (
        ("records", output / "records"),
        ("report", report_path),
        ("state", output / "state.sqlite"),
        ("look at", f"winnow report --output {output}; winnow view {output}"),
    ):
        screen.print(f"{name:8} {path}", soft_wrap=True, markup=False)


def _account_table(sites: Mapping[str, Any]) -> Table:
    from rich.table import Table  # only this command shows tables

    table = Table(title="What became of each URL", title_justify="left")
    for column in ("site", *ACCOUNT):
        table.add_column(column, justify="left" if column == "site" else "right")
    table.add_column("why", overflow="fold")
    for name, site in sites.items():
        why = "\n".join(f"{number} {cause}" for cause, number in sorted(site["causes"].items()))
        numbers = [site["found"], *(site["states"][state] for state in ACCOUNT[1:])]
        table.add_row(name, *map(str, numbers), why)
    return table


def _block_table(blocks: Mapping[str, int]) -> Table:
    from rich.table import Table  # only this command shows tables

    from crawler.items import Label

    table = Table(title="Blocks of the new records' pages, by label", title_justify="left")
    table.add_column("label")
    table.add_column("blocks", justify="right")
    table.add_column("in the record")
    for name, number in Counter(blocks).most_common():
        label = Label(name)
        place = "text" if label.in_text else "boilerplate" if label.is_boilerplate else FIELD_OF_LABEL[label]
        table.add_row(name, str(number), "left out" if label is Label.NAVIGATION else place)
    return table


def _shortened(line: dict[str, Any]) -> dict[str, Any]:
    """Return a record with long values cut and long lists shown by their first entries."""
    short: dict[str, Any] = {}
    for name, value in line.items():
        if isinstance(value, str) and len(value) > SHOWN_CHARS:
            short[name] = value[:SHOWN_CHARS] + " ..."
        elif name == "boilerplate":
            kinds = {entry["label"]: entry for entry in reversed(value)}
            short[name] = [_shortened(kinds[label]) for label in SHOWN_LABELS if label in kinds]
        elif isinstance(value, list) and len(value) > SHOWN_ENTRIES:
            short[name] = [_shortened(v) if isinstance(v, dict) else v for v in value[:SHOWN_ENTRIES]]
        elif value not in (None, [], {}):
            short[name] = value
    return short
