"""The rows of sources: what they last answered, and when they are asked again."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields, replace
from typing import Any

from crawler.items import DiscoveredVia
from crawler.state.scheduling import Entries, is_same, schedule, start_seconds, was_read
from crawler.state.values import Poll, SourceState

_COLUMNS = ", ".join(spec.name for spec in fields(SourceState))
_NOT_MODIFIED = 304
_SURPRISES = 2
"""Whole answers in a row with news, each after five 304s, that show validators to be broken. Where half of the polls
have news, to which the interval tends, chance does that once in 2^12 pairs of whole polls (computed)."""

_ADD = """
INSERT OR IGNORE INTO sources (url, site, kind, failures, polls, polled_at, interval_seconds)
VALUES (?, ?, ?, 0, 0, ?, ?)
"""
_FAILED = """
UPDATE sources SET http_status = ?, cause = ?, failures = failures + 1, polls = polls + 1, polled_at = ?,
    interval_seconds = ?, due_at = ?
WHERE url = ?
"""
_ANSWERED = """
UPDATE sources SET site = ?, kind = ?, etag = ?, last_modified = ?, body_hash = ?, http_status = ?,
    cause = NULL, failures = 0, polls = polls + 1, polled_at = ?, last_new_at = coalesce(?, last_new_at),
    interval_seconds = ?, due_at = ?, not_modified = ?, surprises = ?, validators_broken = ?
WHERE url = ?
"""


@dataclass(frozen=True, slots=True)
class _Trust:
    """How far the source's 304 is believed."""

    not_modified: int
    surprises: int
    validators_broken: bool


def load_source(connection: sqlite3.Connection, url: str) -> SourceState | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM sources WHERE url = ?", (url,)).fetchone()  # noqa: S608
    return None if row is None else _source(row)


def load_sources(connection: sqlite3.Connection, site: str | None) -> list[SourceState]:
    """Return the sources of the site or of all, by site and URL."""
    query = f"SELECT {_COLUMNS} FROM sources WHERE ? IN (site, '') ORDER BY site, url"  # noqa: S608
    return [_source(row) for row in connection.execute(query, (site or "",))]


def save_poll(connection: sqlite3.Connection, poll: Poll, entries: Entries) -> bool:
    """Keep the outcome of a poll; return whether entries may have been missed before it.

    A failed poll leaves the validators as they are, so that the next one can still be conditional. A 304
    renews only those that it repeats (RFC 9110, 15.4.5).
    """
    if poll.kind == DiscoveredVia.GIVEN:
        return False
    known = load_source(connection, poll.url)
    plan = schedule(poll, known, entries)
    first = (poll.url, poll.site, str(poll.kind), poll.polled_at, start_seconds(poll.kind))
    connection.execute(_ADD, first)
    times = (plan.interval_seconds, plan.due_at)
    if poll.cause is not None:
        connection.execute(_FAILED, (poll.http_status, poll.cause, poll.polled_at, *times, poll.url))
        return False
    validators = [poll.etag, poll.last_modified, poll.body_hash]
    if poll.http_status == _NOT_MODIFIED and known is not None:
        kept = [known.etag, known.last_modified, known.body_hash]
        validators = [new or old for new, old in zip(validators, kept, strict=True)]
    trust = _trust(poll, known, has_news=entries.fresh > 0)
    named = (poll.site, str(poll.kind), *validators, poll.http_status, poll.polled_at)
    last_new_at = poll.polled_at if entries.fresh else None
    judged = (trust.not_modified, trust.surprises, trust.validators_broken)
    connection.execute(_ANSWERED, (*named, last_new_at, *times, *judged, poll.url))
    return plan.possible_gap


def _trust(poll: Poll, known: SourceState | None, *, has_news: bool) -> _Trust:
    """Return what the answer says of the validators.

    News under the validators that we know is a proof. News in the whole answer after five 304s may be chance,
    as any sixth poll may be the first after the news: it takes two in a row, without a 200 to a conditional
    request between them.
    """
    if known is None or not was_read(known):
        return _Trust(0, 0, validators_broken=False)
    if poll.http_status == _NOT_MODIFIED:
        return _Trust(known.not_modified + 1, known.surprises, known.validators_broken)
    news = has_news and not is_same(poll, known)
    surprises = known.surprises + 1 if news and known.ask_whole else 0
    broken = known.validators_broken or (news and _has_same_validator(poll, known)) or surprises >= _SURPRISES
    return _Trust(0, surprises, validators_broken=broken)


def _has_same_validator(poll: Poll, known: SourceState) -> bool:
    if poll.etag or known.etag:
        return poll.etag == known.etag
    return poll.last_modified is not None and poll.last_modified == known.last_modified


def _source(row: tuple[Any, ...]) -> SourceState:
    source = SourceState(*row)
    return replace(source, validators_broken=bool(source.validators_broken))
