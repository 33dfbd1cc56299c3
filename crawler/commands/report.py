"""`winnow report`: what runs did, as HTML pages, tables or JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.commands import options
from crawler.commands.console import Console, counted
from crawler.commands.opening import has_display, open_in_browser
from crawler.errors import FileUnreadable, UsageError
from crawler.records.files import make_folder, output_errors, write_whole

if TYPE_CHECKING:
    from crawler.report.summary import ReportOptions, RunSummary

PAGES_FOLDER = "report"


@click.command("report")
@click.argument("run", required=False)
@options.crawl_folder
@click.option("--terminal", is_flag=True, help="Tables on stdout, of RUN or the latest run.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, of RUN or the latest run.")
@click.option("--pages", type=click.Path(path_type=Path), metavar="DIR",
              help="Folder of the HTML pages.  [default: report in the crawl's]")  # fmt: skip
@click.option("--open/--no-open", "opens", default=None, help="Show the pages in a browser.")
@click.option(
    "--runs", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="Latest runs that get a page."
)
@click.option(
    "--urls", type=click.IntRange(0), default=50, show_default=True, metavar="N", help="URLs listed behind a number."
)
@options.quiet
def command(  # noqa: PLR0913 - the command line is its interface
    run: str | None, output: Path, terminal: bool, as_json: bool, pages: Path | None, opens: bool | None,
    runs: int, urls: int, quiet: bool,
) -> int:  # fmt: skip
    """Report on runs: alarms first, sites, causes, and the URLs behind every number.

    Without RUN (an id, or its last four digits) the latest runs are reported.

    \b
    winnow report --output news
    winnow report --output news --terminal
    """
    from crawler.report.gathering import summaries
    from crawler.report.run_files import chosen_id, readable, run_ids
    from crawler.report.summary import ReportOptions

    if terminal and as_json:
        raise UsageError("--terminal and --json write to stdout both: choose one")
    ids = run_ids(output)
    wish = ReportOptions(urls=urls, runs=runs)
    if not terminal and not as_json:
        console = Console(quiet=quiet)
        named = chosen_id(ids, run) if run is not None else None
        wanted = list(dict.fromkeys([*ids[:runs], *([named] if named else [])]))
        chosen, faults = readable(output, wanted)
        if not chosen or (named and named not in chosen):
            raise next(fault for fault in faults if not chosen or str(named) in str(fault))
        for fault in faults:
            console.warn(str(fault))
        folder = pages or output / PAGES_FOLDER
        _write_pages(output, folder, chosen, wish, older=len(ids) - len(wanted))
        _tell(folder / f"{named or 'index'}.html", len(chosen), opens, console)
        return FileUnreadable.exit_code if faults else 0
    (summary,) = summaries(output, [chosen_id(ids, run) if run is not None else ids[0]], wish)
    _print(summary, as_json=as_json)
    return 0


def _print(summary: RunSummary, *, as_json: bool) -> None:
    from crawler.report import terminal

    if as_json:
        click.echo(terminal.as_json(summary))
    else:
        terminal.print_tables(summary)


def _write_pages(output: Path, folder: Path, chosen: Sequence[str], wish: ReportOptions, *, older: int) -> None:
    """Write a page for each of the chosen runs, and the index over them."""
    from crawler.report.gathering import summaries
    from crawler.report.html import Neighbours, index_html, run_html

    with output_errors(folder):
        make_folder(folder)
    written = []
    for place, summary in enumerate(summaries(output, chosen, wish)):
        near = Neighbours(
            earlier=chosen[place + 1] if place + 1 < len(chosen) else None,
            later=chosen[place - 1] if place else None,
        )
        write_whole(folder / f"{summary.run.run_id}.html", run_html(summary, near).encode())
        written.append(summary)
    write_whole(folder / "index.html", index_html(written, older).encode())


def _tell(path: Path, pages: int, opens: bool | None, console: Console) -> None:
    wished = opens if opens is not None else sys.stdout.isatty() and has_display()
    if wished and not open_in_browser(path):
        console.warn(f"no browser was found; open {path}")
    console.say(f"{counted(pages, 'run')}: {path}")
