"""The archive files of a run: `.part` until whole, closed at a size, and the repair of one that a dead run left."""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crawler.archives.raw_bytes import PIECE_BYTES
from crawler.archives.writing import Exchange, exchange_bytes, warcinfo_bytes
from crawler.records.files import fsync_folder, make_folder, output_errors, write_all
from crawler.records.writer import PART_SUFFIX, part_of, rename_part, truncate

ARCHIVE_FOLDER = "archive"
SUFFIX = ".warc.gz"


@dataclass(frozen=True, slots=True)
class ArchiveOptions:
    max_bytes: int = 2**30
    """Bytes from which on a file is full and the next one begins: the size that ISO 28500, annex C recommends."""


DEFAULT_OPTIONS = ArchiveOptions()


@dataclass(frozen=True, slots=True)
class RunOfArchive:
    """Whose files they are."""

    folder: Path
    """The output folder."""
    run_id: str
    day: str
    """UTC day of the run's start, ISO 8601."""
    description: Mapping[str, str]
    """Fields of each file's warcinfo record."""


class RunArchive:
    """Appends exchanges to `archive/YYYY-MM-DD/<run_id>-NNN.warc.gz`. A run without pages makes no file.

    Each record is a gzip member, so that a kill costs at most the one being written, and that in a `.part` file.
    Every method may raise OutputError.
    """

    def __init__(self, run: RunOfArchive, options: ArchiveOptions = DEFAULT_OPTIONS) -> None:
        self._run = run
        self._options = options
        self._count = 0
        self._written = 0
        self._file: BinaryIO | None = None

    def append(self, exchange: Exchange) -> None:
        """Hand the exchange to the system; it is durable once the file is finished."""
        file = self._file or self._begin()
        self._write(file, exchange_bytes(exchange))
        if self._written >= self._options.max_bytes:
            self.finish()

    def finish(self) -> None:
        """Make the file durable and give it its final name."""
        file, self._file = self._file, None
        if file is None:
            return
        with output_errors(self._path):
            try:
                os.fsync(file.fileno())
            finally:
                file.close()
            rename_part(self._path)

    def close(self) -> None:
        """Leave the part file as it is, for an end by error; the next run that archives finishes it."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    @property
    def _path(self) -> Path:
        return self._run.folder / ARCHIVE_FOLDER / self._run.day / f"{self._run.run_id}-{self._count:03}{SUFFIX}"

    def _begin(self) -> BinaryIO:
        self._count += 1
        self._written = 0
        with output_errors(self._path):
            make_folder(self._path.parent)
            self._file = part_of(self._path).open("xb", buffering=0)
            fsync_folder(self._path.parent)
        self._write(self._file, warcinfo_bytes(self._path.name, self._run.description))
        return self._file

    def _write(self, file: BinaryIO, content: bytes) -> None:
        with output_errors(part_of(self._path)):
            write_all(file, content)
        self._written += len(content)


def finish_left_parts(folder: Path) -> tuple[Path, ...]:
    """Give the files of dead runs their names, cut to their last whole record; one without a page is removed.

    The caller holds the output folder's lock. Raises OutputError.
    """
    finished = []
    for part in sorted((folder / ARCHIVE_FOLDER).glob(f"*/*{SUFFIX}{PART_SUFFIX}")):
        with output_errors(part):
            members, whole_bytes = _whole_members(part)
            if members < 2:  # warcinfo only
                part.unlink()
                continue
        if whole_bytes < part.stat().st_size:
            truncate(part, whole_bytes)
        path = part.with_name(part.name.removesuffix(PART_SUFFIX))
        with output_errors(path):
            rename_part(path)
        finished.append(path)
    return tuple(finished)


def _whole_members(path: Path) -> tuple[int, int]:
    """Return how many gzip members the file begins with that are whole, and where the last of them ends."""
    members = end = position = 0
    rest = b""
    with path.open("rb") as file:
        stream = zlib.decompressobj(31)
        while piece := stream.unconsumed_tail or rest or file.read(PIECE_BYTES):
            rest = b""
            try:
                stream.decompress(piece, PIECE_BYTES)
            except zlib.error:
                break
            position += len(piece) - len(stream.unconsumed_tail) - len(stream.unused_data)
            if stream.eof:
                members, end = members + 1, position
                rest, stream = stream.unused_data, zlib.decompressobj(31)
    return members, end
