"""A file or pipe that is read forward once, with a bounded memory of what was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

PIECE_BYTES = 1 << 16


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class MemoryOptions:
    max_bytes: int = 16 * 2**20
    """Bytes that are kept for going back after damage. Chosen: more than a compressed page may have."""


DEFAULT_MEMORY = MemoryOptions()


class RawBytes:
    """The bytes of an archive as they lie on disk. `position` counts from the start of the file."""

    def __init__(self, file: Readable, options: MemoryOptions = DEFAULT_MEMORY) -> None:
        self._file = file
        self._options = options
        self._held = bytearray()
        self._base = 0
        """Position of the first byte that is held."""
        self.position = 0

    def peek(self, size: int) -> bytes:
        """Return the next bytes without taking them; fewer than `size` only at the end of the file."""
        while self._base + len(self._held) - self.position < size and self._more():
            pass
        start = self.position - self._base
        return bytes(self._held[start : start + size])

    def take(self, size: int) -> bytes:
        """Return at least one and at most `size` bytes; none at the end of the file."""
        if self.position == self._base + len(self._held):
            self._more()
        start = self.position - self._base
        taken = bytes(self._held[start : start + size])
        self.position += len(taken)
        return taken

    def go_back(self, position: int) -> None:
        """Read again from there, or from the earliest byte that is still held."""
        self.position = max(position, self._base)

    def forget(self) -> None:
        """Give up what lies before the position."""
        del self._held[: self.position - self._base]
        self._base = self.position

    def find(self, mark: bytes) -> bool:
        """Move to the next place where the mark stands; False, and the end of the file, where it does not."""
        while True:
            found = self._held.find(mark, self.position - self._base)
            if found >= 0:
                self.position = self._base + found
                return True
            end = self._base + len(self._held)
            self.position = max(self.position, end - len(mark) + 1)
            self.forget()
            if not self._more():
                self.position = self._base + len(self._held)
                return False

    def _more(self) -> bool:
        piece = self._file.read(PIECE_BYTES)
        self._held += piece
        if len(self._held) > 2 * self._options.max_bytes:
            # Half at a time, so that a long member does not move its memory at every piece.
            surplus = min(len(self._held) - self._options.max_bytes, self.position - self._base)
            del self._held[:surplus]
            self._base += surplus
        return bool(piece)
