"""The rows of found URLs: how they are made and found again. The caller holds the transaction."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from crawler.errors import CAUSES, AddressRefused, RobotsDisallowed
from crawler.items import Link
from crawler.state.values import Candidate

RETRIED_CAUSES = tuple(cause for cause, error in CAUSES.items() if error.retried and error.state != "waiting")
REFUSED = AddressRefused.cause
"""The one cause that is skipped and tried again all the same: it says something of the run, not of the page."""
FORBIDDEN = RobotsDisallowed.cause
PASSING_CAUSES = frozenset(cause for cause, error in CAUSES.items() if error.may_pass)

_ADD = """
INSERT INTO ledger (normalized_url, url, site, state, discovered_via, source_url, title, published, modified,
    newest_at, first_seen, found_run, first_run)
VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# A failed re-visit waits for the article's next age instead.
_REOPEN = """
UPDATE ledger SET state = 'waiting', cause = NULL, detail = ''
WHERE {which} AND site = ? AND attempts < ? AND settled_run IS NOT ? AND record_id IS NULL
"""
_FAILED = "state = 'failed' AND cause IN ({})".format(", ".join(f"'{cause}'" for cause in RETRIED_CAUSES))
_REFUSED = f"cause = '{REFUSED}' AND state = 'skipped'"


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a row decides how it is counted, and whether it is fetched again."""

    site: str
    state: str
    cause: str | None
    found_run: str
    first_run: str | None
    settled_run: str | None
    attempts: int
    record_id: str | None
    modified: str | None
    fetched_at: str | None


_STANDING = f"SELECT {', '.join(s.name for s in fields(Standing))} FROM ledger WHERE normalized_url = ?"  # noqa: S608


def load_standing(connection: sqlite3.Connection, normalized_url: str) -> Standing | None:
    row = connection.execute(_STANDING, (normalized_url,)).fetchone()
    return None if row is None else Standing(*row)


def add_row(connection: sqlite3.Connection, candidate: Candidate, run_id: str, first_seen: str) -> None:
    link = candidate.link
    connection.execute(
        _ADD,
        (
            candidate.normalized_url,
            link.url,
            candidate.site,
            str(link.discovered_via),
            link.source_url,
            link.title,
            link.published,
            link.modified,
            newest_at(link, first_seen),
            first_seen,
            run_id,
            run_id,
        ),
    )


def mark_found(connection: sqlite3.Connection, normalized_url: str, site: str, run_id: str) -> None:
    """Count the row as found in this run, for the site that found it."""
    connection.execute(
        "UPDATE ledger SET found_run = ?, site = ? WHERE normalized_url = ?", (run_id, site, normalized_url)
    )


def reopen_failed(connection: sqlite3.Connection, site: str, max_attempts: int, run_id: str) -> None:
    """Let failed rows of earlier runs wait again, where the cause may pass and attempts are left."""
    for which in (_FAILED, _REFUSED):  # each has an index
        connection.execute(_REOPEN.format(which=which), (site, max_attempts, run_id))


def newest_at(link: Link, first_seen: str) -> int:
    """Return seconds since 1970 to order by: published, else modified, else first seen.

    A date in the future counts as first seen: otherwise one wrong clock would stay ahead of all news.
    """
    seen = seconds_of(first_seen)
    assert seen is not None
    said = seconds_of(link.published) or seconds_of(link.modified) or seen
    return min(said, seen)


def seconds_of(text: str | None) -> int | None:
    """Return seconds since 1970 of an ISO 8601 date, UTC where it has no offset; None for anything else."""
    try:
        moment = datetime.fromisoformat(text or "")
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
