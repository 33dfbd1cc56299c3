"""What the state knows of the URLs of runs: read without the lock, in one moment."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crawler.report.url_lists import ALL_SITES, ListedUrl, UrlBook
from crawler.state.database import STATE_NAME, open_read_only, state_errors
from crawler.state.values import DEFAULT_STORE_OPTIONS

_SETTLED = """
SELECT settled_run, site, state, cause, detail, url, title, page_id FROM ledger
WHERE settled_run IN ({runs}) AND state IN ('unchanged', 'duplicate', 'skipped', 'failed')
"""
_KNOWN = """
SELECT site, url, title FROM ledger WHERE found_run = ? AND settled_run IS NOT found_run AND state != 'waiting'
"""
_WAITING = "SELECT site, cause, detail, url, title FROM ledger WHERE state = 'waiting' ORDER BY newest_at DESC"
_STATUS = re.compile(r"\bHTTP (\d{3})\b")


@dataclass(slots=True)
class RunUrls:
    """What is gathered of one run."""

    book: UrlBook
    ids: set[str] = field(default_factory=set)
    """Of records that the run wrote, and of pages that it did not write because a record has their text."""


@contextmanager
def reading_state(folder: Path) -> Iterator[sqlite3.Connection | None]:
    """Give a connection that changes nothing; None where the folder has no state."""
    path = folder / STATE_NAME
    if not path.exists():
        yield None
        return
    with state_errors(path), closing(open_read_only(path, DEFAULT_STORE_OPTIONS.busy_timeout_s)) as connection:
        connection.execute("BEGIN")
        yield connection


def gather_settled(connection: sqlite3.Connection, runs: Mapping[str, RunUrls]) -> None:
    """Note the URLs that ended in these runs without a record: one walk over the ledger."""
    query = _SETTLED.format(runs=", ".join("?" * len(runs)))
    for run_id, site, state, cause, detail, url, title, page_id in connection.execute(query, tuple(runs)):
        urls = runs[run_id]
        listed = ListedUrl(url, detail or title or "")
        urls.book.add("state", site, state, listed)
        if cause is not None:
            urls.book.add("cause", site, cause, listed)
        status = _STATUS.search(detail)
        if status is not None:
            urls.book.see(("status", ALL_SITES, status[1]), listed)
        if state == "duplicate" and page_id is not None:
            urls.ids.add(page_id)


def gather_known(connection: sqlite3.Connection, run_id: str, urls: RunUrls) -> None:
    """Note the URLs that a run found again and did not fetch."""
    for site, url, title in connection.execute(_KNOWN, (run_id,)):
        urls.book.add("state", site, "known", ListedUrl(url, title or ""))


def gather_waiting(connection: sqlite3.Connection, urls: RunUrls) -> None:
    """Note the URLs that wait now: those that the latest run left."""
    for site, cause, detail, url, title in connection.execute(_WAITING):
        listed = ListedUrl(url, detail or title or "")
        urls.book.add("state", site, "waiting", listed)
        if cause is not None:
            urls.book.add("cause", site, cause, listed)


def site_of(connection: sqlite3.Connection, normalized_url: str) -> str | None:
    row = connection.execute("SELECT site FROM ledger WHERE normalized_url = ?", (normalized_url,)).fetchone()
    return None if row is None else str(row[0])
