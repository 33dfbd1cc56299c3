"""Make a lost `state.sqlite` anew from the records: the output is the truth, the index a cache."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from crawler import errors
from crawler.items import Record
from crawler.records.files import output_errors
from crawler.records.manifest import FinishedFile, measure, read_manifest, write_manifest
from crawler.records.reader import read_records
from crawler.state.database import REBUILD, STATE_NAME, create_state
from crawler.state.history import keep_figures
from crawler.state.lock import RunLock
from crawler.state.parts import finish_parts
from crawler.state.rebuilt_copies import RebuiltCopies
from crawler.state.rebuilt_rows import Origin, add_article
from crawler.state.runs import RUNS_FOLDER, utc_text
from crawler.state.values import DEFAULT_STORE_OPTIONS

_ADD_FILE = """
INSERT INTO files (path, run_id, state, committed_bytes, records, sha256, finished_at)
VALUES (?, ?, 'finished', ?, ?, ?, ?)
"""
_ADD_RUN = "INSERT OR IGNORE INTO runs (run_id, started_at, finished_at, report) VALUES (?, ?, ?, ?)"


@dataclass(slots=True)
class Rebuilt:
    """What was found."""

    files: list[FinishedFile] = field(default_factory=list)
    records: int = 0
    runs: int = 0
    cut_bytes: int = 0
    """Of torn lines at the end of part files."""
    warnings: list[str] = field(default_factory=list)


def rebuild(folder: Path, site_of_domain: Mapping[str, str] | None = None) -> Rebuilt:
    """Write `state.sqlite` from records, run reports and manifest.

    `site_of_domain` gives the configured names of sites; where it has none the domain is the name, until the
    URL is found again. Sources are not rebuilt, nor URLs without a record: both are asked again. Raises
    UsageError where there is a state file or no record, LockHeld, OutputError, StateError for a broken line.
    """
    _check(folder)
    rebuilt = Rebuilt()
    with RunLock(folder, "winnow state rebuild", datetime.now(UTC)):
        rebuilt.cut_bytes = finish_parts(folder / "records")
        builder = _Builder(folder, site_of_domain or {}, rebuilt)
        create_state(folder / STATE_NAME, DEFAULT_STORE_OPTIONS.busy_timeout_s, builder.fill)
        write_manifest(folder, rebuilt.files)
    return rebuilt


def _check(folder: Path) -> None:
    for name in (STATE_NAME, f"{STATE_NAME}-wal"):
        if (folder / name).exists():
            raise errors.UsageError(f"{folder / name} is there and is not overwritten: move it away, then run again")
    if not any((folder / "records").rglob("*.jsonl*")):
        raise errors.UsageError(f"{folder}: no records, so nothing to rebuild from; name the folder of a crawl")


class _Builder:
    """Fills the tables in one transaction."""

    def __init__(self, folder: Path, site_of_domain: Mapping[str, str], rebuilt: Rebuilt) -> None:
        self._folder = folder
        self._site_of_domain = site_of_domain
        self._rebuilt = rebuilt
        self._now = datetime.now(UTC)
        self._listed: dict[str, FinishedFile] = {}
        # The manifest is written anew; a broken one only costs the times in it.
        with suppress(errors.FileUnreadable):
            self._listed = {file.path: file for file in read_manifest(folder)}

    def fill(self, connection: sqlite3.Connection) -> None:
        copies = RebuiltCopies(connection)
        self._add_runs(connection)
        paths = sorted((self._folder / "records").rglob("*.jsonl"), key=_order)
        for path in paths:
            self._add_file(connection, path, copies)
        gone = self._listed.keys() - {file.path for file in self._rebuilt.files}
        for name in sorted(gone):
            self._rebuilt.warnings.append(f"{name} is in the manifest, but gone: its articles are fetched again")

    def _add_runs(self, connection: sqlite3.Connection) -> None:
        for path in sorted((self._folder / RUNS_FOLDER).glob("*.json")):
            try:
                text = path.read_text(encoding="utf-8")
                report = json.loads(text)
                row = (str(report["run_id"]), str(report["started_at"]), str(report["finished_at"]), text)
            except (OSError, ValueError, TypeError, KeyError):
                self._rebuilt.warnings.append(f"{path} is no report of a run: left out")
                continue
            connection.execute(_ADD_RUN, row)
            keep_figures(connection, row[0], text)
            self._rebuilt.runs += 1

    def _add_file(self, connection: sqlite3.Connection, path: Path, copies: RebuiltCopies) -> None:
        name = path.relative_to(self._folder).as_posix()
        run_id = path.stem.rpartition("-")[0] or path.stem
        with output_errors(path):
            measured = measure(path)
            at = utc_text(datetime.fromtimestamp(path.stat().st_mtime, UTC))
        listed = self._listed.get(name)
        if listed is not None and listed.sha256 == measured.sha256:
            at = listed.finished_at
        elif listed is not None:
            self._rebuilt.warnings.append(f"{name} is not as the manifest has it: read as it is")
        for record in self._records(path):
            domain = record.domain or ""
            site = self._site_of_domain.get(domain, domain)
            add_article(connection, record, Origin(site, run_id, at, self._now))
            copies.add(record)
            self._rebuilt.records += 1
        connection.execute(_ADD_FILE, (name, run_id, measured.bytes, measured.records, measured.sha256, at))
        connection.execute(_ADD_RUN, (run_id, at, None, None))
        self._rebuilt.files.append(FinishedFile(name, run_id, measured.records, measured.bytes, measured.sha256, at))

    def _records(self, path: Path) -> Iterator[Record]:
        try:
            yield from read_records(path)
        except errors.FileUnreadable as error:
            mend = f"mend that line or move the file away, then run {REBUILD} again"
            raise errors.StateError(f"{error}: {mend}") from error


def _order(path: Path) -> tuple[str, str, int]:
    """Oldest first: day, run, number of the file in its run."""
    run_id, _, number = path.stem.rpartition("-")
    return str(path.parent), run_id, int(number) if number.isdecimal() else 0
