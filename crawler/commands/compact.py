"""`winnow compact`: the files of several workers as one output folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.commands import options
from crawler.commands.console import Console, counted
from crawler.errors import LockHeld, UsageError
from crawler.records.files import WORKERS_FOLDER

if TYPE_CHECKING:
    from crawler.engines.connection import RedisServer


@click.command("compact")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FOLDER...")
@options.engine_file
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder of the merged records.")
@click.option("--without-redis", is_flag=True, help="Take every whole line of a killed worker's last file.")
@options.quiet
def command(folders: tuple[Path, ...], output: Path, sites: Path, without_redis: bool, quiet: bool) -> int:
    """Merge the records of workers that share a Redis: each version of an article once, oldest first.

    FOLDER is the output folder of a crawl, of this machine or copied from another. What OUTPUT has stays, and only
    what is new is added: run it again whenever you like, also while workers are at work.

    \b
    winnow compact news -o articles
    winnow compact machine-a/news machine-b/news -o articles
    """
    from crawler.records.files import check_writable
    from crawler.records.merging import merge
    from crawler.state.lock import RunLock
    from crawler.state.runs import new_run_id

    console = Console(quiet=quiet)
    now = datetime.now(UTC)
    run_id = new_run_id(now)
    sources = [source for folder in folders for source in _sources(folder)]
    if output.resolve() in {folder.resolve() for folder in (*folders, *sources)}:
        raise UsageError(f"{output}: is one of the folders to merge; name another with --output")
    check_writable(output)
    with RunLock(output, run_id, now), console.progress("compact"):
        with _server(sites, without=without_redis) as server:
            for source in sources:
                _finish_parts(source, server, console, without_redis=without_redis)
        merged = merge(sources, output, run_id)
        reports = _copy_reports(sources, output)
    console.say(
        f"{output}: {counted(merged.written, 'record')} added from {counted(len(sources), 'folder')}; "
        f"{merged.there} were there, {merged.same_text} have the text of another; {counted(reports, 'run report')} new"
    )
    return 0


def _sources(folder: Path) -> list[Path]:
    """Return the folders of the workers, and the folder itself where it has records of its own."""
    workers = sorted(path for path in (folder / WORKERS_FOLDER).glob("*") if path.is_dir())
    own = [folder] if (folder / "manifest.json").exists() else []
    if not workers and not own:
        raise UsageError(f"{folder}: no folder of a crawl; name one that has {WORKERS_FOLDER}/ or manifest.json")
    return own + workers


@contextmanager
def _server(sites: Path, *, without: bool) -> Iterator[RedisServer | None]:
    """Connect to the Redis of the sites.toml; None where there is none."""
    from crawler.engine_config import load_engine

    if without or not sites.exists() or load_engine(sites).kind != "redis":
        yield None
        return
    from crawler.engines.opening import server_of

    server = server_of(load_engine(sites).setting)
    try:
        yield server
    finally:
        server.close()


def _finish_parts(source: Path, server: RedisServer | None, console: Console, *, without_redis: bool) -> None:
    """Finish the files of a killed worker; those of one that is at work are left to the next merge."""
    from crawler.state.lock import RunLock
    from crawler.state.parts import finish_parts

    if (source / "state.sqlite").exists() or not any((source / "records").rglob("*.part")):
        return
    try:
        with RunLock(source, "winnow compact", datetime.now(UTC)):
            if without_redis:
                finish_parts(source / "records")
            elif server is not None:
                from crawler.engines.output import recover_folder

                recover_folder(source, server)
    except LockHeld:
        return
    for part in sorted((source / "records").rglob("*.part")):
        mend = "name --sites with its [engine], or --without-redis where that is lost"
        console.warn(f"{part}: left out, only Redis knows how far it holds: {mend}")


def _copy_reports(sources: list[Path], output: Path) -> int:
    """Copy the reports of runs that the output has not; return how many."""
    from crawler.records.files import make_folder, write_whole

    copied = 0
    for report in (path for source in sources for path in sorted((source / "runs").glob("*.json"))):
        target = output / "runs" / report.name
        if not target.exists():
            make_folder(target.parent)
            write_whole(target, report.read_bytes())
            copied += 1
    return copied
