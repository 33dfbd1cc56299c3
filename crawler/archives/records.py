"""Archive -> WARC records, each with its block, or the reason why it has none (ISO 28500, WARC 1.0 and 1.1).

One bad record never stops the rest: what is damaged is named and passed over, whatever else is sound is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from crawler.archives.members import StreamFault
from crawler.archives.raw_bytes import RawBytes, Readable
from crawler.archives.record_bytes import RecordBytes
from crawler.archives.unpacked import MAX_HEADER_BYTES, RecordCut
from crawler.errors import BodyTruncated, FileUnreadable, PageError
from crawler.extraction.options import DEFAULT_OPTIONS

VERSIONS = ["WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17"]
MAX_LENGTH_DIGITS = 15


@dataclass(frozen=True, slots=True)
class ReadOptions:
    max_page_bytes: int = DEFAULT_OPTIONS.max_bytes
    """Bytes of a payload, before and after its codings: the crawl's own bound."""

    @property
    def max_block_bytes(self) -> int:
        return self.max_page_bytes + MAX_HEADER_BYTES


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """One record. Of a block over the bound only the beginning is kept."""

    offset: int
    """Its place in a plain archive; its member's place in a compressed one."""
    fields: tuple[tuple[str, str], ...]
    """Named fields in the order of the record."""
    length: int
    """Bytes of the block."""
    block: bytes = field(repr=False)

    @property
    def is_whole(self) -> bool:
        return len(self.block) == self.length

    def get(self, name: str) -> str | None:
        """Return the first value of a named field, without the angle brackets of a URI."""
        for known, value in self.fields:
            if known.lower() == name.lower():
                return value[1:-1] if value[:1] == "<" and value[-1:] == ">" else value
        return None

    @property
    def kind(self) -> str:
        return (self.get("WARC-Type") or "").lower()


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A place in the archive where a record should be and none can be read."""

    offset: int
    url: str | None
    error: PageError


class _Fault(Exception):
    """A record that does not say what it must."""


def read_records(file: Readable, options: ReadOptions | None = None) -> Iterator[WarcRecord | BadRecord]:
    """Yield the records of an archive in order, reading forward only.

    In memory are one record's block at a time, at most `max_block_bytes` of it, and what lies around it. A file
    that is no archive gives one BadRecord.
    """
    reader = _Reader(RawBytes(file), options or ReadOptions())
    more = True
    while more:
        reader.begin()
        try:
            record = reader.next()
            more = record is not None
            if record is not None:
                yield record
        except (StreamFault, RecordCut, _Fault) as fault:
            offset = reader.offset
            more = reader.recover()
            yield BadRecord(offset, reader.url, _error(fault))


class _Reader:
    def __init__(self, raw: RawBytes, options: ReadOptions) -> None:
        self.offset = 0
        """Of the record that is read."""
        self.url: str | None = None
        self._raw = raw
        self._options = options
        self._parser = StatusAndHeadersParser(VERSIONS)
        self._bytes: RecordBytes | None = None

    def begin(self) -> None:
        self.offset, self.url = 0 if self._bytes is None else self._bytes.offset, None

    def next(self) -> WarcRecord | None:
        """Return the next record, None at the end. Raises StreamFault, RecordCut or _Fault."""
        self._bytes = self._bytes or RecordBytes(self._raw)
        if not self._bytes.skip_blank_lines():
            return None
        self.offset = self._bytes.offset
        fields = self._fields(self._bytes)
        bare = WarcRecord(self.offset, fields, 0, b"")
        self.url = bare.get("WARC-Target-URI")
        length = _length(bare)
        block = self._bytes.take(length, self._options.max_block_bytes)
        self._check_end(self._bytes, block)
        return WarcRecord(self.offset, fields, length, block)

    def recover(self) -> bool:
        return self._bytes is not None and self._bytes.recover()

    def _fields(self, source: RecordBytes) -> tuple[tuple[str, str], ...]:
        if not source.begins_record():
            raise _Fault(f"no record begins here, but {source.peek(16)!r}")
        source.begin_header()
        try:
            parsed = self._parser.parse(source)
        except (StatusAndHeadersParserException, EOFError) as error:
            raise _Fault("no record begins here") from error
        return tuple((name.strip(), value.strip()) for name, value in parsed.headers)

    def _check_end(self, source: RecordBytes, block: bytes) -> None:
        """Read on to the next record or the member's end, where its checksum is.

        Two line feeds end a record; what follows them and is none is the fault of another.
        """
        if source.skip_line_ends() < 2 and source.peek(1) and not source.begins_record():
            fault = _Fault(f"its Content-Length is not that of its block: {source.peek(16)!r} follows")
            source.give_back_record(block)
            raise fault


def _length(record: WarcRecord) -> int:
    told = record.get("Content-Length") or ""
    if not (told.isascii() and told.isdigit()) or len(told) > MAX_LENGTH_DIGITS:
        raise _Fault(f"its Content-Length is {told[:40]!r}" if told else "it has no Content-Length")
    return int(told)


def _error(fault: Exception) -> PageError:
    if isinstance(fault, RecordCut) or (isinstance(fault, StreamFault) and fault.cut):
        return BodyTruncated(f"the record is cut: {fault}")
    return FileUnreadable(f"a damaged record: {fault}")
