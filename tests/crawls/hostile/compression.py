"""Content codings: bombs, layers, cut and false ones."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import brotli  # type: ignore[import-untyped]
from backports import zstd

from tests.crawls.hostile.articles import article
from tests.crawls.hostile.case import HTML, Answer, Case, made, outcomes, own

NEW = outcomes("new")
BIG = outcomes("page_too_large")
CUT = outcomes("body_truncated")
BOMB_BYTES = 1 << 28
"""Chosen: 25 times the cap on a page; the figures of larger ones are the same."""


def text(name: str) -> bytes:
    return article(own(name)).encode()


def coded(body: Callable[[], bytes], *codings: str) -> Answer:
    return made(body, HTML, [("Content-Encoding", ", ".join(codings))] if codings else ())


@cache
def gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    piece = bytes(1 << 22)
    return b"".join(packer.compress(piece) for _ in range(BOMB_BYTES >> 22)) + packer.flush()


@cache
def deflate_bomb(window_bits: int) -> bytes:
    packer = zlib.compressobj(9, wbits=window_bits)
    piece = bytes(1 << 22)
    return b"".join(packer.compress(piece) for _ in range(BOMB_BYTES >> 22)) + packer.flush()


@cache
def brotli_bomb() -> bytes:
    packer = brotli.Compressor(quality=5)
    piece = bytes(1 << 22)
    packed: bytes = b"".join(packer.process(piece) for _ in range(BOMB_BYTES >> 22)) + packer.finish()
    return packed


@cache
def zstd_bomb() -> bytes:
    packer = zstd.ZstdCompressor(level=3)
    piece = bytes(1 << 22)
    return b"".join(packer.compress(piece) for _ in range(BOMB_BYTES >> 22)) + packer.flush()


def wide_zstd(body: bytes) -> bytes:
    """A stream that asks for a window of 2^27 bytes."""
    options: Any = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    packer = zstd.ZstdCompressor(options=options)
    return packer.compress(body) + packer.flush()


def checked_zstd(body: bytes) -> bytes:
    """A stream with a checksum at its end."""
    return zstd.compress(body, options={zstd.CompressionParameter.checksum_flag: 1})


def layered(body: bytes, layers: int) -> bytes:
    for _ in range(layers):
        body = gzip.compress(body)
    return body


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def damaged(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 0xFF]) + body[at + 1 :]


def beginning(body: bytes) -> bytes:
    return body[: len(body) * 2 // 3]


def make_bombs() -> None:
    """Make them before the server runs, which they would stop for seconds."""
    gzip_bomb()
    brotli_bomb()
    zstd_bomb()
    deflate_bomb(15)
    deflate_bomb(-15)


CODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress,
}  # fmt: skip


def _whole(coding: str) -> Case:
    name = f"{coding}_whole"
    return Case(
        name,
        f"a good page as {coding}",
        NEW,
        {"/case": coded(lambda: CODERS[coding](text(name)), coding)},
        number=own(name),
    )


def _cut(coding: str) -> Case:
    name = f"{coding}_cut"
    return Case(name, f"a {coding} stream cut at two thirds, the length right", CUT,
                {"/case": coded(lambda: beginning(CODERS[coding](text(name))), coding)})  # fmt: skip


def _mislabelled(coding: str) -> Case:
    name = f"{coding}_mislabelled"
    return Case(
        name,
        f"a plain page called {coding}",
        NEW,
        {"/case": coded(lambda: text(name), coding)},
        number=own(name),
    )


CASES = (
    Case("gzip_bomb", "256 MB in 256 kB of gzip", BIG, {"/case": coded(gzip_bomb, "gzip")}),
    Case("deflate_bomb", "256 MB of zlib", BIG, {"/case": coded(lambda: deflate_bomb(15), "deflate")}),
    Case(
        "raw_deflate_bomb",
        "256 MB of raw deflate",
        BIG,
        {"/case": coded(lambda: deflate_bomb(-15), "deflate")},
    ),
    Case("brotli_bomb", "256 MB in 300 bytes of brotli", BIG, {"/case": coded(brotli_bomb, "br")}),
    Case("zstd_bomb", "256 MB of zstd", BIG, {"/case": coded(zstd_bomb, "zstd")}),
    Case(
        "gzip_in_gzip_bomb",
        "a bomb packed twice",
        BIG,
        {"/case": coded(lambda: gzip.compress(gzip_bomb()), "gzip", "gzip")},
    ),
    Case(
        "twenty_layers",
        "a page packed 20 times",
        BIG,
        {"/case": coded(lambda: layered(text("x"), 20), *["gzip"] * 20)},
    ),
    Case(
        "two_layers",
        "a page packed twice",
        NEW,
        {"/case": coded(lambda: layered(text("two_layers"), 2), "gzip", "gzip")},
        number=own("two_layers"),
    ),
    Case(
        "unlabelled_gzip",
        "gzip without Content-Encoding",
        outcomes("not_html"),
        {"/case": coded(lambda: gzip.compress(text("x")))},
    ),
    Case(
        "unlabelled_bomb",
        "a bomb without Content-Encoding",
        outcomes("not_html"),
        {"/case": coded(gzip_bomb)},
    ),
    *(_whole(coding) for coding in CODERS),
    *(_cut(coding) for coding in CODERS),
    *(_mislabelled(coding) for coding in CODERS),
    Case(
        "raw_deflate",
        "deflate without the zlib frame",
        NEW,
        {"/case": coded(lambda: raw_deflate(text("raw_deflate")), "deflate")},
        number=own("raw_deflate"),
    ),
    Case(
        "gzip_bad_crc",
        "a gzip stream with a wrong checksum",
        CUT,
        {"/case": coded(lambda: damaged(gzip.compress(text("x")), -8), "gzip")},
    ),
    Case(
        "gzip_damaged",
        "a gzip stream with a wrong byte in its middle",
        CUT,
        {"/case": coded(lambda: damaged(gzip.compress(text("x")), 300), "gzip")},
    ),
    Case(
        "brotli_damaged",
        "brotli with a wrong byte in its middle",
        CUT | {"not_html"},
        {"/case": coded(lambda: damaged(brotli.compress(text("x")), 200), "br")},
    ),
    Case(
        "zstd_damaged",
        "zstd with a wrong byte in its middle",
        CUT,
        {"/case": coded(lambda: damaged(checked_zstd(text("x")), 200), "zstd")},
    ),
    Case(
        "zstd_wide_window",
        "zstd with a window of 128 MB",
        CUT,
        {"/case": coded(lambda: wide_zstd(text("x")), "zstd")},
    ),
    Case(
        "gzip_trailing_bytes",
        "gzip with garbage behind it",
        NEW,
        {"/case": coded(lambda: gzip.compress(text("gzip_trailing_bytes")) + b"\0garbage", "gzip")},
        number=own("gzip_trailing_bytes"),
    ),
    Case(
        "gzip_members",
        "a page in 40 gzip members",
        NEW,
        {
            "/case": coded(
                lambda: b"".join(gzip.compress(text("gzip_members")[i : i + 60]) for i in range(0, 6000, 60)), "gzip"
            )
        },
        number=own("gzip_members"),
    ),
    Case(
        "gzip_member_flood",
        "50,000 empty gzip members",
        outcomes("page_too_large empty_page"),
        {"/case": coded(lambda: gzip.compress(b"") * 50_000, "gzip")},
    ),
    Case(
        "unknown_coding",
        "Content-Encoding: pack200",
        outcomes("not_html"),
        {"/case": coded(lambda: bytes(range(256)) * 20, "pack200")},
    ),
    Case(
        "unknown_coding_plain",
        "a plain page called “utf-8”",
        NEW,
        {"/case": coded(lambda: text("unknown_coding_plain"), "utf-8")},
        number=own("unknown_coding_plain"),
    ),
    Case(
        "identity",
        "Content-Encoding: identity",
        NEW,
        {"/case": coded(lambda: text("identity"), "identity")},
        number=own("identity"),
    ),
    Case(
        "wrong_coding",
        "gzip called br",
        CUT | {"not_html"},
        {"/case": coded(lambda: gzip.compress(text("x")), "br")},
    ),
)
