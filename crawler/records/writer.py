"""One file of records while it is written, and the repair of one that a dead run left."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crawler.records.files import fsync_folder, make_folder, output_errors, write_all

PART_SUFFIX = ".part"


@dataclass(frozen=True, slots=True)
class RecordFileOptions:
    max_bytes: int = 256 * 2**20
    """Bytes from which on a file is full and the next one begins. Chosen, not measured."""


DEFAULT_OPTIONS = RecordFileOptions()


class RecordFile:
    """A file of JSON lines, `PATH.part` until it is finished, appended to by one writer.

    Lines are gathered by `append` and made durable by `sync`. After an OutputError the file takes no more:
    what stands behind the last synced offset may be torn and is cut off by the next run.
    """

    def __init__(self, path: Path, options: RecordFileOptions = DEFAULT_OPTIONS) -> None:
        """Make the part file; a file of that name must not exist. `path` is the final name."""
        self.path = path
        self.offset = 0
        """Bytes that are durable."""
        self._options = options
        self._lines: list[str] = []
        self._synced = 0
        with output_errors(self.part):
            make_folder(path.parent)
            self._file: BinaryIO = self.part.open("xb", buffering=0)
            fsync_folder(path.parent)

    @property
    def part(self) -> Path:
        return part_of(self.path)

    @property
    def is_full(self) -> bool:
        return self.offset >= self._options.max_bytes

    def append(self, line: str) -> None:
        """Gather one line, given without line feed; nothing is written yet."""
        if "\n" in line:
            raise ValueError("a line feed within a line")
        self._lines.append(line)

    def sync(self) -> int:
        """Write what was gathered, wait until it is durable, return the file's length in bytes."""
        content = "".join(f"{line}\n" for line in self._lines).encode()
        with output_errors(self.part):
            try:
                write_all(self._file, content)
                os.fsync(self._file.fileno())
            except OSError:
                self._file.close()
                raise
        self._lines.clear()
        self._synced = len(content)
        self.offset += len(content)
        return self.offset

    def take_back(self) -> None:
        """Cut off what the last `sync` wrote, durably. Raises OutputError."""
        with output_errors(self.part):
            self.offset -= self._synced
            self._synced = 0
            self._file.truncate(self.offset)
            self._file.seek(self.offset)
            os.fsync(self._file.fileno())

    def finish(self) -> Path:
        """Sync, give the file its final name and return that."""
        self.sync()
        self.close()
        with output_errors(self.path):
            rename_part(self.path)
        return self.path

    def close(self) -> None:
        """Close without finishing; gathered lines are dropped. For an end by error."""
        self._file.close()


def part_of(path: Path) -> Path:
    return path.with_name(path.name + PART_SUFFIX)


def rename_part(path: Path) -> None:
    """Give the part file of `path` its final name, durably. Raises OSError."""
    part_of(path).replace(path)
    fsync_folder(path.parent)


def truncate(path: Path, offset: int) -> None:
    """Cut the file to its first `offset` bytes, durably. Raises OutputError."""
    with output_errors(path), path.open("r+b", buffering=0) as file:
        file.truncate(offset)
        os.fsync(file.fileno())
