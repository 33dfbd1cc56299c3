"""An archive as one row of bytes, with the places where a member begins."""

from __future__ import annotations

from crawler.archives.members import RECORD_START, Coding, Member, StreamFault
from crawler.archives.raw_bytes import PIECE_BYTES, RawBytes

MAX_LINE_BYTES = 65_536
MAX_HEADER_BYTES = 262_144
"""Bytes of one record's named fields, and of an archived HTTP header: the crawl's own bound on headers."""


class RecordCut(Exception):
    """The member, or the archive, ends before the record does."""


class Unpacked:
    """Decompressed bytes in order. Raises StreamFault where a member is damaged."""

    def __init__(self, raw: RawBytes) -> None:
        """Raises StreamFault for a dictionary that cannot be read."""
        self._raw = raw
        self._coding = Coding(raw)
        self._member: Member | None = None
        self._is_broken = False
        self._buffer = b""
        self._place = 0
        self._given = 0
        """Bytes of the member before `_buffer`."""
        self._header_bytes = 0

    @property
    def offset(self) -> int:
        """Where the next byte comes from: its own place in a plain file, else its member's."""
        if self._member is None:
            return self._raw.position
        return self._member.offset + (self._given + self._place if self._coding.is_plain else 0)

    def begins_record(self) -> bool:
        """Whether the next bytes are the start of a record; takes nothing."""
        return self.peek_on(len(RECORD_START)) == RECORD_START

    def peek(self, size: int) -> bytes:
        """Return the next bytes of this member without taking them; fewer only at its end."""
        while len(self._buffer) - self._place < size and self._fill():
            pass
        return self._buffer[self._place : self._place + size]

    def peek_on(self, size: int) -> bytes:
        """Return what `peek` does, also from members that go on with what this one has begun."""
        while 0 < len(start := self.peek(size)) < size and self.goes_on():
            pass
        return start

    def next_member(self) -> bool:
        """Go to the next member once this one is read; False at the end of the archive.

        Raises StreamFault for bytes that are no member. Zeros, which copying to whole blocks leaves, are passed.
        """
        if self._member is not None and self._coding.is_plain:
            return False
        while (start := self._raw.peek(PIECE_BYTES)) and not start.strip(b"\0"):
            self._raw.take(len(start))
        self._raw.take(len(start) - len(start.lstrip(b"\0")))
        self._raw.forget()
        if not start:
            return False
        if not self._raw.peek(4).startswith(self._coding.magic):
            self._member, self._is_broken = None, True
            raise StreamFault("bytes between two records that belong to neither")
        self._begin_member()
        return True

    def goes_on(self) -> bool:
        """Go on in the next member, which need not begin with a record; False where it does or none is there."""
        coding, raw = self._coding, self._raw
        if coding.is_plain or raw.peek(4)[: len(coding.magic)] != coding.magic or coding.begins_with(raw, RECORD_START):
            return False
        self._begin_member()
        return True

    def skip_blank_lines(self) -> bool:
        """Go to the next byte that is no line feed, in this member or one that follows; False at the end."""
        while True:
            self.skip_line_ends()
            if self.peek(1):
                return True
            if not self.next_member():
                return False

    def skip_line_ends(self) -> int:
        """Take line feeds, as far as this member goes, and return how many."""
        number = 0
        while (start := self.peek(1)) and start in b"\r\n":
            rest = self._buffer[self._place :]
            ends = rest[: len(rest) - len(rest.lstrip(b"\r\n"))]
            self._place += len(ends)
            number += ends.count(b"\n")
        return number

    def begin_header(self) -> None:
        self._header_bytes = 0

    def readline(self) -> bytes:
        """Return one line of a record's header. Raises RecordCut or StreamFault, also over the bounds on headers."""
        line = b""
        while not line.endswith(b"\n"):
            is_new_record = not line and self._header_bytes and self.begins_record()
            if is_new_record or (self._place == len(self._buffer) and not self._fill() and not self.goes_on()):
                raise RecordCut("it ends within its header")
            end = self._buffer.find(b"\n", self._place) + 1 or len(self._buffer)
            line += self._buffer[self._place : end]
            self._header_bytes += end - self._place
            self._place = end
            if len(line) > MAX_LINE_BYTES or self._header_bytes > MAX_HEADER_BYTES:
                raise RecordCut(f"its header is over {MAX_LINE_BYTES:,} bytes a line or {MAX_HEADER_BYTES:,} in all")
        return line

    def _begin_member(self) -> None:
        self._raw.forget()
        self._member = Member(self._raw, self._coding)
        self._is_broken = False
        self._buffer = self._buffer[self._place :]
        self._place, self._given = 0, -len(self._buffer)

    def _fill(self) -> bool:
        """Add the next bytes of the member to the buffer; False at its end."""
        if self._member is None:
            return False
        try:
            piece = self._member.read()
        except StreamFault:
            self._is_broken = True
            raise
        self._given += self._place
        self._buffer = self._buffer[self._place :] + piece
        self._place = 0
        return bool(piece)
