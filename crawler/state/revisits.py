"""Articles that we have wait to be fetched again: at certain ages, or when a source says that they were modified.

The caller holds the transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.items import Link
from crawler.state.ledger import PASSING_CAUSES, Standing, seconds_of
from crawler.state.runs import utc_text

# As the index `ledger_articles` has it. Of skipped rows only those are among them whose cause may pass: gone is gone,
# and what is forbidden once is not asked for again.
_ARTICLES = (
    "record_id IS NOT NULL AND (state IN ('new', 'changed', 'unchanged', 'duplicate', 'failed')"
    " OR cause IN ('consent_page', 'empty_page', 'http_refused', 'not_article', 'off_site'))"
)
ARTICLE_STATES = frozenset({"new", "changed", "unchanged", "duplicate", "failed"})

_DUE = f"""
{_ARTICLES} AND site = :site AND revisits < :visits AND first_seen <= :seen_by AND settled_run IS NOT :run_id
"""
_COUNT_UNCOUNTED = f"SELECT count(*) FROM ledger WHERE {_DUE} AND found_run != :run_id"  # noqa: S608
_REOPEN = "UPDATE ledger SET state = 'waiting', cause = NULL, detail = '', revisit = 1, found_run = :run_id"
_REOPEN_DUE = f"{_REOPEN}, revisits = :visits WHERE {_DUE}"
_REOPEN_MODIFIED = f"{_REOPEN}, modified = :modified WHERE normalized_url = :normalized_url"


def is_article(record_id: str | None, state: str, cause: str | None) -> bool:
    """Whether an age or a source may have the URL fetched again: we have an article of it."""
    return record_id is not None and (state in ARTICLE_STATES or cause in PASSING_CAUSES)


@dataclass(frozen=True, slots=True)
class Scheduled:
    rows: int
    """Rows that wait now."""
    uncounted: int
    """Those of them that the run's account does not have yet."""


def schedule_ages(
    connection: sqlite3.Connection, site: str, ages: Sequence[int], now: datetime, run_id: str
) -> Scheduled:
    """Let articles wait whose next age, in seconds since they were first seen, has passed; once for all passed."""
    rows = uncounted = 0
    for visits, age in reversed(list(enumerate(sorted(ages), 1))):
        seen_by = utc_text(now - timedelta(seconds=age))
        named = {"site": site, "visits": visits, "seen_by": seen_by, "run_id": run_id}
        uncounted += int(connection.execute(_COUNT_UNCOUNTED, named).fetchone()[0])
        rows += connection.execute(_REOPEN_DUE, named).rowcount
    return Scheduled(rows, uncounted)


@dataclass(frozen=True, slots=True)
class RevisionRule:
    """Which `modified` of a source brings an article back."""

    run_id: str
    margin_s: int
    max_attempts: int

    def applies(self, standing: Standing, link: Link) -> bool:
        """Tell whether the link says that our article was modified after its last fetch.

        One date brings it back once, or after failures again: a date in the future would do so for ever.
        """
        said = seconds_of(link.modified)
        is_ours = is_article(standing.record_id, standing.state, standing.cause)
        if said is None or not is_ours or standing.settled_run == self.run_id:
            return False
        fetched = seconds_of(standing.fetched_at)
        is_later = fetched is None or said > fetched + self.margin_s
        may_retry = standing.state == "failed" and standing.attempts < self.max_attempts
        return is_later and (link.modified != standing.modified or may_retry)


def reopen_modified(connection: sqlite3.Connection, key: str, modified: str | None, run_id: str) -> None:
    connection.execute(_REOPEN_MODIFIED, {"normalized_url": key, "modified": modified, "run_id": run_id})
