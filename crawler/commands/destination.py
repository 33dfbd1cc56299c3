"""Where a command's output goes: a file, whole or not at all, or stdout."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import OutputError, UsageError
from crawler.records.files import WholeFile


def check_output(path: Path, *, overwrite: bool, option: str = "--output") -> None:
    """Raise before the work begins what would keep the file from being written."""
    if path.is_dir():
        raise UsageError(f"{option} {path}: is a folder; name a file")
    if path.exists() and not overwrite:
        raise UsageError(f"{option} {path}: exists already; add --overwrite or name another file")
    if not path.parent.is_dir():
        raise OutputError(f"{option} {path}: no such folder {path.parent}; make it first")


@dataclass(frozen=True, slots=True)
class Destination:
    path: Path | None
    """None: stdout."""
    overwrite: bool

    def check(self) -> None:
        if self.path is not None:
            check_output(self.path, overwrite=self.overwrite)

    @contextmanager
    def open(self) -> Iterator[Callable[[bytes], None]]:
        """Give the function that takes the bytes: to stdout at once, to a file whole or not at all."""
        if self.path is None:
            yield _to_stdout
            return
        with WholeFile(self.path) as file:
            yield file.write


def _to_stdout(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
