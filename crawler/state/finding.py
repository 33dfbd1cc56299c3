"""How URLs come into a run: left over from earlier runs, given by a poll, or settled without either."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

from crawler.items import DiscoveredVia, Link
from crawler.state.account import Tally
from crawler.state.database import transaction
from crawler.state.ledger import (
    Settlement,
    add_row,
    count_waiting,
    load_standing,
    mark_found,
    reopen_failed,
    sites_with_work,
)
from crawler.state.runs import utc_now
from crawler.state.sources import save_poll
from crawler.state.values import Candidate, FoundCounts, Poll


class Finding:
    """Makes ledger rows and counts each URL once a run."""

    def __init__(self, connection: sqlite3.Connection, run_id: str, tally: Tally, max_attempts: int) -> None:
        self._connection = connection
        self._run_id = run_id
        self._tally = tally
        self._max_attempts = max_attempts
        self._all_sites_begun = False

    def begin_site(self, site: str) -> None:
        """Take over what earlier runs left of the site, the first time that it is called for."""
        if self._tally.has(site):
            return
        with transaction(self._connection):
            reopen_failed(self._connection, site, self._max_attempts, self._run_id)
        self._tally.accept(site, count_waiting(self._connection, site))

    def begin_all_sites(self) -> None:
        if not self._all_sites_begun:
            for site in sites_with_work(self._connection):
                self.begin_site(site)
            self._all_sites_begun = True

    def record_poll(self, poll: Poll, candidates: Sequence[Candidate]) -> FoundCounts:
        """Keep the poll and its candidates in one transaction, then count them."""
        for site in {poll.site, *(candidate.site for candidate in candidates)}:
            self.begin_site(site)
        found: Counter[str] = Counter()
        accepted: Counter[str] = Counter()
        with transaction(self._connection):
            for candidate in candidates:
                word = self._find(candidate, poll.polled_at)
                found[word] += 1
                accepted[candidate.site] += word in {"new", "known"}
            save_poll(self._connection, poll, has_new=found["new"] > 0)
        for site, urls in accepted.items():
            self._tally.accept(site, urls)
        return FoundCounts(found["new"], found["known"], found["again"], found["repeated"])

    def accept_settled(self, settlement: Settlement) -> str | None:
        """Return the site to count a settled URL for, None where it is counted already. Makes a missing row.

        The caller holds the transaction, has begun the site, and counts once that is committed.
        """
        key, site = settlement.normalized_url, settlement.site
        standing = load_standing(self._connection, key)
        if standing is None:
            link = Link(settlement.url, DiscoveredVia.GIVEN)
            add_row(self._connection, Candidate(link, key, site), self._run_id, utc_now())
            return site
        if standing.found_run == self._run_id or self._is_left_over(standing.site, standing.state):
            return None
        mark_found(self._connection, key, site, self._run_id)
        return site

    def _find(self, candidate: Candidate, polled_at: str) -> str:
        key, site = candidate.normalized_url, candidate.site
        standing = load_standing(self._connection, key)
        if standing is None:
            add_row(self._connection, candidate, self._run_id, polled_at)
            return "new"
        if standing.found_run == self._run_id:
            return "repeated"
        if self._is_left_over(standing.site, standing.state):
            mark_found(self._connection, key, standing.site, self._run_id)
            return "again" if standing.attempts else "repeated"
        mark_found(self._connection, key, site, self._run_id)
        return "known"

    def _is_left_over(self, site: str, state: str) -> bool:
        """Whether the row was counted when its site began: it waited, and nothing else makes a row wait."""
        return state == "waiting" and self._tally.has(site)
