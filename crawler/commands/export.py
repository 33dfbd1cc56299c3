"""`winnow export`: a crawl's records in one file, as they stand once all copies are known."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.commands import options
from crawler.commands.console import Console, counted
from crawler.commands.delivery import Delivery
from crawler.errors import FileUnreadable, StateError
from crawler.records.formats import RecordFormat

FORMS = tuple(str(form) for form in RecordFormat)


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("output"))
@options.output_file
@options.overwrite
@click.option("--to", "form", type=click.Choice(FORMS), default="jsonl", show_default=True, metavar="FORM",
              help="jsonl, json, markdown or text.")  # fmt: skip
@click.option("--latest", is_flag=True, help="Of an article's versions only the last.")
@click.option("--no-duplicates", is_flag=True, help="Of articles that are copies only one.")
@options.quiet
def command(  # noqa: PLR0913 - the command line is its interface
    folder: Path, output: Path | None, overwrite: bool, form: str, latest: bool, no_duplicates: bool, quiet: bool
) -> int:
    """Export the records of a crawl's FOLDER (default: output), with the final word on who copied whom.

    \b
    winnow export news --latest --no-duplicates -o articles.jsonl
    winnow export news --to json | jq length
    """
    from crawler.state.final_view import Wish, final_records

    delivery = Delivery(RecordFormat(form), output, overwrite, navigation=True)
    delivery.check()
    written = 0
    try:
        with delivery.open() as deliver:
            for record in final_records(folder, Wish(latest, no_duplicates)):
                deliver(record)
                written += 1
    except FileUnreadable as error:
        raise StateError(f"{error}: mend that line or move the file away") from error
    Console(quiet=quiet).say(f"{folder}: {counted(written, 'record')} exported")
    return 0
