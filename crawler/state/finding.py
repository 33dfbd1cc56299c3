"""How URLs come into a run: left over from earlier runs, given by a poll, due for a re-visit, or settled without."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from crawler.items import DiscoveredVia, Link
from crawler.state.account import Tally
from crawler.state.database import transaction
from crawler.state.ledger import Standing, add_row, load_standing, mark_found, reopen_failed
from crawler.state.revisits import RevisionRule, reopen_modified, schedule_ages
from crawler.state.runs import utc_now
from crawler.state.scheduling import Entries
from crawler.state.second_looks import schedule_second_looks
from crawler.state.settlements import Settlement
from crawler.state.sources import save_poll
from crawler.state.values import Candidate, FoundCounts, Poll
from crawler.state.waiting import count_waiting, sites_with_work


class Finding:
    """Makes ledger rows and counts each URL once a run."""

    def __init__(self, connection: sqlite3.Connection, tally: Tally, rule: RevisionRule) -> None:
        self._connection = connection
        self._run_id = rule.run_id
        self._tally = tally
        self._rule = rule
        self._all_sites_begun = False

    def begin_site(self, site: str) -> None:
        """Take over what earlier runs left of the site, the first time that it is called for."""
        if self._tally.has(site):
            return
        with transaction(self._connection):
            reopen_failed(self._connection, site, self._rule.max_attempts, self._run_id)
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
        keys, fresh = set(), set()
        with transaction(self._connection):
            for candidate in candidates:
                standing = load_standing(self._connection, candidate.normalized_url)
                word = self._find(candidate, standing, poll.polled_at)
                found[word] += 1
                accepted[candidate.site] += word in {"new", "known"}
                keys.add(candidate.normalized_url)
                if standing is None or standing.first_run == self._run_id:
                    fresh.add(candidate.normalized_url)
                elif poll.trusts_modified and self._rule.applies(standing, candidate.link):
                    reopen_modified(self._connection, candidate.normalized_url, candidate.link.modified, self._run_id)
                    found["revised"] += 1
            has_gap = save_poll(self._connection, poll, Entries(len(keys), len(fresh)))
        for site, urls in accepted.items():
            self._tally.accept(site, urls)
        return FoundCounts(
            found["new"], found["known"], found["again"], found["repeated"], found["revised"], possible_gap=has_gap
        )

    def schedule_revisits(self, site: str, ages: Sequence[int], now: datetime) -> int:
        """Let articles wait again whose age is due, and pages for their second look; count them, return how many."""
        self.begin_site(site)
        with transaction(self._connection):
            scheduled = schedule_ages(self._connection, site, ages, now, self._run_id)
            looks = schedule_second_looks(self._connection, site, now, self._run_id)
        self._tally.accept(site, scheduled.uncounted + looks.uncounted)
        return scheduled.rows + looks.rows

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
        if standing.found_run == self._run_id or self._is_left_over(standing):
            return None
        mark_found(self._connection, key, site, self._run_id)
        return site

    def _find(self, candidate: Candidate, standing: Standing | None, polled_at: str) -> str:
        key, site = candidate.normalized_url, candidate.site
        if standing is None:
            add_row(self._connection, candidate, self._run_id, polled_at)
            return "new"
        if standing.found_run == self._run_id:
            return "repeated"
        if self._is_left_over(standing):
            mark_found(self._connection, key, standing.site, self._run_id)
            return "again" if standing.attempts else "repeated"
        mark_found(self._connection, key, site, self._run_id)
        return "known"

    def _is_left_over(self, standing: Standing) -> bool:
        """Whether the row was counted when its site began: it waited then. What waits since is marked as found."""
        return standing.state == "waiting" and self._tally.has(standing.site)
