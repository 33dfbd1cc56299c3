"""The account of a run: URLs are counted as they come in, states are counted in the ledger.

The two counts are made apart, so that their being equal says something.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator

from crawler.errors import RunStopped
from crawler.state.values import STATES, SiteAccount

_WAITING = """
SELECT site, CASE WHEN settled_run = :run_id THEN cause END, count(*) FROM ledger WHERE state = 'waiting'
GROUP BY 1, 2
"""
_OTHERS = """
SELECT site, CASE WHEN settled_run = :run_id THEN state ELSE 'known' END AS ending,
    CASE WHEN settled_run = :run_id THEN cause END, count(*)
FROM ledger WHERE found_run = :run_id AND state != 'waiting' GROUP BY 1, 2, 3
"""


class Tally:
    """Counts what comes in, by site. A site is in the account once something of it was counted in the run.

    *found* counts every URL once a run:

    - each row of the site that waited when the run first came to it: left over from an earlier run, or failed
      in one and tried again;
    - each candidate of a poll that was not counted yet in this run, be it new or known;
    - each article whose age for a re-visit came in this run, if it was not counted yet;
    - each URL settled in this run that no poll gave and that did not wait: fetched again on purpose;
    - each refused link, as often as the caller counts it.
    """

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._accepted: Counter[str] = Counter()
        self._refusals: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._waiting_causes: dict[str, str] = {}

    def has(self, site: str) -> bool:
        return site in self._accepted

    def accept(self, site: str, urls: int) -> None:
        self._accepted[site] += urls

    def refuse(self, site: str, reason: str, links: int) -> None:
        self._refusals[site][reason] += links

    def explain_waiting(self, site: str, cause: str) -> None:
        self._waiting_causes[site] = cause

    def accounts(self, connection: sqlite3.Connection) -> dict[str, SiteAccount]:
        """Return the account of every site that has one, by name."""
        states: defaultdict[str, Counter[str]] = defaultdict(Counter)
        causes: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for site, state, cause, rows in self._rows(connection):
            states[site][state] += rows
            if cause is not None:
                causes[site][cause] += rows
        return {
            site: SiteAccount(
                found=self._accepted[site] + self._refusals[site].total(),
                refused=self._refusals[site].total(),
                accepted=self._accepted[site],
                states={state: states[site][state] for state in STATES},
                causes=dict(sorted(causes[site].items())),
                refusals=dict(sorted(self._refusals[site].items())),
            )
            for site in sorted(self._accepted)
        }

    def _rows(self, connection: sqlite3.Connection) -> Iterator[tuple[str, str, str | None, int]]:
        for site, cause, rows in connection.execute(_WAITING, {"run_id": self._run_id}):
            yield site, "waiting", cause or self._waiting_causes.get(site, RunStopped.cause), rows
        yield from connection.execute(_OTHERS, {"run_id": self._run_id})
