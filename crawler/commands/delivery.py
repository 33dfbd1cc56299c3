"""Records to stdout or to a file, in input order, and the exit code that follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.commands.destination import Destination
from crawler.items import Record
from crawler.records.formats import RecordFormat, ending, piece

SOME_FAILED = 3
NO_RECORD = 4


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
        Destination(self.path, self.overwrite).check()

    @contextmanager
    def open(self) -> Iterator[Callable[[Record], None]]:
        """Give the function that delivers a record: to stdout at once, to a file whole or not at all."""
        delivered = 0
        with Destination(self.path, self.overwrite).open() as write:

            def deliver(record: Record) -> None:
                nonlocal delivered
                write(piece(record, self.form, delivered, navigation=self.navigation).encode())
                delivered += 1

            yield deliver
            write(ending(self.form, delivered).encode())


def exit_code(records: int, failures: int) -> int:
    """Return 0, 3 or 4 by what came of the inputs."""
    if not failures:
        return 0
    return SOME_FAILED if records else NO_RECORD
