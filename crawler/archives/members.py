"""The compressed streams that an archive is a row of, one after the other: gzip members, zstd frames, or none.

A stream counts as whole only when it reached its own end, with its checksum where it has one. WARC libraries take a
cut stream for a short one.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from crawler.archives.raw_bytes import PIECE_BYTES, RawBytes

GZIP_MAGIC = b"\x1f\x8b\x08"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
DICTIONARY_MAGIC = b"\x5d\x2a\x4d\x18"
"""A skippable frame at the start of the file holds the dictionary (iipc, WARC with Zstandard, version 1.0)."""
MAX_DICTIONARY_BYTES = 16 * 2**20
"""Chosen; dictionaries in use have some 100 KB."""
MAX_WINDOW_LOG = 27
"""128 MB of memory for a frame: what the `zstd` command takes without being told."""
PROBE_BYTES = 4096
SEARCH_BYTES = 2**20
"""How far is looked for a sound member in a file whose first bytes are none. Chosen."""
RECORD_START = b"WARC/"


class StreamFault(Exception):
    """The stream is damaged, or `cut` short by the end of the file."""

    def __init__(self, fault: str, *, cut: bool = False) -> None:
        super().__init__(fault)
        self.cut = cut


class Decoder(Protocol):
    """One member."""

    @property
    def ended(self) -> bool: ...
    def decode(self, piece: bytes, room: int) -> tuple[bytes, bytes]:
        """Return at most about `room` bytes, and what is left of the piece. Raises StreamFault."""
        ...


class _Plain:
    ended = False

    def decode(self, piece: bytes, room: int) -> tuple[bytes, bytes]:
        return piece, b""


class _Gzip:
    def __init__(self) -> None:
        self._stream = zlib.decompressobj(31)

    @property
    def ended(self) -> bool:
        return self._stream.eof

    def decode(self, piece: bytes, room: int) -> tuple[bytes, bytes]:
        try:
            out = self._stream.decompress(piece, room)
        except zlib.error as error:
            raise StreamFault(f"the gzip stream is damaged ({error})") from error
        return out, self._stream.unused_data or self._stream.unconsumed_tail


class _Zstandard:
    def __init__(self, dictionary: bytes = b"") -> None:
        zstd = _zstd()
        given = zstd.ZstdDict(dictionary) if dictionary else None
        bounds = {zstd.DecompressionParameter.window_log_max: MAX_WINDOW_LOG}
        self._stream: Any = zstd.ZstdDecompressor(given, bounds)
        self._error: type[Exception] = zstd.ZstdError

    @property
    def ended(self) -> bool:
        return bool(self._stream.eof)

    def decode(self, piece: bytes, room: int) -> tuple[bytes, bytes]:
        try:
            if self._stream.needs_input:
                return self._stream.decompress(piece, room), self._stream.unused_data
            return self._stream.decompress(b"", room), self._stream.unused_data + piece
        except self._error as error:
            raise StreamFault(f"the zstd stream is damaged ({error})") from error


class Coding:
    """How an archive is compressed; made from its first bytes, which it may take (a dictionary)."""

    def __init__(self, raw: RawBytes) -> None:
        start = raw.peek(4)
        dictionary = _dictionary(raw) if start == DICTIONARY_MAGIC else b""
        self.magic = b""
        self._make: Callable[[], Decoder] = _Plain
        if start.startswith(GZIP_MAGIC) or _stands_within(raw, GZIP_MAGIC, _Gzip):
            self.magic, self._make = GZIP_MAGIC, _Gzip
        elif start in {ZSTD_MAGIC, DICTIONARY_MAGIC} or _stands_within(raw, ZSTD_MAGIC, _Zstandard):
            self.magic, self._make = ZSTD_MAGIC, lambda: _Zstandard(dictionary)

    @property
    def is_plain(self) -> bool:
        return not self.magic

    def decoder(self) -> Decoder:
        return self._make()

    def begins_with(self, raw: RawBytes, start: bytes) -> bool:
        """Whether the next bytes are a member, or plain bytes, that begin so; takes nothing."""
        return _begins_with(self.decoder(), raw.peek(PROBE_BYTES), start)


def begins_archive(start: bytes) -> bool:
    """Whether a file that begins so is an archive, by its bytes alone."""
    if start.startswith((RECORD_START, DICTIONARY_MAGIC)):
        return True
    if start.startswith(GZIP_MAGIC):
        return _begins_with(_Gzip(), start, RECORD_START)
    return start.startswith(ZSTD_MAGIC) and _may_begin_record(start)


def _may_begin_record(start: bytes) -> bool:
    """Whether a zstd frame begins with a record; the first block, up to 128 KB, comes whole or not at all."""
    try:
        text, _ = _Zstandard().decode(start, len(RECORD_START))
    except StreamFault:
        return False
    return text.startswith(RECORD_START) or not text


class Member:
    """One member while it is read."""

    def __init__(self, raw: RawBytes, coding: Coding) -> None:
        self.offset = raw.position
        self._raw = raw
        self._is_plain = coding.is_plain
        self._decoder = coding.decoder()
        self._rest = b""

    def read(self) -> bytes:
        """Return the next bytes, none at the member's end. Raises StreamFault."""
        while not self._decoder.ended:
            if self._is_plain:
                self._raw.forget()
            piece = self._rest or self._raw.take(PIECE_BYTES)
            out, self._rest = self._decoder.decode(piece, PIECE_BYTES)
            if self._decoder.ended and self._rest:
                self._raw.go_back(self._raw.position - len(self._rest))
            if out:
                return out
            if not piece and not self._decoder.ended:
                if self._is_plain:
                    return b""
                raise StreamFault("the archive ends within a compressed record", cut=True)
        return b""


def _begins_with(decoder: Decoder, probe: bytes, start: bytes) -> bool:
    try:
        return decoder.decode(probe, len(start))[0].startswith(start)
    except StreamFault:
        return False


def _stands_within(raw: RawBytes, magic: bytes, make: Callable[[], Decoder]) -> bool:
    """Whether an archive whose first bytes are damaged has a member that begins with a record, early on."""
    start = raw.peek(SEARCH_BYTES)
    if start.startswith((RECORD_START, GZIP_MAGIC, ZSTD_MAGIC, DICTIONARY_MAGIC)):
        return False
    places = (found.start() for found in re.finditer(re.escape(magic), start))
    return any(_begins_with(make(), start[place : place + PROBE_BYTES], RECORD_START) for place in places)


def _dictionary(raw: RawBytes) -> bytes:
    """Take the frame at the start of the file and return the dictionary in it. Raises StreamFault."""
    size = int.from_bytes(raw.peek(8)[4:], "little")
    if size > MAX_DICTIONARY_BYTES:
        raise StreamFault(f"a zstd dictionary of {size:,} bytes, the cap is {MAX_DICTIONARY_BYTES:,}")
    frame = raw.peek(8 + size)[8:]
    raw.go_back(raw.position + 8 + len(frame))
    if not frame.startswith(ZSTD_MAGIC):
        return frame
    dictionary, _ = _Zstandard().decode(frame, MAX_DICTIONARY_BYTES)
    return dictionary


def _zstd() -> Any:
    """Scrapy depends on one of the two, by the version of Python."""
    try:
        return import_module("compression.zstd")
    except ImportError:
        return import_module("backports.zstd")
