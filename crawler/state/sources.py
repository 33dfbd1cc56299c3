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
    source, has_gap = polled(load_source(connection, poll.url), poll, entries)
    values = [getattr(source, spec.name) for spec in fields(SourceState)]
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT OR REPLACE INTO sources ({_COLUMNS}) VALUES ({marks})", values)  # noqa: S608
    return has_gap


def polled(known: SourceState | None, poll: Poll, entries: Entries) -> tuple[SourceState, bool]:
    """Return the source after a poll, and whether entries may have been missed before it."""
    plan = schedule(poll, known, entries)
    before = known or SourceState(
        poll.url, poll.site, str(poll.kind), None, None, None, None, None, 0, 0, poll.polled_at, None,
        start_seconds(poll.kind),
    )  # fmt: skip
    asked = replace(
        before, http_status=poll.http_status, cause=poll.cause, polls=before.polls + 1, polled_at=poll.polled_at,
        interval_seconds=plan.interval_seconds, due_at=plan.due_at, found=poll.found,
    )  # fmt: skip
    if poll.cause is not None:
        return replace(asked, failures=before.failures + 1), False
    validators = (poll.etag, poll.last_modified, poll.body_hash)
    if poll.http_status == _NOT_MODIFIED and known is not None:
        kept = (known.etag, known.last_modified, known.body_hash)
        validators = (validators[0] or kept[0], validators[1] or kept[1], validators[2] or kept[2])
    trust = _trust(poll, known, has_news=entries.fresh > 0)
    answered = replace(
        asked, site=poll.site, kind=str(poll.kind), etag=validators[0], last_modified=validators[1],
        body_hash=validators[2], failures=0, last_new_at=poll.polled_at if entries.fresh else before.last_new_at,
        not_modified=trust.not_modified, surprises=trust.surprises, validators_broken=trust.validators_broken,
        rules_hash=poll.rules_hash,
    )  # fmt: skip
    return answered, plan.possible_gap


def _trust(poll: Poll, known: SourceState | None, *, has_news: bool) -> _Trust:
    """Return what the answer says of the validators.

    News under the validators that we know is a proof. News in the whole answer after five 304s may be chance,
    as any sixth poll may be the first after the news: it takes two in a row, without a 200 to a conditional
    request between them.
    """
    if known is None or not was_read(known) or known.rules_hash != poll.rules_hash:
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
    return replace(source, validators_broken=bool(source.validators_broken), found=bool(source.found))
