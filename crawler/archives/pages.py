"""WARC records -> pages, refusals, and counts of what is no page by its kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from crawler.archives.digests import disagrees
from crawler.archives.http_message import HttpResponse, page_body, parse_response
from crawler.archives.page_notes import FIELD, read_notes
from crawler.archives.raw_bytes import Readable
from crawler.archives.records import BadRecord, ReadOptions, WarcRecord, read_records
from crawler.errors import BodyTruncated, FileUnreadable, PageError, PageTooLarge
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import check_document, looks_like_html
from crawler.items import Page
from crawler.rights import ServerRights

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
OPEN_TYPES = frozenset({"text/plain", "text/xml", "application/xml", "application/octet-stream", "unknown/unknown"})
"""Types under which pages are sent as well; others must begin as HTML does, as scripts have markup in them too."""
WHITE_SPACE_AND_MARK = b" \t\r\n\f\xef\xbb\xbf\xff\xfe"
PAGE_STATUSES = frozenset({200, 203})
OUR_SOFTWARE = b"software: Winnow/"
START_BYTES = 4096
TDM_HEADERS = ("tdm-reservation", "tdm-policy")


@dataclass(slots=True)
class ArchiveCount:
    """What an archive held, whole once its pages were read to the end."""

    name: str
    records: int = 0
    pages: int = 0
    refused: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """Kind of record -> number, for records that hold no page: `request`, `not_html`, `http_301`, ..."""

    def __str__(self) -> str:
        kinds = ", ".join(f"{number} {kind}" for kind, number in self.skipped.most_common())
        return f"{self.name}: {self.records} records, {self.pages} pages; skipped {kinds or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that should have been a page, `name` its archive with place and URL."""

    name: str
    error: PageError


class _NoPage(Exception):
    """A record that holds no page by its kind; the message is the word that it is counted under."""


def archived_pages(file: Readable, count: ArchiveCount, options: ReadOptions | None = None) -> Iterator[Page | Refusal]:
    """Yield the HTML pages of an archive with what the server said of them, and what should have been one.

    `count` is kept up to date. A page's `input_id` is the archive's name and the record's id, `name#urn:uuid:...`.
    """
    options = options or ReadOptions()
    is_ours = False
    for record in read_records(file, options):
        if isinstance(record, BadRecord):
            count.refused += 1
            yield Refusal(_place(count.name, record.offset, record.url), record.error)
            continue
        count.records += 1
        is_ours = is_ours or (record.kind == "warcinfo" and OUR_SOFTWARE in record.block[:START_BYTES])
        try:
            page = _page(record, count.name, options, is_ours=is_ours)
        except _NoPage as kind:
            count.skipped[str(kind)] += 1
        except PageError as error:
            count.refused += 1
            yield Refusal(_place(count.name, record.offset, record.get("WARC-Target-URI")), error)
        else:
            count.pages += 1
            yield page
    if not count.records and not count.refused:
        count.refused += 1
        yield Refusal(count.name, FileUnreadable("no record in it: is it a WARC file?"))


def _page(record: WarcRecord, name: str, options: ReadOptions, *, is_ours: bool) -> Page:
    """Raises _NoPage, or PageError for a page that cannot be had whole."""
    url = record.get("WARC-Target-URI") or ""
    if record.kind not in {"response", "resource"}:
        raise _NoPage(record.kind or "without WARC-Type")
    if not url.lower().startswith(("http://", "https://")):
        raise _NoPage("not_http")
    if record.kind == "resource":
        response = HttpResponse(0, (("Content-Type", record.get("Content-Type") or ""),), record.block)
    else:
        response = parse_response(record.block)
        if response.status not in PAGE_STATUSES:
            raise _NoPage(f"http_{response.status}")
    if not (is_ours or response.media_type in HTML_TYPES or _shows_html(response, options)):
        raise _NoPage("not_html")
    body = _whole_body(record, response, options)
    return replace(_as_page(record, response, name), body=body, content_type=_content_type(response, is_ours=is_ours))


def _shows_html(response: HttpResponse, options: ReadOptions) -> bool:
    """Our own check of a payload that is not said to be HTML: its first bytes must be.

    Where nothing is said at all, whatever is not binary is left to extraction.
    """
    try:
        body = page_body(response, options.max_page_bytes)[-1]
        if not response.media_type:
            check_document(body, None, DEFAULT_OPTIONS)
            return True
    except PageError:
        return False
    start = body[:START_BYTES].replace(b"\0", b"").lstrip(WHITE_SPACE_AND_MARK)
    if response.media_type in OPEN_TYPES:
        return start.startswith(b"<") and looks_like_html(start)
    return start[:15].lower().startswith((b"<!doctype html", b"<html"))


def _whole_body(record: WarcRecord, response: HttpResponse, options: ReadOptions) -> bytes:
    """Return the page's bytes, checked against what the archive says of them. Raises PageError."""
    cut = record.get("WARC-Truncated")
    if cut:
        raise BodyTruncated(f"the crawler that archived it cut it (WARC-Truncated: {cut[:40]})")
    if record.get("WARC-Segment-Number"):
        raise BodyTruncated("a segment of a longer record; segments are not joined")
    if not record.is_whole:
        raise PageTooLarge(f"a record of {record.length:,} bytes, the cap is {options.max_block_bytes:,}")
    if disagrees(record.get("WARC-Block-Digest"), (record.block,)):
        raise FileUnreadable("its bytes are not those that were archived (WARC-Block-Digest)")
    bodies = page_body(response, options.max_page_bytes)
    if record.get("WARC-Block-Digest") is None and disagrees(record.get("WARC-Payload-Digest"), bodies):
        raise FileUnreadable("its bytes are not those that were archived (WARC-Payload-Digest)")
    return bodies[-1]


def _as_page(record: WarcRecord, response: HttpResponse, name: str) -> Page:
    url = record.get("WARC-Target-URI") or ""
    notes = read_notes(record.get(FIELD))
    rights = notes.server_rights
    tdm = {header: value for header in TDM_HEADERS if (value := response.get(header)) is not None}
    return Page(
        body=b"",
        url=url,
        requested_url=notes.requested_url or url,
        http_status=response.status or None,
        fetched_at=_fetched_at(record.get("WARC-Date")),
        etag=response.get("etag"),
        last_modified=response.get("last-modified"),
        x_robots_tag=response.all("x-robots-tag"),
        server_rights=ServerRights(
            agent=rights.agent, content_signals=rights.content_signals, tdm_file=rights.tdm_file, tdm_headers=tdm
        ),
        link=notes.link,
        input_id=f"{name}#{record.get('WARC-Record-ID') or record.offset}",
        significant_params=notes.significant_params,
    )


def _content_type(response: HttpResponse, *, is_ours: bool) -> str | None:
    """Return the header; with HTML in the type's place where the payload showed that it is."""
    told = response.get("content-type")
    if told is None or is_ours or response.media_type in HTML_TYPES:
        return told
    return "text/html;" + told.partition(";")[2]


def _fetched_at(told: str | None) -> str | None:
    """Return WARC-Date as UTC in whole seconds, None where it is no date."""
    try:
        moment = datetime.fromisoformat(told or "")
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    except OverflowError:
        return None


def _place(name: str, offset: int, url: str | None) -> str:
    return f"{name}:{offset} {url}" if url else f"{name}:{offset}"
