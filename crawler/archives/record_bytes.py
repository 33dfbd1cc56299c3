"""The bytes of records: a block taken whole, and the way on from one that is damaged."""

from __future__ import annotations

import re

from crawler.archives.members import RECORD_START, StreamFault
from crawler.archives.unpacked import RecordCut, Unpacked

_VERSION = rb"WARC/(?:1\.[01]|0\.1[78])\r?\n[A-Za-z][A-Za-z-]*:"
_FIRST_LINES = re.compile(_VERSION)
_RECORD_WITHIN = re.compile(rb"(?=" + _VERSION + rb")")
_FIRST_LINES_BYTES = 80


class RecordBytes(Unpacked):
    """What `Unpacked` gives, record by record. After a StreamFault only `recover` leads on."""

    def take(self, size: int, keep: int) -> bytes:
        """Take `size` bytes of a record and return the first `keep` of them.

        Raises StreamFault, and RecordCut where there are fewer, or where another record begins within them as far
        as that can be told: then it is the next to be read.
        """
        block = self._gather(min(size, keep))
        is_short = len(block) < min(size, keep)
        if (is_short or size > keep) and self.give_back_record(block):
            raise RecordCut(f"its Content-Length is {size:,} bytes, another record begins within them")
        if is_short:
            raise RecordCut(f"its Content-Length is {size:,} bytes, {len(block):,} are there")
        self._pass_over(size - len(block))
        return block

    def _gather(self, size: int) -> bytes:
        """Return the next bytes, fewer at the end and where a member begins with a record.

        Members need not end where records do; one that begins with a record shows that the last one is cut.
        """
        pieces: list[bytes] = []
        left = size
        while left and (self._place < len(self._buffer) or self._fill() or self.goes_on()):
            piece = self._buffer[self._place : self._place + left]
            self._place += len(piece)
            left -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def _pass_over(self, size: int) -> None:
        left = size
        while left:
            within = _RECORD_WITHIN.search(self._buffer, self._place, self._place + left)
            if within:
                self._place = within.end()
                raise RecordCut("its Content-Length is that of a very long record, another begins within it")
            there = len(self._buffer) - self._place
            step = left if there >= left else max(there - _FIRST_LINES_BYTES, 0)
            self._place += step
            left -= step
            if left and not self._fill():
                left -= len(self._gather(len(self._buffer) - self._place))
                if left and not self.goes_on():
                    raise RecordCut(f"{left:,} bytes of its Content-Length are missing")

    def give_back_record(self, block: bytes) -> bool:
        """Put back what begins with a record within a block that was taken too long; False where none does."""
        within = _RECORD_WITHIN.search(block)
        if within is None:
            return False
        again = block[within.end() :]
        # Of a block that reached into another member the offset is off by what the two are apart.
        self._given += self._place - len(again)
        self._buffer = again + self._buffer[self._place :]
        self._place = 0
        return True

    def recover(self) -> bool:
        """Go to the next record after damage; False, at the end of the archive, where none follows."""
        while True:
            try:
                return self._recover()
            except StreamFault:
                self._is_broken = True

    def _recover(self) -> bool:
        if self._is_broken:
            return self._next_whole_start()
        while True:
            if self.begins_record() and _FIRST_LINES.match(self.peek_on(_FIRST_LINES_BYTES)):
                return True
            if not self._skip_to_record_in_member() and not self.next_member():
                return False

    def _next_whole_start(self) -> bool:
        """Find the next member that begins with a record, from the byte after the broken one's first."""
        raw, coding = self._raw, self._coding
        self._place = len(self._buffer)
        if coding.is_plain:
            return False
        if self._member is not None:
            raw.go_back(max(self._member.offset + 1, 0))
        while raw.find(coding.magic):
            if coding.begins_with(raw, RECORD_START):
                self._begin_member()
                return True
            raw.take(1)
        self._member = None
        return False

    def _skip_to_record_in_member(self) -> bool:
        while True:
            within = _RECORD_WITHIN.search(self._buffer, self._place)
            if within:
                self._place = within.end()
                return True
            # The end of the buffer may hold the start of what is looked for.
            self._place = max(self._place, len(self._buffer) - _FIRST_LINES_BYTES)
            if not self._fill() and not self.goes_on():
                self._place = len(self._buffer)
                return False
