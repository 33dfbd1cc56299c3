"""Archives made byte by byte, so that a test can break them where it wants."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest

PAGE = b"<!doctype html><html><head><title>A page</title></head><body><p>Page %d has this line.</p></body></html>"


def http(
    body: bytes, headers: Sequence[tuple[str, str]] = (("Content-Type", "text/html; charset=utf-8"),), status: int = 200
) -> bytes:
    """An HTTP response."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status} OK\r\n{lines}\r\n".encode("latin-1") + body


def record(
    kind: str = "response", url: str | None = None, block: bytes = b"", length: object = None, **more: str
) -> bytes:
    """A WARC record; `length` is a wrong Content-Length, `more` are fields with `_` for `-`."""
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:00000000-0000-4000-8000-{zlib.crc32((url or kind).encode()):012}>",
        "WARC-Date": "2026-10-01T08:00:00Z",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block) if length is None else length),
    }
    if url is not None:
        fields["WARC-Target-URI"] = url
    fields |= {name.replace("_", "-"): value for name, value in more.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"WARC/1.0\r\n{head}\r\n".encode() + block + b"\r\n\r\n"


def page_record(number: int, **more: Any) -> bytes:
    """The record of page `number`, at http://news.example/NUMBER."""
    return record(url=f"http://news.example/{number}", block=http(PAGE % number), **more)


def sha1(content: bytes) -> str:
    return "sha1:" + b32encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()


def zstd_module() -> Any:
    try:
        return import_module("compression.zstd")
    except ImportError:
        return import_module("backports.zstd")


def zstd(content: bytes, dictionary: Any = None) -> bytes:
    library = zstd_module()
    options = {library.CompressionParameter.checksum_flag: 1}
    return bytes(library.compress(content, options=options, zstd_dict=dictionary))


def with_dictionary(records: Sequence[bytes]) -> tuple[bytes, bytes]:
    """A dictionary trained on the records, and one frame a record that needs it."""
    dictionary = zstd_module().train_dict(list(records), 2_000)
    return bytes(dictionary.dict_content), b"".join(zstd(content, dictionary) for content in records)


def plain(records: Sequence[bytes]) -> bytes:
    return b"".join(records)


def gzipped(records: Sequence[bytes]) -> bytes:
    """One member a record."""
    return b"".join(gzip.compress(content, mtime=0) for content in records)


def zstandard(records: Sequence[bytes]) -> bytes:
    """One frame a record."""
    return b"".join(zstd(content) for content in records)


def one_frame(records: Sequence[bytes]) -> bytes:
    return zstd(b"".join(records))


def one_member(records: Sequence[bytes]) -> bytes:
    return gzip.compress(b"".join(records), mtime=0)


def uneven_members(records: Sequence[bytes]) -> bytes:
    """Members that end where no record does."""
    content = b"".join(records)
    return b"".join(gzip.compress(content[at : at + 501], mtime=0) for at in range(0, len(content), 501))


@dataclass(frozen=True)
class Maker:
    """The functions above, for test modules."""

    http: Callable[..., bytes] = http
    record: Callable[..., bytes] = record
    page_record: Callable[..., bytes] = page_record
    sha1: Callable[[bytes], str] = sha1
    plain: Callable[[Sequence[bytes]], bytes] = plain
    gzipped: Callable[[Sequence[bytes]], bytes] = gzipped
    zstandard: Callable[[Sequence[bytes]], bytes] = zstandard
    with_dictionary: Callable[[Sequence[bytes]], tuple[bytes, bytes]] = with_dictionary
    one_frame: Callable[[Sequence[bytes]], bytes] = one_frame
    one_member: Callable[[Sequence[bytes]], bytes] = one_member
    uneven_members: Callable[[Sequence[bytes]], bytes] = uneven_members

    def page_body(self, number: int) -> bytes:
        return PAGE % number


@pytest.fixture(scope="session")
def maker() -> Maker:
    return Maker()
