"""The rows of sources: what they last answered."""

from __future__ import annotations

import sqlite3
from dataclasses import fields

from crawler.items import DiscoveredVia
from crawler.state.values import Poll, SourceState

_COLUMNS = ", ".join(spec.name for spec in fields(SourceState))
_NOT_MODIFIED = 304

_ADD = """
INSERT OR IGNORE INTO sources (url, site, kind, failures, polls, polled_at) VALUES (?, ?, ?, 0, 0, ?)
"""
_FAILED = """
UPDATE sources SET http_status = ?, cause = ?, failures = failures + 1, polls = polls + 1, polled_at = ?
WHERE url = ?
"""
_ANSWERED = """
UPDATE sources SET site = ?, kind = ?, etag = ?, last_modified = ?, body_hash = ?, http_status = ?,
    cause = NULL, failures = 0, polls = polls + 1, polled_at = ?, last_new_at = coalesce(?, last_new_at)
WHERE url = ?
"""


def load_source(connection: sqlite3.Connection, url: str) -> SourceState | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM sources WHERE url = ?", (url,)).fetchone()  # noqa: S608
    return None if row is None else SourceState(*row)


def save_poll(connection: sqlite3.Connection, poll: Poll, *, has_new: bool) -> None:
    """Keep the outcome of a poll.

    A failed poll leaves the validators as they are, so that the next one can still be conditional. A 304
    renews only those that it repeats (RFC 9110, 15.4.5).
    """
    if poll.kind == DiscoveredVia.GIVEN:
        return
    connection.execute(_ADD, (poll.url, poll.site, str(poll.kind), poll.polled_at))
    if poll.cause is not None:
        connection.execute(_FAILED, (poll.http_status, poll.cause, poll.polled_at, poll.url))
        return
    validators = [poll.etag, poll.last_modified, poll.body_hash]
    known = load_source(connection, poll.url)
    if poll.http_status == _NOT_MODIFIED and known is not None:
        kept = [known.etag, known.last_modified, known.body_hash]
        validators = [new or old for new, old in zip(validators, kept, strict=True)]
    last_new_at = poll.polled_at if has_new else None
    connection.execute(
        _ANSWERED,
        (poll.site, str(poll.kind), *validators, poll.http_status, poll.polled_at, last_new_at, poll.url),
    )
