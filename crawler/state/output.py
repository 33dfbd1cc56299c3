"""The record files of a run, and their rows in the state file."""

from __future__ import annotations

from datetime import UTC

from crawler.records.files import output_errors
from crawler.records.manifest import measure, write_manifest
from crawler.records.writer import RecordFile, RecordFileOptions
from crawler.state.database import transaction
from crawler.state.files import add_file, commit_file, finish_file, finished_files
from crawler.state.opening import OpenFolder


class RunOutput:
    """Appends lines to `records/YYYY-MM-DD/<run_id>-NNN.jsonl`, one file after the other.

    A file's row is committed before the file is made: a part file without a row is not ours. A run without
    records makes no file.
    """

    def __init__(self, folder: OpenFolder, options: RecordFileOptions) -> None:
        self._folder = folder.path
        self._connection = folder.connection
        self._run_id = folder.run_id
        self._day = f"{folder.started_at.astimezone(UTC):%Y-%m-%d}"
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

    def commit(self) -> None:
        """Write into the state file how far the part file holds. The caller holds the transaction."""
        if self._file is not None:
            commit_file(self._connection, self._path, self._file.offset, self._records)

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
            with transaction(self._connection):
                finish_file(self._connection, self._path, measured)
        write_manifest(self._folder, finished_files(self._connection))

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
        with transaction(self._connection):
            add_file(self._connection, self._path, self._run_id)
        self._file = RecordFile(self._folder / self._path, self._options)
        return self._file
