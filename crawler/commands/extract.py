"""`winnow extract`: pages from disk, no network."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.commands import options
from crawler.commands.console import Console, counted
from crawler.commands.delivery import Delivery, exit_code
from crawler.commands.inputs import page_count, pages_of
from crawler.commands.reading import Reading
from crawler.commands.site_memories import SitesOfInputs
from crawler.errors import UsageError
from crawler.records.formats import RecordFormat
from crawler.workers import WorkerOptions, WorkerPool


@click.command("extract")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--plain-text", is_flag=True, help="The input is text, its lines the blocks; .txt files always are.")
@options.output_file
@click.option("--output-dir", type=click.Path(path_type=Path), help="A file for each archive; done ones stay.")
@options.overwrite
@options.record_format
@options.write_all
@options.navigation
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Worker processes.  [default: one a core]")
@click.option("--site-memory", type=click.Path(path_type=Path), help="What sites repeat; made where missing.")
@options.quiet
@options.json_logs
def command(  # noqa: PLR0913 - the command line is its interface
    paths: tuple[str, ...], plain_text: bool, output: Path | None, output_dir: Path | None, overwrite: bool, form: str,
    write_all: bool, navigation: bool, workers: int | None, site_memory: Path | None,
    quiet: bool, json_logs: bool,
) -> int:  # fmt: skip
    """Read HTML or text from disk; one record per article, in input order.

    PATH is a file, a folder, a page list (.jsonl), a WARC archive or - (stdin).

    \b
    winnow extract story.html > story.jsonl
    winnow extract pages/ --format markdown -o pages.md
    winnow extract warcs/ --output-dir records
    """
    console = Console(json_logs=json_logs, quiet=quiet)
    pool_options = WorkerOptions(workers=workers or 0, preload="crawler.worker_preload")
    if output_dir is not None:
        from crawler.commands.archive_outputs import ArchiveOutputs, extract_archives  # few need it

        if output is not None or plain_text or site_memory is not None:
            raise UsageError("--output-dir goes neither with --output, --plain-text nor --site-memory")
        outputs = ArchiveOutputs(output_dir, RecordFormat(form), navigation, write_all, overwrite)
        return extract_archives(paths, outputs, pool_options, console)
    delivery = Delivery(RecordFormat(form), output, overwrite, navigation)
    delivery.check()
    if output is not None and output.exists() and any(output.samefile(path) for path in paths if Path(path).exists()):
        raise UsageError(f"--output {output}: is one of the inputs; name another file")
    sites = SitesOfInputs(site_memory) if site_memory is not None else None
    reading = Reading(console, write_all=write_all, all_reasons=navigation, total=page_count(paths), sites=sites)
    with WorkerPool(pool_options) as pool, delivery.open() as deliver:
        if sites is not None and "-" not in paths:  # stdin is read once
            sites.look_ahead(pages_of(paths, plain_text=plain_text), pool)
        for record in reading.records(pages_of(paths, plain_text=plain_text, archive_read=reading.archive_read), pool):
            deliver(record)
    if sites is not None:
        sites.save()
    console.say(f"{counted(reading.written, 'record')}, {counted(reading.failures, 'input')} without one")
    return exit_code(reading.written, reading.failures)
