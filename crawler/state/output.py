"""The record files of a run, and their rows in the state file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from crawler.records.files import output_errors
from crawler.records.manifest import FinishedFile, Measure, measure, write_manifest
from crawler.records.writer import RecordFile, RecordFileOptions
from crawler.state.database import transaction
from crawler.state.files import add_file, commit_file, finish_file, finished_files


class FileBook(Protocol):
    """What is known of the record files beside themselves."""

    def add(self, path: str) -> None:
        """Make a file known that is about to be begun; it takes effect at once."""
        ...

    def commit(self, path: str, committed_bytes: int, records: int) -> None:
        """Say how far the file holds, as part of the changes that are open."""
        ...

    def finish(self, path: str, measured: Measure) -> None:
        """Say that the file is whole; it takes effect at once."""
        ...

    def finished(self) -> Sequence[FinishedFile]:
        """Return the folder's whole files in the order in which they were begun."""
        ...


class SqliteFileBook:
    """Rows of the state file."""

    def __init__(self, connection: sqlite3.Connection, run_id: str) -> None:
        self._connection = connection
        self._run_id = run_id

    def add(self, path: str) -> None:
        with transaction(self._connection):
            add_file(self._connection, path, self._run_id)

    def commit(self, path: str, committed_bytes: int, records: int) -> None:
        commit_file(self._connection, path, committed_bytes, records)

    def finish(self, path: str, measured: Measure) -> None:
        with transaction(self._connection):
            finish_file(self._connection, path, measured)

    def finished(self) -> Sequence[FinishedFile]:
        return finished_files(self._connection)


@dataclass(frozen=True, slots=True)
class OutputPlace:
    """Where a run writes."""

    folder: Path
    run_id: str
    started_at: datetime
    """With an offset; its UTC day names the records' folder."""


class RunOutput:
    """Appends lines to `records/YYYY-MM-DD/<run_id>-NNN.jsonl`, one file after the other.

    A file's row is committed before the file is made: a part file without a row is not ours. A run without
    records makes no file.
    """

    def __init__(self, place: OutputPlace, book: FileBook, options: RecordFileOptions) -> None:
        self._folder = place.folder
        self._book = book
        self._run_id = place.run_id
        self._day = f"{place.started_at.astimezone(UTC):%Y-%m-%d}"
        self._options = options
        self._count = 0
        self._file: RecordFile | None = None
        self._records = 0

    def append(self, lines: list[str]) -> None:
        """Write the lines to the part file and wait until they are durable. Raises OutputError."""
        if not lines:
            return
        file = self._file or self._begin()
        for line in lines:
            file.append(line)
        file.sync()
        self._records += len(lines)

    def take_back(self, lines: int) -> None:
        """Cut off the last lines again, which were appended but not committed. Raises OutputError."""
        if self._file is not None and lines:
            self._file.take_back()
            self._records -= lines

    def commit(self) -> None:
        """Write into the state how far the part file holds. The caller holds the transaction."""
        if self._file is not None:
            self._book.commit(self._path, self._file.offset, self._records)

    def roll(self) -> None:
        """Finish the file if it is full."""
        if self._file is not None and self._file.is_full:
            self.finish()

    def finish(self) -> None:
        """Give the committed file its final name and list it in the manifest."""
        if self._file is not None:
            path = self._file.finish()
            self._file = None
            with output_errors(path):
                measured = measure(path)
            self._book.finish(self._path, measured)
        write_manifest(self._folder, self._book.finished())

    def close(self) -> None:
        """Leave the part file as it is."""
        if self._file is not None:
            self._file.close()

    @property
    def _path(self) -> str:
        return f"records/{self._day}/{self._run_id}-{self._count:03}.jsonl"

    def _begin(self) -> RecordFile:
        self._count += 1
        self._records = 0
        self._book.add(self._path)
        self._file = RecordFile(self._folder / self._path, self._options)
        return self._file
