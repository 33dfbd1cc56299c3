"""One fetched page as WARC 1.1 records (ISO 28500): the response as it came, and the request that asked for it."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from warcio.recordbuilder import RecordBuilder
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archives.page_notes import FIELD, PageNotes, notes_text

VERSION = "1.1"
COMPRESSION = 6
"""Of gzip. On 60 news pages the library's 9 takes 12.1 ms a page instead of 7.1 and saves 0.8 % of the bytes."""
KEPT_TO_OURSELVES = frozenset({b"authorization", b"proxy-authorization", b"cookie"})
"""Request headers that an archive, which is given away, must not have."""
PHRASES: dict[int, str] = {status.value: status.phrase for status in HTTPStatus}
_LINE_BREAKS = re.compile(rb"[\r\n\0]+[ \t]*")
_NO_TOKEN = re.compile(rb"[^!#$%&'*+.^_`|~0-9A-Za-z-]")

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer."""

    url: str
    """Of the answer, after redirects."""
    fetched_at: str
    """UTC, ISO 8601, whole seconds: the record's `fetched_at`."""
    request_head: bytes = field(repr=False)
    response_head: bytes = field(repr=False)
    body: bytes = field(repr=False)
    """As received: with its content codings, without the transfer coding."""
    ip_address: str | None = None
    notes: PageNotes = field(default_factory=PageNotes)


class _AsItCame(StatusAndHeaders):  # type: ignore[misc] # the library has no types
    """A head that is written byte for byte; the library would percent-encode what is not ASCII."""

    def __init__(self, head: bytes) -> None:
        super().__init__("", [("", "")])
        self._head = head

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        self.headers_buff = self._head


def request_head(method: str, target: str, host: str, headers: Headers) -> bytes:
    """Return request line and headers; `target` is path and query. Credentials are left out."""
    kept = [(name, value) for name, value in headers if name.lower() not in KEPT_TO_OURSELVES | {b"host"}]
    first = f"{method} {target} HTTP/1.1".encode("ascii", "backslashreplace")
    return _head(first, [(b"Host", host.encode("ascii", "backslashreplace")), *kept])


def response_head(status: int, protocol: str | None, headers: Headers, body_bytes: int) -> bytes:
    """Return status line and headers, with the length of the body as it is archived.

    The transfer coding is undone when the answer is handed on, so that no header of it is left.
    """
    kept = [(name, value) for name, value in headers if name.lower() not in {b"content-length", b"transfer-encoding"}]
    reason = PHRASES.get(status, "")
    first = f"{protocol or 'HTTP/1.1'} {status} {reason}".encode("ascii", "backslashreplace")
    return _head(first, [*kept, (b"Content-Length", str(body_bytes).encode())])


def warcinfo_bytes(name: str, fields: Mapping[str, str]) -> bytes:
    """Return the first record of an archive file, compressed."""
    told = {key: _one_line(value) for key, value in fields.items()}
    return _member(RecordBuilder(VERSION).create_warcinfo_record(name, told))


def exchange_bytes(exchange: Exchange) -> bytes:
    """Return the response's record and the request's, each a gzip member of its own."""
    builder = RecordBuilder(VERSION)
    told = {"WARC-Date": exchange.fetched_at, FIELD: notes_text(exchange.notes)}
    if exchange.ip_address:
        told["WARC-IP-Address"] = exchange.ip_address
    response = builder.create_warc_record(
        exchange.url, "response", payload=io.BytesIO(exchange.body), length=len(exchange.body),
        warc_headers_dict=told, http_headers=_AsItCame(exchange.response_head),
    )  # fmt: skip
    of_response = {
        "WARC-Date": exchange.fetched_at,
        "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
    }
    request = builder.create_warc_record(
        exchange.url, "request", payload=io.BytesIO(), length=0,
        warc_headers_dict=of_response, http_headers=_AsItCame(exchange.request_head),
    )  # fmt: skip
    return _member(response) + _member(request)


def _member(record: ArcWarcRecord) -> bytes:
    buffer = io.BytesIO()
    WARCWriter(buffer, gzip=False).write_record(record)
    return gzip.compress(buffer.getvalue(), COMPRESSION, mtime=0)


def _head(first_line: bytes, headers: Headers) -> bytes:
    lines = [_NO_TOKEN.sub(b"", name) + b": " + _LINE_BREAKS.sub(b" ", value) for name, value in headers]
    return b"\r\n".join([_LINE_BREAKS.sub(b" ", first_line), *lines, b"", b""])


def _one_line(text: str) -> str:
    return " ".join(text.split())
