"""Files that are whole or not there: temporary name, fsync, rename, fsync of the folder."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Self

from crawler import errors

WORKERS_FOLDER = "workers"
"""Folder, in that of a crawl on Redis, that has a folder for each of its workers."""
TEMPORARY_PATTERN = ".*.tmp"
"""Matches what a killed process may leave behind of `WholeFile`."""

_MENDS = {
    errno.ENOSPC: "the disk is full; free some space and run again",
    errno.EDQUOT: "the disk quota is used up; free some space and run again",
    errno.EFBIG: "the file size limit is reached; raise it (`ulimit -f`) and run again",
    errno.EROFS: "the file system is read-only; choose another folder",
    errno.EACCES: "no permission to write; change it or choose another folder",
    errno.EPERM: "no permission to write; change it or choose another folder",
    errno.ENOTDIR: "a file stands where a folder is needed; move it or choose another folder",
    errno.EEXIST: "a file stands where a folder is needed; move it or choose another folder",
    errno.EISDIR: "a folder stands where a file is needed; move it or choose another name",
    errno.ENOENT: "the folder is gone; make it and run again",
}


@contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Turn an OSError of the block into OutputError with path, fault and mend."""
    try:
        yield
    except OSError as error:
        fault = _MENDS.get(error.errno or 0, "check the disk and run again")
        raise errors.OutputError(f"{path} cannot be written ({error.strerror or error}): {fault}") from error


def write_all(file: BinaryIO, content: bytes) -> None:
    """Write every byte; an unbuffered file may take only part of them at a time."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def fsync_folder(folder: Path) -> None:
    """Make the names in the folder durable, where the file system can do that."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make the folder and its parents, each one's name durable."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir()
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    fsync_folder(folder.parent)


def check_writable(folder: Path) -> None:
    """Make the folder where it is missing and write to it for trial. Raises OutputError."""
    with output_errors(folder):
        make_folder(folder)
        probe = _temporary(folder / "probe")
        try:
            with probe.open("xb", buffering=0) as file:
                write_all(file, b"probe\n")
                os.fsync(file.fileno())
        finally:
            probe.unlink(missing_ok=True)


class WholeFile:
    """A file that takes its name when the `with` block ends, and vanishes when the block raises.

    A symbolic link is followed. What fails here raises OutputError; other errors of the block pass unchanged.
    """

    def __init__(self, path: Path) -> None:
        self._path = Path(os.path.realpath(path))
        self._temporary = _temporary(self._path)
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        if self._path.exists() and not self._path.is_file():
            raise errors.OutputError(f"{self._path} is no regular file; name one, or write to standard output")
        with output_errors(self._path):
            self._file = self._temporary.open("xb")
        return self

    def write(self, content: bytes) -> None:
        assert self._file is not None
        with output_errors(self._path):
            self._file.write(content)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        assert self._file is not None
        try:
            if kind is None:
                with output_errors(self._path):
                    self._file.flush()
                    os.fsync(self._file.fileno())
                    self._temporary.replace(self._path)
                    fsync_folder(self._path.parent)
        finally:
            # What is still buffered of a file that is given up may not fit on the disk either.
            with suppress(OSError):
                self._file.close()
            with suppress(OSError):
                self._temporary.unlink()


def write_whole(path: Path, content: bytes) -> None:
    """Write the file whole or not at all. Raises OutputError."""
    with WholeFile(path) as file:
        file.write(content)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
