"""Pages that were no articles at their first fetch are asked for once more: the site may have been passing a bad hour.

A wall against crawlers, a log-in page, maintenance: all come as answers that are as they should be, for one article or
for all that were found in that hour. So does a robots.txt of that hour; a second look at what it forbade costs no
request. The caller holds the transaction.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from crawler.state.ledger import FORBIDDEN
from crawler.state.revisits import Scheduled
from crawler.state.runs import utc_text

AFTER = timedelta(minutes=50)
"""Time after the first look. Chosen: less than an hour, so that the next of hourly runs has it."""
WITHIN = timedelta(days=8)
"""Time after the first look in which the second one is taken. Chosen: weekly runs have it, an old state no flood."""
AFTER_ROBOTS = timedelta(hours=25)
"""The same for what robots.txt forbade: it is asked once a day."""
LEAST_COPIES = 3
"""URLs of a site that gave one text, from which these too are looked at again: a page of maintenance for each of them.
Chosen: two are one article at two addresses."""

# As the index `ledger_second_looks` has it.
_OPEN = (
    "record_id IS NULL AND second_look = 0 AND (state = 'duplicate'"
    " OR cause IN ('consent_page', 'empty_page', 'http_refused', 'not_article', 'off_site', 'robots_disallowed'))"
)
_DUE = (
    f"{_OPEN} AND site = :site AND settled_at BETWEEN :earliest AND :latest AND settled_run IS NOT :run_id"
    f" AND (cause IS NOT '{FORBIDDEN}' OR settled_at <= :latest_forbidden)"
)
_COPIED = (
    f"SELECT original_id FROM ledger WHERE {_DUE} AND state = 'duplicate'"  # noqa: S608
    " GROUP BY original_id HAVING count(*) >= :least_copies"
)
_LOOKED_AT = f"{_DUE} AND (state != 'duplicate' OR original_id IN ({_COPIED}))"
_COUNT_UNCOUNTED = f"SELECT count(*) FROM ledger WHERE {_LOOKED_AT} AND found_run != :run_id"  # noqa: S608
_WAITING = "state = 'waiting', cause = NULL, detail = '', second_look = 1, found_run = :run_id"
_REOPEN = f"UPDATE ledger SET {_WAITING} WHERE {_LOOKED_AT}"  # noqa: S608


def schedule_second_looks(connection: sqlite3.Connection, site: str, now: datetime, run_id: str) -> Scheduled:
    """Let pages wait whose second look is due."""
    named = {
        "site": site,
        "run_id": run_id,
        "earliest": utc_text(now - WITHIN),
        "latest": utc_text(now - AFTER),
        "latest_forbidden": utc_text(now - AFTER_ROBOTS),
        "least_copies": LEAST_COPIES,
    }
    uncounted = int(connection.execute(_COUNT_UNCOUNTED, named).fetchone()[0])
    return Scheduled(connection.execute(_REOPEN, named).rowcount, uncounted)
