"""What is written comes back: through our own reader, and through the library's."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from crawler.archives.page_notes import PageNotes
from crawler.archives.pages import ArchiveCount, archived_pages
from crawler.archives.writing import Exchange, exchange_bytes, request_head, response_head, warcinfo_bytes
from crawler.items import DiscoveredVia, Link, Page
from crawler.rights import ServerRights

if TYPE_CHECKING:
    from tests.archives.conftest import Maker

URL = "http://news.example/1?a=b%20c"
WARCINFO = warcinfo_bytes("a.warc.gz", {"software": "Winnow/0.1.0"})
AT = "2026-10-01T08:00:00Z"


def exchange(body: bytes, headers: list[tuple[bytes, bytes]], **more: Any) -> Exchange:
    return Exchange(
        url=URL,
        fetched_at=AT,
        request_head=request_head("GET", "/1?a=b%20c", "news.example", [(b"User-Agent", b"Winnow")]),
        response_head=response_head(200, "HTTP/1.1", headers, len(body)),
        body=body,
        **more,
    )


def read_back(written: bytes) -> Page:
    (page,) = archived_pages(io.BytesIO(WARCINFO + written), ArchiveCount("a"))
    assert isinstance(page, Page)
    return page


def by_the_library(written: bytes) -> dict[str, tuple[Any, Any, bytes]]:
    """Kind -> named fields, HTTP headers and body, every digest checked."""
    found = {}
    for record in ArchiveIterator(io.BytesIO(written), check_digests="raise"):
        found[record.rec_type] = (record.rec_headers, record.http_headers, record.raw_stream.read())
        assert record.digest_checker.passed is not False
    return found


WHITE_SPACE = b"\r\n\0\t\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0 "
header_values = st.binary(max_size=30).map(lambda value: value.translate(None, WHITE_SPACE))
texts = st.text(max_size=30)
links = st.builds(Link, st.just(URL), st.sampled_from(DiscoveredVia), st.none() | texts, st.none() | texts, st.none())


params_of_sites = st.frozensets(texts, max_size=3)


@settings(deadline=None)
@given(body=st.binary(max_size=500), etag=header_values, link=st.none() | links, params=params_of_sites)
def test_round_trip(body: bytes, etag: bytes, link: Link | None, params: frozenset[str]) -> None:
    rights = ServerRights(agent="winnow", content_signals={"search": "yes"}, tdm_file={"tdm-reservation": "0"})
    notes = PageNotes(requested_url=URL + "&x", link=link, significant_params=params, server_rights=rights)
    headers = [(b"Content-Type", b"text/html"), (b"Etag", etag)]
    page = read_back(exchange_bytes(exchange(body, headers, notes=notes)))
    assert page.body == body
    assert (page.url, page.requested_url, page.fetched_at, page.http_status) == (URL, URL + "&x", AT, 200)
    assert page.etag == (etag.decode("latin-1") or None)
    assert (page.link, page.significant_params, page.server_rights) == (link, params, rights)


def test_a_compressed_body_stays_as_it_came(maker: Maker) -> None:
    sent = gzip.compress(maker.page_body(1))
    written = exchange_bytes(exchange(sent, [(b"Content-Type", b"text/html"), (b"Content-Encoding", b"gzip")]))
    assert read_back(written).body == maker.page_body(1)
    _, headers, body = by_the_library(written)["response"]
    assert (headers["Content-Encoding"], headers["Content-Length"], body) == ("gzip", str(len(sent)), sent)


def test_the_library_reads_it_and_finds_every_digest_right() -> None:
    written = exchange_bytes(exchange(b"<p>one", [(b"Server", b"x\xfc")], ip_address="192.0.2.1"))
    found = by_the_library(WARCINFO + written)
    assert list(found) == ["warcinfo", "response", "request"]
    fields, headers, body = found["response"]
    assert (headers.statusline, headers.headers, body) == (
        "200 OK", [("Server", "x\xfc"), ("Content-Length", "6")], b"<p>one",
    )  # fmt: skip
    assert (fields["WARC-IP-Address"], fields["WARC-Date"], fields["WARC-Target-URI"]) == ("192.0.2.1", AT, URL)
    request, asked, _ = found["request"]
    assert (asked.protocol, asked.headers) == ("GET", [("Host", "news.example"), ("User-Agent", "Winnow")])
    assert request["WARC-Concurrent-To"] == fields["WARC-Record-ID"]


def test_each_record_is_a_member_of_its_own() -> None:
    members = 0
    rest = exchange_bytes(exchange(b"<p>one", []))
    while rest:
        stream = zlib.decompressobj(31)
        assert stream.decompress(rest).startswith(b"WARC/1.1\r\n")
        rest = stream.unused_data
        members += 1
    assert members == 2


@pytest.mark.parametrize(
    ("headers", "line"),
    [
        ([(b"Transfer-Encoding", b"chunked")], b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"),
        ([(b"Content-Length", b"999")], b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"),
        ([(b"X", b"a\r\nY: b")], b"HTTP/1.1 200 OK\r\nX: a Y: b\r\nContent-Length: 7\r\n\r\n"),
        ([(b"X: \r\nY", b"a")], b"HTTP/1.1 200 OK\r\nXY: a\r\nContent-Length: 7\r\n\r\n"),
    ],
    ids=["chunked", "another length", "line break in a value", "line break in a name"],
)
def test_the_head_of_a_response_is_honest_and_whole(headers: list[tuple[bytes, bytes]], line: bytes) -> None:
    assert response_head(200, "HTTP/1.1", headers, 7) == line


STATUS_LINES = [(599, None, b"HTTP/1.1 599 "), (404, "HTTP/1.0", b"HTTP/1.0 404 Not Found")]


@pytest.mark.parametrize(("status", "protocol", "first"), STATUS_LINES)
def test_status_lines(status: int, protocol: str | None, first: bytes) -> None:
    assert response_head(status, protocol, [], 0).split(b"\r\n")[0] == first


def test_credentials_are_not_archived() -> None:
    headers = [
        (b"Authorization", b"Basic x"),
        (b"Proxy-Authorization", b"y"),
        (b"Cookie", b"z"),
        (b"Host", b"other"),
    ]
    assert request_head("GET", "/", "news.example", headers) == b"GET / HTTP/1.1\r\nHost: news.example\r\n\r\n"
