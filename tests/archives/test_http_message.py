from __future__ import annotations

import contextlib
import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archives.http_message import dechunked, page_body, parse_response
from crawler.errors import CAUSES, PageError

BODY = b"<!doctype html><p>A page.</p>" * 20
CAP = 10_000


def chunked(body: bytes, size: int = 100, end: bytes = b"0\r\n\r\n") -> bytes:
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces) + end


def message(body: bytes, *headers: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode("latin-1") + body


SOUND: dict[str, bytes] = {
    "as it is": message(BODY),
    "with its length": message(BODY, f"Content-Length: {len(BODY)}"),
    "longer than it says, as decoded bodies are": message(BODY, "Content-Length: 80"),
    "length is a word": message(BODY, "Content-Length: long"),
    "gzip": message(gzip.compress(BODY), "Content-Encoding: gzip"),
    "deflate": message(zlib.compress(BODY), "Content-Encoding: deflate"),
    "twice": message(gzip.compress(zlib.compress(BODY)), "Content-Encoding: deflate, gzip"),
    "said to be gzip, stored without": message(BODY, "Content-Encoding: gzip", "Content-Length: 120"),
    "chunked": message(chunked(BODY), "Transfer-Encoding: chunked"),
    "chunked, with extensions and trailers": message(
        chunked(BODY, end=b"0;last=yes\r\nX-Sum: 1\r\n\r\n").replace(b"64\r\n", b"64;x=y\r\n"),
        "Transfer-Encoding: Chunked",
    ),
    "said to be chunked, stored without": message(BODY, "Transfer-Encoding: chunked"),
    "chunked and gzip": message(
        chunked(gzip.compress(BODY), 7), "Transfer-Encoding: chunked", "Content-Encoding: gzip"
    ),
    "lines end in line feeds only": message(BODY).replace(b"\r\n", b"\n", 2),
}
REFUSED: dict[str, tuple[bytes, str]] = {
    "shorter than it says": (message(BODY[:90], f"Content-Length: {len(BODY)}"), "body_truncated"),
    "gzip cut": (message(gzip.compress(BODY)[:-9], "Content-Encoding: gzip"), "body_truncated"),
    "chunks cut": (message(chunked(BODY)[:-20], "Transfer-Encoding: chunked"), "body_truncated"),
    "no last chunk": (message(chunked(BODY, end=b""), "Transfer-Encoding: chunked"), "body_truncated"),
    "chunk of four gigabytes": (message(b"ffffffff\r\n" + BODY, "Transfer-Encoding: chunked"), "body_truncated"),
    "bomb": (message(gzip.compress(bytes(2 * CAP)), "Content-Encoding: gzip"), "page_too_large"),
    "unknown coding": (message(b"\x00\x01", "Content-Encoding: rot13"), "not_html"),
    "no status": (b"HTTP/1.1 OK\r\n\r\n" + BODY, "file_unreadable"),
    "no HTTP": (BODY, "file_unreadable"),
    "nothing": (b"", "file_unreadable"),
    "header without end": (message(BODY, *["X: y"] * 60_000), "file_unreadable"),
}


@pytest.mark.parametrize("block", SOUND.values(), ids=SOUND)
def test_the_body_is_the_page(block: bytes) -> None:
    assert page_body(parse_response(block), CAP)[-1] == BODY


@pytest.mark.parametrize(("block", "cause"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_whole_is_refused_by_name(block: bytes, cause: str) -> None:
    with pytest.raises(CAUSES[cause]):
        page_body(parse_response(block), CAP)


def test_headers_are_read_as_scrapy_reads_them() -> None:
    block = message(
        BODY, "ETag: \xfc\xc3\xa9", "X-Robots-Tag: noai", "x-robots-tag: a: noindex", "Folded: one", "\ttwo"
    )
    response = parse_response(block)
    assert response.status == 200
    assert response.get("etag") == "\xfc\xc3\xa9"
    assert response.all("x-robots-tag") == ("noai", "a: noindex")
    assert response.get("content-type") is None


@settings(deadline=None)
@given(body=st.binary(max_size=300), size=st.integers(1, 50))
def test_chunks_are_undone(body: bytes, size: int) -> None:
    assert dechunked(chunked(body, size)) == body


STARTS = (b"", b"HTTP/1.1 200\r\n", message(b"", "Content-Encoding: br"), message(b"", "Transfer-Encoding: chunked"))


@settings(deadline=None)
@given(block=st.binary(max_size=200), start=st.sampled_from(STARTS))
def test_no_bytes_raise_anything_else(block: bytes, start: bytes) -> None:
    with contextlib.suppress(PageError):
        page_body(parse_response(start + block), CAP)
