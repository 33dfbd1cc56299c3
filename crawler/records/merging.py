"""Merge the record files of several workers: each version of an article once, in bounded memory.

What the target has stays; what is new is appended in files of its own. So a merge can be repeated, also after a kill.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from crawler import errors
from crawler.records.files import make_folder, output_errors
from crawler.records.manifest import FinishedFile, measure, read_manifest, write_manifest
from crawler.records.reader import lines_of, oldest_first
from crawler.records.writer import DEFAULT_OPTIONS, PART_SUFFIX, RecordFile, RecordFileOptions

INDEX_NAME = ".merge.sqlite.tmp"
CACHE_KIB = 65_536
LINES_AT_A_TIME = 1000
"""Lines between two syncs of the file that is written. Chosen."""
_TABLES = """
CREATE TABLE versions (id TEXT, version INTEGER, PRIMARY KEY (id, version)) WITHOUT ROWID;
CREATE TABLE texts (text_hash TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID;
"""


class _Line(msgspec.Struct):
    """What of a line decides."""

    id: str
    version: int = 1
    text_hash: str | None = None


@dataclass(slots=True)
class Merged:
    """What a merge did."""

    written: int = 0
    there: int = 0
    """Lines that repeat a version of an article: in the target already, or written twice around a kill."""
    same_text: int = 0
    """Lines that repeat the text of another article."""
    files: list[Path] = field(default_factory=list)


def merge(sources: Sequence[Path], target: Path, run_id: str, options: RecordFileOptions = DEFAULT_OPTIONS) -> Merged:
    """Append to the target's records what the sources' finished files have and it has not, oldest first.

    The caller holds the target's lock. Raises FileUnreadable for a broken line, which is named, and OutputError.
    """
    merged = Merged()
    writer = _Writer(target, run_id, options)
    writer.clear()
    with _index(target / INDEX_NAME) as connection:
        for line, _ in _lines([target]):
            _verdict(connection, line)
        try:
            for line, raw in _lines(sources):
                verdict = _verdict(connection, line)
                if verdict == "new":
                    writer.append(raw)
                    merged.written += 1
                merged.there += verdict == "there"
                merged.same_text += verdict == "same text"
            merged.files = writer.finish()
        finally:
            writer.close()
    return merged


@contextmanager
def _index(path: Path) -> Iterator[sqlite3.Connection]:
    """A database that lasts as long as the block: on disk, so that memory does not grow with the records."""
    with output_errors(path):
        make_folder(path.parent)
        path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -{CACHE_KIB}"
        )
        connection.executescript(_TABLES)
        yield connection
    except sqlite3.OperationalError as error:
        raise errors.OutputError(f"{path} cannot be written ({error}): make room there and run again") from error
    finally:
        connection.close()
        path.unlink(missing_ok=True)


def _verdict(connection: sqlite3.Connection, line: _Line) -> str:
    """Say whether the line is new, and keep it in mind."""
    if line.text_hash is not None:
        query = "SELECT 1 FROM texts WHERE text_hash = ? AND id != ?"
        if connection.execute(query, (line.text_hash, line.id)).fetchone() is not None:
            return "same text"
    added = connection.execute("INSERT OR IGNORE INTO versions VALUES (?, ?)", (line.id, line.version))
    if not added.rowcount:
        return "there"
    if line.text_hash is not None:
        connection.execute("INSERT OR IGNORE INTO texts VALUES (?, ?)", (line.text_hash, line.id))
    return "new"


def _lines(folders: Sequence[Path]) -> Iterator[tuple[_Line, bytes]]:
    files = (file for folder in folders for file in (folder / "records").rglob("*.jsonl"))
    for file in sorted(files, key=oldest_first):
        for raw, place in lines_of(file):
            try:
                yield msgspec.json.decode(raw, type=_Line), raw
            except msgspec.DecodeError as error:
                raise errors.FileUnreadable(f"{place}: {error}") from error


class _Writer:
    """Writes files that are parts until they are whole, and lists them in the manifest."""

    def __init__(self, target: Path, run_id: str, options: RecordFileOptions) -> None:
        self._target = target
        self._run_id = run_id
        self._options = options
        self._day = f"{datetime.now(UTC):%Y-%m-%d}"
        self._file: RecordFile | None = None
        self._gathered = 0
        self._finished: list[FinishedFile] = []

    def clear(self) -> None:
        """Remove what a merge that was killed left: its lines come again."""
        for part in (self._target / "records").rglob(f"*{PART_SUFFIX}"):
            with output_errors(part):
                part.unlink()

    def append(self, raw: bytes) -> None:
        if self._file is None:
            number = len(self._finished) + 1
            name = f"records/{self._day}/{self._run_id}-{number:03}.jsonl"
            self._file = RecordFile(self._target / name, self._options)
        self._file.append(raw.decode().rstrip("\n"))
        self._gathered += 1
        if self._gathered >= LINES_AT_A_TIME:
            self._sync()

    def finish(self) -> list[Path]:
        if self._file is not None:
            self._end(self._file)
        listed = {file.path: file for file in read_manifest(self._target)}
        listed |= {file.path: file for file in self._unlisted(listed)}
        write_manifest(self._target, list(listed.values()))
        return [self._target / file.path for file in self._finished]

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _sync(self) -> None:
        assert self._file is not None
        self._file.sync()
        self._gathered = 0
        if self._file.is_full:
            self._end(self._file)

    def _end(self, file: RecordFile) -> None:
        path = file.finish()
        self._file, self._gathered = None, 0
        self._finished.append(self._measured(path))

    def _unlisted(self, listed: Collection[str]) -> list[FinishedFile]:
        """Return the files that the manifest does not have: ours, and those of a merge that was killed before it."""
        paths = sorted((self._target / "records").rglob("*.jsonl"), key=oldest_first)
        return [self._measured(path) for path in paths if path.relative_to(self._target).as_posix() not in listed]

    def _measured(self, path: Path) -> FinishedFile:
        with output_errors(path):
            measured = measure(path)
        name = path.relative_to(self._target).as_posix()
        at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        run_id = path.stem.rpartition("-")[0]
        return FinishedFile(name, run_id, measured.records, measured.bytes, measured.sha256, at)
