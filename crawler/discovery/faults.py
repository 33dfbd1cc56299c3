"""What was wrong with a source and what was left out for it, in words."""

from __future__ import annotations

from collections.abc import Iterable

MAX_FAULT_CHARS = 400


class FaultLog:
    """The faults of one document, named up to a limit, then counted."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._named: list[str] = []
        self._others = 0

    def add(self, fault: str) -> None:
        if len(self._named) < self._limit:
            line = " ".join(fault[:MAX_FAULT_CHARS].split())  # parsers quote the document
            self._named.append("".join(c if c.isprintable() else "?" for c in line))
        else:
            self._others += 1

    def extend(self, faults: Iterable[str]) -> None:
        for fault in faults:
            self.add(fault)

    def faults(self) -> tuple[str, ...]:
        more = (f"and {self._others} more faults",) if self._others else ()
        return (*self._named, *more)
