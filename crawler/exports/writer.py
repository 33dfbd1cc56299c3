"""What every export writer is: records in, bytes out through the function that it was given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from crawler.items import Record

Write = Callable[[bytes], object]


class Writer(ABC):
    """Takes records in order; what it wrote is whole after `finish`."""

    def __init__(self, write: Write) -> None:
        self._write = write

    @abstractmethod
    def add(self, record: Record) -> None:
        """Write the record, or keep it until there is enough to write."""

    def finish(self) -> None:  # noqa: B027 - most targets need no ending
        """Write what was kept, and the end."""

    def abandon(self) -> None:  # noqa: B027 - most writers hold nothing
        """Let go without another byte: the file is given up."""

    @property
    def warning(self) -> str | None:
        """What a person should know of the file that was written."""
        return None
