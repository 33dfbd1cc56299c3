"""Content codings of HTTP (RFC 9110, 8.4.1), undone within bounds: bytes in, bytes out. No Scrapy.

A stream must reach its own end. Scrapy's decoders return what they have of one that was cut, so that half an
article would look whole.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from crawler.errors import BodyTruncated, NotHtml, PageTooLarge

ACCEPTED = ("gzip", "deflate", "br", "zstd")

_MEMBER = {"gzip": re.compile(rb"\x1f\x8b"), "zstd": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")}
"""How a further part of a body begins: a gzip member (RFC 1952, 2.3.1), a zstd frame (RFC 8878, 3.1)."""
_PIECE_BYTES = 1 << 16
_NAMES = {"x-gzip": "gzip", "x-deflate": "deflate"}
_SPACE = b" \t\r\n\xef\xbb\xbf"
_ZSTD_WINDOW_LOG = 23


@dataclass(frozen=True, slots=True)
class CodingOptions:
    max_bytes: int = 10_000_000
    """Bytes after each layer, 0: no bound."""
    max_layers: int = 2
    """Codings on one answer. Chosen: a file compressed on disk and once more on the way."""
    max_members: int = 1_000
    """Gzip members, or zstd frames, in a row. Standard practice: trafilatura's bound."""
    cut: bool = False
    """Return what fits, and what there is of a broken stream, instead of raising; for robots.txt."""


class _Damaged(Exception):
    """The bytes are not of the coding."""


class _Decoder(Protocol):
    """One stream; `zlib`, brotli and zstd differ in how they are asked."""

    @property
    def ended(self) -> bool: ...
    def decode(self, piece: bytes, room: int) -> tuple[bytes, bytes]:
        """Return at most about `room` bytes and what is left of the piece. Raises _Damaged."""
        ...


def codings_of(headers: Iterable[str]) -> tuple[str, ...]:
    """Return the codings that Content-Encoding headers name, in the order in which they were applied."""
    names = (name.strip().lower() for header in headers for name in header.split(","))
    return tuple(_NAMES.get(name, name) for name in names if name and name != "identity")


def decoded_body(body: bytes, codings: Sequence[str], options: CodingOptions) -> bytes:
    """Undo the codings, last first. What is called compressed and is plain markup is returned as it is.

    Raises PageTooLarge over the bounds, BodyTruncated for a stream that ends early or is damaged, NotHtml for a
    coding that is not known.
    """
    if len(codings) > options.max_layers:
        raise PageTooLarge(f"compressed {len(codings)} times, at most {options.max_layers} are undone")
    for coding in reversed(codings):
        if not body or _is_plain(body):
            continue
        if coding not in ACCEPTED:
            if options.cut and b"\0" not in body:  # a robots.txt that is plain text, whatever its server calls it
                continue
            raise NotHtml(f"the content coding {coding[:40]!r} is not known")
        body = _undone(body, coding, options)
    return body


def _is_plain(body: bytes) -> bool:
    """Whether the bytes are markup or text already; no compressed stream begins so but brotli, by a rare chance."""
    start = body[:512].lstrip(_SPACE)
    if start[:1] == b"<" and (start[1:2].isalpha() or start[1:2] in b"!?"):
        return b"\0" not in start
    return False


def _undone(body: bytes, coding: str, options: CodingOptions) -> bytes:
    out = bytearray()
    bound = options.max_bytes or len(body) << 20
    try:
        _read_members(body, coding, out, bound, options.max_members)
    except (_Damaged, BodyTruncated, PageTooLarge) as error:
        if options.cut:
            return bytes(out[:bound])
        if isinstance(error, _Damaged):
            raise BodyTruncated(f"the {coding} stream is damaged ({error})") from error
        raise
    return bytes(out)


def _read_members(body: bytes, coding: str, out: bytearray, bound: int, max_members: int) -> None:
    """Read the members of a gzip file or the frames of a zstd one, else the one stream; what follows is padding."""
    position = 0
    for _ in range(max_members):
        position = _read(_DECODERS[coding](body), body, position, out, bound)
        if coding not in _MEMBER or not _MEMBER[coding].match(body, position):
            return
    raise PageTooLarge(f"{coding} with more than {max_members:,} members")


def _read(decoder: _Decoder, body: bytes, position: int, out: bytearray, bound: int) -> int:
    """Append what the stream holds that begins at `position`; return where it ends."""
    view = memoryview(body)
    pending = b""
    while not decoder.ended:
        if not pending:
            pending = bytes(view[position : position + _PIECE_BYTES])
            position += len(pending)
        given = len(pending)
        piece, pending = decoder.decode(pending, bound + 1 - len(out))
        out += piece
        if len(out) > bound:
            raise PageTooLarge(f"more than {bound:,} bytes when decompressed")
        if not given and not piece and not decoder.ended:
            raise BodyTruncated("the compressed body ends before its end")
    return position - len(pending)


class _Zlib:
    def __init__(self, window_bits: int) -> None:
        self._stream = zlib.decompressobj(window_bits)

    @property
    def ended(self) -> bool:
        return self._stream.eof

    def decode(self, piece: bytes, room: int) -> tuple[bytes, bytes]:
        try:
            out = self._stream.decompress(piece, min(room, _PIECE_BYTES))
        except zlib.error as error:
            raise _Damaged(str(error)[:80]) from error
        return out, self._stream.unused_data or self._stream.unconsumed_tail


def _inflater(body: bytes) -> _Decoder:
    """Deflate is a zlib stream by the standard; some servers send it raw."""
    is_zlib = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return _Zlib(15 if is_zlib else -15)


class _Brotli:
    def __init__(self, _: bytes) -> None:
        brotli = _first_of("brotli", "brotlicffi")
        self._stream: Any = brotli.Decompressor()
        self._error: type[Exception] = brotli.error

    @property
    def ended(self) -> bool:
        return bool(self._stream.is_finished())

    def decode(self, piece: bytes, room: int) -> tuple[bytes, bytes]:
        try:
            if self._stream.can_accept_more_data():
                return self._stream.process(piece, output_buffer_limit=min(room, _PIECE_BYTES)), b""
            return self._stream.process(b"", output_buffer_limit=min(room, _PIECE_BYTES)), piece
        except self._error as error:
            raise _Damaged("brotli") from error


class _Zstandard:
    def __init__(self, _: bytes) -> None:
        zstd = _first_of("compression.zstd", "backports.zstd")
        # RFC 9659: a window of more than 8 MB must not be used on the web.
        bounds = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
        self._stream: Any = zstd.ZstdDecompressor(options=bounds)
        self._error: type[Exception] = zstd.ZstdError

    @property
    def ended(self) -> bool:
        return bool(self._stream.eof)

    def decode(self, piece: bytes, room: int) -> tuple[bytes, bytes]:
        try:
            taken, left = (piece, b"") if self._stream.needs_input else (b"", piece)
            out = self._stream.decompress(taken, min(room, _PIECE_BYTES))
            return out, (self._stream.unused_data if self._stream.eof else b"") + left
        except self._error as error:
            raise _Damaged(str(error)[:80]) from error


def _first_of(*names: str) -> Any:
    """Import the first that is there; Scrapy depends on one of each pair."""
    for name in names:
        with suppress(ImportError):
            return import_module(name)
    raise ImportError(" or ".join(names))


def _gunzipper(_: bytes) -> _Decoder:
    return _Zlib(31)


_DECODERS: dict[str, Callable[[bytes], _Decoder]] = {
    "gzip": _gunzipper, "deflate": _inflater, "br": _Brotli, "zstd": _Zstandard,
}  # fmt: skip
