"""Content codings: whole streams within bounds, or an error that says why."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from crawler.content_codings import CodingOptions, codings_of, decoded_body
from crawler.errors import BodyTruncated, NotHtml, PageError, PageTooLarge

TEXT = b"It rained on Monday, and the harbour was full of boats. " * 40
CODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda body: brotli.compress(body, quality=4),
    "zstd": zstd.compress,
}
OPTIONS = CodingOptions(max_bytes=10_000)


@pytest.mark.parametrize(
    ("headers", "codings"),
    [
        ([], ()),
        (["gzip"], ("gzip",)),
        (["identity"], ()),
        (["x-gzip , BR"], ("gzip", "br")),
        (["gzip", "gzip"], ("gzip", "gzip")),
        ([", ,"], ()),
    ],
)
def test_codings_of(headers: list[str], codings: tuple[str, ...]) -> None:
    assert codings_of(headers) == codings


@pytest.mark.parametrize("coding", CODERS)
def test_a_whole_stream(coding: str) -> None:
    assert decoded_body(CODERS[coding](TEXT), [coding], OPTIONS) == TEXT


@pytest.mark.parametrize("coding", CODERS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_stream_is_never_half_a_page(coding: str, share: float) -> None:
    body = CODERS[coding](bytes(n * 7919 % 251 for n in range(5_000)))
    with pytest.raises(BodyTruncated):
        decoded_body(body[: int(len(body) * share)], [coding], OPTIONS)


@pytest.mark.parametrize("coding", CODERS)
def test_a_stream_over_the_cap(coding: str) -> None:
    with pytest.raises(PageTooLarge, match="more than 10,000 bytes"):
        decoded_body(CODERS[coding](bytes(1 << 24)), [coding], OPTIONS)


@pytest.mark.parametrize("coding", CODERS)
def test_just_at_the_cap(coding: str) -> None:
    assert len(decoded_body(CODERS[coding](bytes(10_000)), [coding], OPTIONS)) == 10_000


@pytest.mark.parametrize("coding", CODERS)
def test_cut_instead_of_refused(coding: str) -> None:
    cut = CodingOptions(max_bytes=10_000, cut=True)
    assert decoded_body(CODERS[coding](b"a" * (1 << 24)), [coding], cut) == b"a" * 10_000
    whole = CODERS[coding](TEXT)
    assert TEXT.startswith(decoded_body(whole[: len(whole) // 2], [coding], cut))


def test_a_text_of_which_a_part_will_do_is_read_whatever_it_is_called() -> None:
    robots = b"User-agent: *\nDisallow: /private/\n"
    cut = CodingOptions(max_bytes=10_000, cut=True)
    assert decoded_body(robots, ["utf-8"], cut) == robots
    with pytest.raises(NotHtml, match="'utf-8' is not known"):
        decoded_body(robots, ["utf-8"], OPTIONS)
    with pytest.raises(NotHtml):
        decoded_body(bytes(range(200)), ["pack200"], cut)


@pytest.mark.parametrize("coding", [*CODERS, "pack200"])
def test_markup_that_is_called_compressed_is_markup(coding: str) -> None:
    assert decoded_body(b"\n <!doctype html><p>x", [coding], OPTIONS) == b"\n <!doctype html><p>x"


@pytest.mark.parametrize(
    ("body", "codings", "error"),
    [
        (bytes(range(200)), ("pack200",), NotHtml),
        (gzip.compress(TEXT), ("br",), BodyTruncated),
        (gzip.compress(gzip.compress(gzip.compress(TEXT))), ("gzip",) * 3, PageTooLarge),
        (gzip.compress(b"") * 1_001, ("gzip",), PageTooLarge),
        (zstd.compress(b"") * 1_001, ("zstd",), PageTooLarge),
        (gzip.compress(TEXT)[:-5] + b"\0" * 5, ("gzip",), BodyTruncated),
    ],
    ids=["unknown", "wrong", "layers", "members", "frames", "checksum"],
)
def test_what_is_refused(body: bytes, codings: tuple[str, ...], error: type[PageError]) -> None:
    with pytest.raises(error):
        decoded_body(body, codings, OPTIONS)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (gzip.compress(b"ab") + gzip.compress(b"cd"), b"abcd"),
        (gzip.compress(b"ab") + b"\0\0garbage", b"ab"),
        (b"", b""),
    ],
    ids=["members", "padding", "empty"],
)
def test_gzip_files(body: bytes, expected: bytes) -> None:
    assert decoded_body(body, ["gzip"], OPTIONS) == expected


SKIPPED = (0x184D2A53).to_bytes(4, "little") + (4).to_bytes(4, "little") + b"abcd"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (zstd.compress(b"ab") + zstd.compress(b"cd" * 50_000), b"ab" + b"cd" * 50_000),
        (SKIPPED + zstd.compress(b"ab") + SKIPPED, b"ab"),
        (zstd.compress(b"ab") + b"\0\0garbage", b"ab"),
    ],
    ids=["frames", "skippable", "padding"],
)
def test_zstd_files(body: bytes, expected: bytes) -> None:
    assert decoded_body(body, ["zstd"], CodingOptions(max_bytes=200_000)) == expected


def test_a_cut_second_frame_is_never_half_a_page() -> None:
    body = zstd.compress(b"ab") + zstd.compress(bytes(n * 7919 % 251 for n in range(5_000)))
    with pytest.raises(BodyTruncated):
        decoded_body(body[:-100], ["zstd"], OPTIONS)


def test_deflate_without_its_frame() -> None:
    packer = zlib.compressobj(wbits=-15)
    assert decoded_body(packer.compress(TEXT) + packer.flush(), ["deflate"], OPTIONS) == TEXT


def test_zstd_that_asks_for_a_wide_window() -> None:
    wide: Any = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    packer = zstd.ZstdCompressor(options=wide)
    with pytest.raises(BodyTruncated, match="damaged"):
        decoded_body(packer.compress(TEXT) + packer.flush(), ["zstd"], OPTIONS)


@given(
    st.binary(max_size=300) | st.sampled_from(list(CODERS)).map(lambda coding: CODERS[coding](TEXT)),
    st.lists(st.sampled_from([*CODERS, "other"]), max_size=3),
    st.booleans(),
)
def test_any_bytes_give_bytes_within_the_cap_or_a_page_error(body: bytes, codings: list[str], cut: bool) -> None:
    try:
        out = decoded_body(body, codings, CodingOptions(max_bytes=500, cut=cut))
    except PageError:
        return
    assert len(out) <= max(500, len(body))
