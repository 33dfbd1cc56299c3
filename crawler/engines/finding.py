"""How URLs come into a run on shared state; the counterpart of `crawler/state/finding.py`, to the same contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from crawler.engines.account import SharedTally
from crawler.engines.leases import Leases
from crawler.engines.ledger import RedisLedger
from crawler.engines.rows import Row, found_row, settled_row, waiting_again
from crawler.engines.sources import RedisSources
from crawler.errors import WorkerDied
from crawler.items import DiscoveredVia, Link
from crawler.state.ledger import FORBIDDEN
from crawler.state.revisits import RevisionRule
from crawler.state.runs import utc_now
from crawler.state.scheduling import Entries
from crawler.state.second_looks import AFTER, AFTER_ROBOTS, LEAST_COPIES, WITHIN
from crawler.state.settlements import Settlement
from crawler.state.values import Candidate, FoundCounts, Poll

RETRIED_AT_A_TIME = 10_000


@dataclass(slots=True)
class _Counted:
    """What one poll's candidates turn out to be."""

    words: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    fresh: set[str] = field(default_factory=set)


class SharedFinding:
    """Makes ledger rows and counts each URL once a run. The caller holds the sites' leases."""

    def __init__(
        self, ledger: RedisLedger, sources: RedisSources, leases: Leases, tally: SharedTally, rule: RevisionRule
    ) -> None:
        self._ledger = ledger
        self._sources = sources
        self._leases = leases
        self._tally = tally
        self._rule = rule

    def begin_site(self, site: str, deaths: int) -> None:
        """Take over what earlier runs and other workers left of the site.

        URLs with which so many workers died go to the dead letters.
        """
        group = self._leases.group_of(site)
        self._ledger.open_again(site)
        retried = self._ledger.members("retried", site, "-inf", self._rule.max_attempts - 1, RETRIED_AT_A_TIME)
        buried = self._ledger.members("waiting", site, "-inf", -deaths)
        rows = self._ledger.rows(group, [*retried, *buried])
        with self._ledger.together([group]):
            for key in retried:
                if rows[key].may_be_retried(self._rule.max_attempts):
                    self._ledger.put(group, key, rows[key], waiting_again(rows[key]), is_found=False)
            for key in buried:
                dead = Settlement(
                    key, rows[key].url, site, "failed", WorkerDied.cause, f"{deaths} workers died with it"
                )
                self._ledger.put(group, key, rows[key], settled_row(rows[key], dead, self._rule.run_id), is_found=False)
            self._ledger.bury(group, site, buried, deaths)
        self._tally.accept(site, self._ledger.count_waiting(site))

    def record_poll(self, poll: Poll, candidates: Sequence[Candidate]) -> FoundCounts:
        """Keep the poll and its candidates as one, then count them."""
        groups = {self._leases.group_of(site) for site in {poll.site, *(c.site for c in candidates)}}
        counted = _Counted()
        keys = [candidate.normalized_url for candidate in candidates]
        known = {(group, key): row for group in groups for key, row in self._ledger.rows(group, keys).items()}
        without = {
            c.normalized_url for c in candidates if (self._leases.group_of(c.site), c.normalized_url) not in known
        }
        long_known = self._ledger.known(sorted(without))
        with self._ledger.together(groups):
            for candidate in candidates:
                self._count(candidate, poll, counted, long_known=candidate.normalized_url in long_known)
            has_gap = self._sources.save_poll(poll, Entries(len(set(keys)), len(counted.fresh)))
            self._ledger.after(lambda: self._accept(counted.accepted))
        words = counted.words
        return FoundCounts(
            words["new"], words["known"], words["again"], words["repeated"], words["revised"], possible_gap=has_gap
        )

    def _accept(self, urls_of_site: Counter[str]) -> None:
        for site, urls in urls_of_site.items():
            self._tally.accept(site, urls)

    def _count(self, candidate: Candidate, poll: Poll, counted: _Counted, *, long_known: bool) -> None:
        key, site = candidate.normalized_url, candidate.site
        group = self._leases.group_of(site)
        row = self._ledger.rows(group, [key]).get(key)
        word = self._find(candidate, row, poll.polled_at, long_known=long_known)
        counted.words[word] += 1
        counted.accepted[site] += word in {"new", "known"}
        if row is None:
            if not long_known:
                counted.fresh.add(key)
            return
        standing = row.standing(is_found=True, run_id=self._rule.run_id)
        if row.first_run == self._rule.run_id:
            counted.fresh.add(key)
        elif poll.trusts_modified and self._rule.applies(standing, candidate.link):
            now = self._ledger.rows(group, [key])[key]
            self._ledger.put(group, key, now, waiting_again(now, revisit=True, modified=candidate.link.modified))
            counted.words["revised"] += 1

    def _find(self, candidate: Candidate, row: Row | None, polled_at: str, *, long_known: bool) -> str:
        key, site = candidate.normalized_url, candidate.site
        group = self._leases.group_of(site)
        is_found = self._ledger.is_found(group, key)
        if row is None and not long_known:
            self._ledger.put(group, key, None, found_row(candidate, self._rule.run_id, polled_at))
            return "new"
        if is_found:
            return "repeated"
        if row is not None and self._is_left_over(row):
            self._ledger.mark_found(group, key, row, row.site)
            return "again" if row.attempts else "repeated"
        self._ledger.mark_found(group, key, row, site)
        return "known"

    def _is_left_over(self, row: Row) -> bool:
        """Whether the row was counted when its site began: it waited then."""
        return row.state == "waiting" and self._tally.has(row.site)

    def schedule_revisits(self, site: str, ages: Sequence[int], now: datetime) -> int:
        """Let articles wait again whose age is due, and pages for their second look; count them, return how many."""
        group = self._leases.group_of(site)
        again = {**self._second_looks(group, site, now), **self._due_articles(group, site, ages, now)}
        rows = self._ledger.rows(group, list(again))
        with self._ledger.together([group]):
            uncounted = sum(not self._ledger.is_found(group, key) for key in again)
            for key, row in again.items():
                self._ledger.put(group, key, rows[key], row)
            self._ledger.after(lambda: self._tally.accept(site, uncounted))
        return len(again)

    def _due_articles(self, group: str, site: str, ages: Sequence[int], now: datetime) -> dict[str, Row]:
        """Return the rows that articles whose age is due become."""
        due: dict[str, int] = {}
        for visits, age in reversed(list(enumerate(sorted(ages), 1))):
            seen_by = (now - timedelta(seconds=age)).timestamp()
            for visited in range(visits):
                for key in self._ledger.members(f"articles:{site}", str(visited), "-inf", seen_by):
                    due.setdefault(key, visits)
        rows = self._ledger.rows(group, list(due))
        return {
            key: waiting_again(row, revisit=True, revisits=due[key])
            for key, row in rows.items()
            if row.is_article and self._is_of_earlier_run(row, site)
        }

    def _second_looks(self, group: str, site: str, now: datetime) -> dict[str, Row]:
        """Return the rows that pages whose second look is due become."""
        earliest, latest = (now - WITHIN).timestamp(), (now - AFTER).timestamp()
        rows = self._ledger.rows(group, self._ledger.members("looks", site, earliest, latest))
        latest_forbidden = (now - AFTER_ROBOTS).timestamp()
        open_rows = {
            key: row
            for key, row in rows.items()
            if row.may_have_second_look
            and self._is_of_earlier_run(row, site)
            and (row.cause != FORBIDDEN or row.settled_at <= latest_forbidden)
        }
        copies = Counter(row.original_id for row in open_rows.values() if row.state == "duplicate")
        return {
            key: waiting_again(row, second_look=True)
            for key, row in open_rows.items()
            if row.state != "duplicate" or copies[row.original_id] >= LEAST_COPIES
        }

    def _is_of_earlier_run(self, row: Row, site: str) -> bool:
        return row.site == site and row.settled_run != self._rule.run_id

    def settle(self, settlements: Collection[Settlement]) -> None:
        """Write into the rows how their URLs ended, and count those that no poll gave. Within `together`."""
        accepted: Counter[str] = Counter()
        for settlement in settlements:
            key = settlement.normalized_url
            group = self._leases.group_of(settlement.site)
            row = self._ledger.rows(group, [key]).get(key)
            accepted[settlement.site] += self._is_uncounted(group, key, row)
            if row is None:
                link = Link(settlement.url, DiscoveredVia.GIVEN)
                row = found_row(Candidate(link, key, settlement.site), self._rule.run_id, utc_now())
                self._ledger.put(group, key, None, row)
            elif not self._ledger.is_found(group, key) and not self._is_left_over(row):
                row = replace(row, site=settlement.site)
                self._ledger.mark_found(group, key, self._ledger.rows(group, [key])[key], settlement.site)
            self._ledger.put(group, key, row, settled_row(row, settlement, self._rule.run_id))
            self._ledger.forget_flight(group, key)
        self._ledger.after(lambda: self._accept(accepted))

    def _is_uncounted(self, group: str, key: str, row: Row | None) -> bool:
        if row is None:
            return True
        return not self._ledger.is_found(group, key) and not self._is_left_over(row)
