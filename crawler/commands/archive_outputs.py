"""Many archives, one output each: what is done stays done, whatever ends the run."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from crawler import __version__
from crawler.commands.archive_inputs import ARCHIVE_SUFFIXES, is_archive
from crawler.commands.console import Console, counted
from crawler.commands.delivery import Delivery, exit_code
from crawler.commands.inputs import pages_of
from crawler.commands.reading import Reading
from crawler.errors import FileUnreadable, UsageError
from crawler.records.files import check_writable, make_folder, output_errors, write_whole
from crawler.records.formats import RecordFormat
from crawler.state.lock import RunLock
from crawler.state.runs import new_run_id
from crawler.workers import WorkerOptions, WorkerPool

ENDINGS = {
    RecordFormat.JSONL: ".jsonl", RecordFormat.JSON: ".json", RecordFormat.MARKDOWN: ".md", RecordFormat.TEXT: ".txt",
}  # fmt: skip
MARKER_ENDING = ".done.json"


@dataclass(frozen=True, slots=True)
class ArchiveOutputs:
    folder: Path
    form: RecordFormat
    navigation: bool
    write_all: bool
    overwrite: bool
    """Do again what is done."""


@dataclass(frozen=True, slots=True)
class Done:
    """The success marker of one archive; it is written after the archive's output has its name."""

    input: str
    input_bytes: int
    input_modified_ns: int
    options: tuple[str, bool, bool]
    """Format, navigation, all."""
    output_bytes: int
    records: int
    failed: dict[str, int]
    """Cause -> pages without a record."""
    skipped: dict[str, int]
    """Kind -> records that hold no page."""
    winnow: str = __version__


@dataclass(frozen=True, slots=True)
class _Job:
    archive: Path
    output: Path

    @property
    def marker(self) -> Path:
        return self.output.with_name(self.output.name + MARKER_ENDING)


def extract_archives(
    paths: tuple[str, ...], outputs: ArchiveOutputs, pool_options: WorkerOptions, console: Console
) -> int:
    """Extract every archive to a file of its own; return the exit code over all, those done before included.

    Raises UsageError before anything is written, OutputError for a folder that cannot be written, LockHeld while
    another run is at work in it.
    """
    jobs, missing = _jobs(paths, outputs)
    for path in missing:
        console.fail(str(path), FileUnreadable("no such file, or a folder without archives; check the path"))
    now = datetime.now(UTC)
    check_writable(outputs.folder)
    records, failures = 0, len(missing)
    with RunLock(outputs.folder, new_run_id(now), now), WorkerPool(pool_options) as pool:
        for job in jobs:
            done = None if outputs.overwrite else _done(job, outputs)
            if done is not None:
                console.say(f"{job.archive}: done before, {counted(done.records, 'record')}")
            else:
                done = _extract(job, outputs, pool, console)
            records += done.records if done is not None else 0
            failures += sum(done.failed.values()) if done is not None else 1
    console.say(f"{counted(records, 'record')}, {counted(failures, 'input')} without one")
    return exit_code(records, failures)


def _jobs(paths: tuple[str, ...], outputs: ArchiveOutputs) -> tuple[list[_Job], list[Path]]:
    """Return what is to be done, and the paths that lead to no archive. Raises UsageError."""
    jobs: dict[Path, _Job] = {}
    missing = []
    for path in map(Path, paths):
        if path.is_file() and not is_archive(path):
            raise UsageError(f"{path}: --output-dir takes archives ({', '.join(ARCHIVE_SUFFIXES)}) and their folders")
        root = path if path.is_dir() else path.parent
        found = sorted(p for p in path.rglob("*") if is_archive(p) and p.is_file()) if path.is_dir() else [path]
        found = [archive for archive in found if archive.is_file()]
        if not found:
            missing.append(path)
        for archive in found:
            output = outputs.folder / archive.relative_to(root).with_name(_stem(archive) + ENDINGS[outputs.form])
            other = jobs.setdefault(output, _Job(archive, output)).archive
            if other.resolve() != archive.resolve():
                raise UsageError(f"{other} and {archive} would both be written to {output}; give each a folder")
    for job in jobs.values():
        if job.output.exists() and not job.marker.exists() and not outputs.overwrite:
            raise UsageError(f"{job.output}: exists and is not ours; add --overwrite or name another folder")
    return list(jobs.values()), missing


def _stem(archive: Path) -> str:
    name = archive.name
    for ending in (".part", ".gz", ".zst", ".warc"):
        name = name.removesuffix(ending)
    return name or archive.name


def _done(job: _Job, outputs: ArchiveOutputs) -> Done | None:
    """Return the marker of a job that is done; None for one that is not, or whose input has changed since."""
    with suppress(OSError, msgspec.DecodeError):
        done = msgspec.json.decode(job.marker.read_bytes(), type=Done)
        now = _marker(job, outputs, done.records, done.failed, done.skipped)
        if done == replace(now, input=done.input, winnow=done.winnow):
            return done
    return None


class _BrokenOff(Exception):
    """The archive could not be read to its end, by no fault of its records; the console has said why."""


def _extract(job: _Job, outputs: ArchiveOutputs, pool: WorkerPool, console: Console) -> Done | None:
    """Return the marker; None, and leave no output, for an archive that could not be read to its end."""
    reading = Reading(console, write_all=outputs.write_all, all_reasons=outputs.navigation)
    with output_errors(job.output.parent):
        make_folder(job.output.parent)
        for left in job.output.parent.glob(f".{job.output.name}.*.tmp"):
            left.unlink()
    # Empty until the output is whole: a run that is killed between the two knows the output as its own.
    write_whole(job.marker, b"{}\n")
    delivery = Delivery(outputs.form, job.output, overwrite=True, navigation=outputs.navigation)
    try:
        with delivery.open() as deliver:
            pages = pages_of((str(job.archive),), plain_text=False, archive_read=reading.archive_read)
            for record in reading.records(pages, pool):
                deliver(record)
            if not reading.archives:
                raise _BrokenOff
    except _BrokenOff:
        return None
    done = _marker(job, outputs, reading.written, dict(reading.failed), dict(reading.skipped))
    write_whole(job.marker, (json.dumps(msgspec.to_builtins(done), indent=1) + "\n").encode())
    return done


def _marker(job: _Job, outputs: ArchiveOutputs, records: int, failed: dict[str, int], skipped: dict[str, int]) -> Done:
    """Return the marker as it is now, by what the two files are. Raises OSError."""
    archive = job.archive.stat()
    return Done(
        input=str(job.archive),
        input_bytes=archive.st_size,
        input_modified_ns=archive.st_mtime_ns,
        options=(str(outputs.form), outputs.navigation, outputs.write_all),
        output_bytes=job.output.stat().st_size,
        records=records,
        failed=failed,
        skipped=skipped,
    )
