"""The ledger row and seen entries of a record that stands in the output."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from crawler.errors import PageError
from crawler.items import DiscoveredVia, Link, Record
from crawler.state.ledger import newest_at, seconds_of
from crawler.state.runs import utc_text
from crawler.urls import normalized_url

_YOUNG = timedelta(days=30)
"""Articles older than that are not re-visited by age any more: how often they were is not known. Chosen."""
_ENOUGH_VISITS = 1000

_ADD = """
INSERT INTO ledger (normalized_url, url, site, state, discovered_via, source_url, title, published, newest_at,
    first_seen, first_run, found_run, settled_run, settled_at, fetched_at, record_id, text_hash, version, etag,
    last_modified, revisits, page_id, page_published)
VALUES (:key, :url, :site, :state, :discovered_via, :source_url, :title, :published, :newest_at,
    :fetched_at, :run_id, :run_id, :run_id, :fetched_at, :fetched_at, :record_id, :text_hash, :version, :etag,
    :last_modified, :revisits, :record_id, :page_published)
ON CONFLICT (normalized_url) DO UPDATE SET state = excluded.state, title = excluded.title,
    found_run = excluded.found_run, settled_run = excluded.settled_run, settled_at = excluded.settled_at,
    fetched_at = excluded.fetched_at, record_id = excluded.record_id, text_hash = excluded.text_hash,
    page_id = excluded.page_id, page_published = excluded.page_published, version = excluded.version,
    etag = excluded.etag, last_modified = excluded.last_modified
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was read."""

    site: str
    run_id: str
    finished_at: str
    """Of its file: stands in for a record without `fetched_at`."""
    now: datetime


def add_article(connection: sqlite3.Connection, record: Record, origin: Origin) -> None:
    """Make or bring up to date the rows of a record; later versions are to come later."""
    connection.execute("INSERT OR IGNORE INTO seen_records (record_id) VALUES (?)", (record.id,))
    if record.text_hash:
        query = "INSERT OR IGNORE INTO seen_texts (text_hash, record_id) VALUES (?, ?)"
        connection.execute(query, (record.text_hash, record.id))
    key = ledger_key(record)
    if key is not None:
        connection.execute(_ADD, _row(record, key, origin))


def ledger_key(record: Record) -> str | None:
    """Return the normalized URL under which the record was asked for; after a redirect its own differs."""
    if record.requested_url is None or record.requested_url == record.url:
        return record.normalized_url
    # The requested URL was rid of tracking parameters: what it still has was significant on its site.
    pairs = parse_qsl(urlsplit(record.requested_url).query, keep_blank_values=True)
    try:
        return normalized_url(record.requested_url, frozenset(name.removeprefix("amp;") for name, _ in pairs))
    except PageError:
        return record.normalized_url


def _row(record: Record, key: str, origin: Origin) -> dict[str, str | int | None]:
    seconds = seconds_of(record.fetched_at) or seconds_of(origin.finished_at)
    assert seconds is not None
    fetched = datetime.fromtimestamp(seconds, UTC)
    at = utc_text(fetched)
    via = record.discovered_via
    kind = DiscoveredVia(via) if via in set(DiscoveredVia) else DiscoveredVia.GIVEN
    url = record.requested_url or record.url or key
    link = Link(url, kind, record.source_url, record.title, record.date_published, record.date_modified)
    return {
        "key": key,
        "url": url,
        "site": origin.site,
        "state": "changed" if record.version > 1 else "new",
        "discovered_via": str(kind),
        "source_url": record.source_url,
        "title": record.title,
        "published": record.date_published,
        "newest_at": newest_at(link, at),
        "fetched_at": at,
        "run_id": record.run_id or origin.run_id,
        "record_id": record.id,
        "page_published": record.date_published,
        "text_hash": record.text_hash,
        "version": record.version,
        "etag": record.etag,
        "last_modified": record.last_modified,
        "revisits": 0 if origin.now - fetched < _YOUNG else _ENOUGH_VISITS,
    }
