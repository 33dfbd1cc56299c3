"""Records to stdout or to a file, in input order, and the exit code that follows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crawler.errors import OutputError, UsageError
from crawler.items import Record
from crawler.records.files import WholeFile
from crawler.records.formats import RecordFormat, ending, piece

SOME_FAILED = 3
NO_RECORD = 4


class _Writable(Protocol):
    def write(self, content: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where records go, and in which form."""

    form: RecordFormat
    path: Path | None
    """None: stdout."""
    overwrite: bool
    navigation: bool

    def check(self) -> None:
        """Raise before the first request what would keep the records from being written."""
        if self.path is None:
            return
        if self.path.is_dir():
            raise UsageError(f"--output {self.path}: is a folder; name a file")
        if self.path.exists() and not self.overwrite:
            raise UsageError(f"--output {self.path}: exists already; add --overwrite or name another file")
        if not self.path.parent.is_dir():
            raise OutputError(f"--output {self.path}: no such folder {self.path.parent}; make it first")

    @contextmanager
    def open(self) -> Iterator[Callable[[Record], None]]:
        """Give the function that delivers a record: to stdout at once, to a file whole or not at all."""
        if self.path is None:
            yield from self._to(sys.stdout.buffer)
        else:
            with WholeFile(self.path) as file:
                yield from self._to(file)

    def _to(self, file: _Writable) -> Iterator[Callable[[Record], None]]:
        delivered = 0

        def write(text: str) -> None:
            try:
                file.write(text.encode())
                if self.path is None:
                    sys.stdout.flush()
            except BrokenPipeError:
                raise
            except OSError as error:
                raise OutputError(f"standard output cannot be written ({error.strerror or error})") from error

        def deliver(record: Record) -> None:
            nonlocal delivered
            write(piece(record, self.form, delivered, navigation=self.navigation))
            delivered += 1

        yield deliver
        write(ending(self.form, delivered))


def exit_code(records: int, failures: int) -> int:
    """Return 0, 3 or 4 by what came of the inputs."""
    if not failures:
        return 0
    return SOME_FAILED if records else NO_RECORD
