"""`winnow export`: records in the form of another program, as they stand once all copies are known."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.commands import options
from crawler.commands.console import Console, counted
from crawler.commands.delivery import exit_code
from crawler.commands.destination import Destination
from crawler.errors import FileUnreadable, StateError, UsageError
from crawler.exports.targets import ENDINGS, Target, check_target, fault_of, open_writer

if TYPE_CHECKING:
    from crawler.items import Record

TARGETS = tuple(str(target) for target in Target)


@click.command("export")
@click.argument("path", type=click.Path(path_type=Path), default=Path("output"))
@options.output_file
@click.option("--output-dir", type=click.Path(path_type=Path), help="A file for each article (markdown, text).")
@options.overwrite
@click.option("--to", "target", type=click.Choice(TARGETS), default="jsonl", show_default=True, metavar="TARGET",
              help="One of those above.")  # fmt: skip
@click.option("--latest", is_flag=True, help="Of an article's versions only the last.")
@click.option("--no-duplicates", is_flag=True, help="Of articles that are copies only one.")
@options.quiet
def command(  # noqa: PLR0913 - the command line is its interface
    path: Path, output: Path | None, output_dir: Path | None, overwrite: bool, target: str, latest: bool,
    no_duplicates: bool, quiet: bool,
) -> int:  # fmt: skip
    """Take the records of a crawl's folder, or of a .jsonl file, elsewhere.

    TARGET: jsonl, json, markdown, text, csv, parquet, schema-org, zyte, datatrove or elasticsearch.

    \b
    winnow export news --latest --no-duplicates -o articles.jsonl
    winnow export news --to parquet -o articles.parquet
    """
    console = Console(quiet=quiet)
    chosen = Target(target)
    check_target(chosen)
    if output_dir is not None:
        from crawler.commands.article_files import ArticleFiles  # few need it

        if output is not None or chosen not in ENDINGS:
            raise UsageError("--output-dir goes with --to markdown or --to text, and not with --output")
        opened = ArticleFiles(output_dir, chosen, overwrite, latest).open()
    else:
        opened = _one_file(Destination(output, overwrite), chosen, console)
    written = left_out = 0
    with opened as add, console.progress("export") as tally:
        for record in _records(path, latest=latest, no_duplicates=no_duplicates):
            fault = fault_of(record, chosen)
            if fault is not None:
                console.warn(f"{record.id}: left out: {fault}")
                left_out += 1
                continue
            add(record)
            written += 1
            tally.count("exported")
    console.say(f"{path}: {counted(written, 'record')} exported" + (f", {left_out} left out" if left_out else ""))
    return exit_code(written, left_out)


@contextmanager
def _one_file(destination: Destination, target: Target, console: Console) -> Iterator[Callable[[Record], None]]:
    destination.check()
    if target is Target.PARQUET and destination.path is None and sys.stdout.isatty():
        raise UsageError("--to parquet is nothing for a terminal: name a file with --output")
    with destination.open() as write, ExitStack() as undo:
        writer = open_writer(target, write)
        undo.callback(writer.abandon)
        yield writer.add
        writer.finish()
        undo.pop_all()
    if writer.warning is not None:
        console.warn(writer.warning)


def _records(path: Path, *, latest: bool, no_duplicates: bool) -> Iterator[Record]:
    """Yield the records wanted. Raises UsageError for what cannot be read so, StateError for a broken line."""
    from crawler.records.reader import read_records
    from crawler.state.database import STATE_NAME
    from crawler.state.final_view import Wish, final_records

    if not path.exists():
        raise UsageError(f"{path}: no such file; name the folder of a crawl, or a .jsonl file of records")
    if path.is_dir() and not (path / STATE_NAME).exists() and not (path / "records").is_dir():
        raise UsageError(f"{path}: no {STATE_NAME} in it; name the folder of a crawl, or a .jsonl file of records")
    if path.is_file() and (latest or no_duplicates):
        raise UsageError("--latest and --no-duplicates need the state of a crawl: name its folder, not a file")
    try:
        yield from read_records(path) if path.is_file() else final_records(path, Wish(latest, no_duplicates))
    except FileUnreadable as error:
        if path.is_file():
            raise UsageError(f"{error}; name a .jsonl file of records, or the folder of a crawl") from error
        raise StateError(f"{error}: mend that line or move the file away") from error
