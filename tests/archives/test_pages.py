"""Which records are pages, what is said of them, and what is counted or refused instead."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import pytest

from crawler.archives.page_notes import FIELD, PageNotes, notes_text
from crawler.archives.pages import ArchiveCount, Refusal, archived_pages
from crawler.items import DiscoveredVia, Link, Page

if TYPE_CHECKING:
    from tests.archives.conftest import Maker

URL = "http://news.example/1"
HTML = (("Content-Type", "text/html"),)
SCRIPT = b"document.write('<div><p>not a page</p></div>')"


def read(*records: bytes) -> tuple[list[Page], list[Refusal], ArchiveCount]:
    count = ArchiveCount("a.warc")
    found = list(archived_pages(io.BytesIO(b"".join(records)), count))
    pages = [page for page in found if isinstance(page, Page)]
    return pages, [refusal for refusal in found if isinstance(refusal, Refusal)], count


def test_what_the_server_said_is_in_the_page(maker: Maker) -> None:
    headers = [
        ("Content-Type", "text/html; charset=koi8-r"),
        ("ETag", '"v1"'),
        ("Last-Modified", "Thu, 01 Oct 2026 07:00:00 GMT"),
        ("X-Robots-Tag", "noai"),
        ("X-Robots-Tag", "otherbot: noindex"),
        ("TDM-Reservation", "1"),
    ]
    block = maker.http(maker.page_body(1), headers, status=203)
    record = maker.record(url=f"<{URL}>", block=block, WARC_Date="2026-10-01T10:00:00.75+02:00")
    (page,), refused, count = read(record)
    assert (refused, count.records, count.pages) == ([], 1, 1)
    assert (page.url, page.requested_url, page.http_status) == (URL, URL, 203)
    assert page.content_type == "text/html; charset=koi8-r"
    assert page.fetched_at == "2026-10-01T08:00:00Z"
    assert (page.etag, page.last_modified) == ('"v1"', "Thu, 01 Oct 2026 07:00:00 GMT")
    assert page.x_robots_tag == ("noai", "otherbot: noindex")
    assert page.server_rights.tdm_headers == {"tdm-reservation": "1"}
    assert page.input_id is not None
    assert page.input_id.startswith("a.warc#urn:uuid:")
    assert page.body == maker.page_body(1)


@pytest.mark.parametrize(
    ("told", "kept"),
    [("", None), ("yesterday", None), ("2026-10-01", "2026-10-01T00:00:00Z"), ("0001-01-01T00:00:00+14:00", None)],
)
def test_dates(maker: Maker, told: str, kept: str | None) -> None:
    (page,), _, _ = read(maker.page_record(1, WARC_Date=told))
    assert page.fetched_at == kept


COUNTED = {
    "request": ("request", {}, 200, HTML, b"x"),
    "metadata": ("metadata", {}, 200, HTML, b"x"),
    "revisit": ("revisit", {}, 200, HTML, b""),
    "warcinfo": ("warcinfo", {}, 200, HTML, b"x"),
    "conversion": ("conversion", {}, 200, HTML, b"x"),
    "without WARC-Type": ("", {}, 200, HTML, b"<!doctype html>"),
    "http_301": ("response", {}, 301, HTML, b"<!doctype html><p>Moved"),
    "http_206": ("response", {}, 206, HTML, b"<!doctype html><p>Half"),
    "http_404": ("response", {}, 404, HTML, b"<!doctype html><p>Nothing"),
    "not_http": ("response", {"url": "dns:news.example"}, 200, HTML, b"x"),
    "not_html: image": ("response", {}, 200, (("Content-Type", "image/png"),), b"\x89PNG\r\n<html>"),
    "not_html: script": ("response", {}, 200, (("Content-Type", "application/javascript"),), SCRIPT),
    "not_html: robots.txt": ("response", {}, 200, (("Content-Type", "text/plain"),), b"User-agent: *\nDisallow: /\n"),
    "not_html: feed": ("response", {}, 200, (("Content-Type", "text/xml"),), b"<rss><channel/></rss>"),
    "not_html: nothing said, binary": ("response", {}, 200, (), b"\xff\xd8\xff\xe0 JFIF"),
    "not_html: nothing said, JSON": ("response", {}, 200, (), b'{"a": 1}'),
    "not_html: cut image": ("response", {}, 200, (("Content-Type", "image/gif"), ("Content-Length", "99")), b"GIF8"),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTED)
def test_what_is_no_page_by_its_kind_is_counted(maker: Maker, name: str) -> None:
    kind, more, status, headers, body = COUNTED[name]
    record = maker.record(kind, **{"url": URL} | more, block=maker.http(body, headers, status=status))
    pages, refused, count = read(record, maker.page_record(2))
    assert [page.url for page in pages] == ["http://news.example/2"]
    assert refused == []
    assert count.skipped == {name.partition(":")[0]: 1}
    assert f"1 {name.partition(':')[0]}" in str(count)


PAGES = {
    "html": HTML,
    "xhtml": (("Content-Type", "application/xhtml+xml; charset=utf-8"),),
    "nothing said": (),
    "empty": (("Content-Type", ""),),
    "text": (("Content-Type", "text/plain; charset=utf-8"),),
    "bytes": (("Content-Type", "application/octet-stream"),),
    "a lie": (("Content-Type", "image/png"),),
    "malformed": (("Content-Type", "html"),),
    "two, the last holds": (("Content-Type", "text/plain"), ("Content-Type", "text/html")),
}


@pytest.mark.parametrize("headers", PAGES.values(), ids=PAGES)
def test_no_page_is_lost_for_its_type(maker: Maker, headers: tuple[tuple[str, str], ...]) -> None:
    for start in (b"", b"\xef\xbb\xbf", b"\r\n "):
        (page,), refused, _ = read(maker.record(url=URL, block=maker.http(start + maker.page_body(1), headers)))
        assert refused == []
        assert page.body == start + maker.page_body(1)
        assert page.content_type is None or page.content_type.startswith(("text/html", "application/xhtml"))


def test_the_charset_stays_with_a_corrected_type(maker: Maker) -> None:
    headers = (("Content-Type", "text/plain; charset=windows-1251"),)
    (page,), _, _ = read(maker.record(url=URL, block=maker.http(maker.page_body(1), headers)))
    assert page.content_type == "text/html; charset=windows-1251"


def test_a_resource_record_is_a_page_without_a_server(maker: Maker) -> None:
    record = maker.record("resource", url=URL, block=maker.page_body(1), Content_Type="text/html; charset=utf-8")
    (page,), _, _ = read(record)
    assert (page.http_status, page.content_type, page.body) == (None, "text/html; charset=utf-8", maker.page_body(1))


def test_what_should_have_been_a_page_is_refused_by_place_and_cause(maker: Maker) -> None:
    block = maker.http(maker.page_body(1))
    refused = {
        "body_truncated": [
            maker.record(url=URL, block=block, WARC_Truncated="length"),
            maker.record(url=URL, block=block, WARC_Segment_Number="1"),
            maker.record(url=URL, block=maker.http(b"<!doctype html>", (*HTML, ("Content-Length", "99")))),
        ],
        "file_unreadable": [
            maker.record(url=URL, block=block, WARC_Block_Digest=maker.sha1(b"another")),
            maker.record(url=URL, block=block, WARC_Payload_Digest=maker.sha1(b"another")),
            maker.record(url=URL, block=b"no HTTP at all"),
        ],
    }
    for cause, records in refused.items():
        for record in records:
            pages, (refusal,), count = read(maker.page_record(0), record, maker.page_record(2))
            assert [page.url for page in pages] == ["http://news.example/0", "http://news.example/2"]
            assert refusal.error.cause == cause
            assert refusal.name == f"a.warc:{len(maker.page_record(0))} {URL}"
            assert count.refused == 1


def test_a_page_over_the_cap_is_refused(maker: Maker) -> None:
    pages, (refusal,), _ = read(maker.record(url=URL, block=maker.http(b"<!doctype html>" + b"x" * 11_000_000)))
    assert pages == []
    assert refusal.error.cause == "page_too_large"


@pytest.mark.parametrize("form", ["base32", "lower", "hex"])
@pytest.mark.parametrize("of", ["sent", "dechunked"])
def test_digests_in_the_forms_that_writers_use(maker: Maker, form: str, of: str) -> None:
    body = maker.page_body(1)
    sent = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    digest = maker.sha1(sent if of == "sent" else body)
    digest = {"base32": digest, "lower": digest.lower(), "hex": digest}[form]
    if form == "hex":
        digest = "SHA-256:" + hashlib.sha256(sent if of == "sent" else body).hexdigest()
    block = maker.http(sent, (*HTML, ("Transfer-Encoding", "chunked")))
    (page,), refused, _ = read(maker.record(url=URL, block=block, WARC_Payload_Digest=digest))
    assert (page.body, refused) == (body, [])


@pytest.mark.parametrize("digest", ["", "sha1:", "crc32:12345678", "sha1:short", "nonsense", "sha1:" + "1" * 32])
def test_digests_that_cannot_be_read_say_nothing(maker: Maker, digest: str) -> None:
    pages, _, _ = read(maker.page_record(1, WARC_Payload_Digest=digest))
    assert len(pages) == 1


def test_our_own_archives_hold_pages_whatever_their_type(maker: Maker) -> None:
    info = maker.record("warcinfo", block=b"software: Winnow/0.1.0\r\n")
    text = maker.record(url=URL, block=maker.http(b"A page of plain text.", (("Content-Type", "text/plain"),)))
    (page,), _, _ = read(info, text)
    assert (page.body, page.content_type) == (b"A page of plain text.", "text/plain")


def test_notes_come_back(maker: Maker) -> None:
    link = Link(URL, DiscoveredVia.FEED, "http://news.example/feed", "A title\r\nin two lines — ü", "2026-10-01")
    notes = PageNotes(requested_url="http://news.example/old", link=link, significant_params=frozenset({"id"}))
    (page,), _, _ = read(maker.page_record(1, **{FIELD: notes_text(notes)}))
    assert (page.requested_url, page.link) == ("http://news.example/old", link)
    assert page.significant_params == notes.significant_params


@pytest.mark.parametrize(
    "value",
    ["", "{", "[]", '"x"', '{"winnow": 1}', '{"winnow": {"link": {"url": 7}}}', '{"other": {}}', "[" * 20_000],
)
def test_notes_of_others_and_broken_ones_are_none(maker: Maker, value: str) -> None:
    (page,), _, _ = read(maker.page_record(1, **{FIELD: value}))
    assert (page.requested_url, page.link) == (page.url, None)


def test_notes_stay_within_a_header_line() -> None:
    link = Link(URL, DiscoveredVia.FEED, None, "x" * 100_000)
    assert len(notes_text(PageNotes(requested_url=URL, link=link))) < 1_000
    assert URL in notes_text(PageNotes(requested_url=URL, link=link))
    assert len(notes_text(PageNotes(requested_url=URL + "x" * 100_000))) < 1_000
