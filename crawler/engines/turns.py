"""The sites that a worker holds: from their lease to their end, with what waits in them and their account."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from crawler.engines.account import SharedTally
from crawler.engines.changes import LeasesLost
from crawler.engines.finding import SharedFinding
from crawler.engines.leases import Leases
from crawler.engines.ledger import RedisLedger
from crawler.engines.site_groups import SiteGroups
from crawler.errors import OutputError, TakenOver
from crawler.state.values import SiteAccount, Waiting

MARGIN_SECONDS = 86_400
"""For so long over the last age of a re-visit a row is kept. Chosen."""


class SharedTurns:
    def __init__(
        self, leases: Leases, groups: SiteGroups, ledger: RedisLedger, tally: SharedTally, flush: Callable[[], None]
    ) -> None:
        self._leases = leases
        self._groups = groups
        self._ledger = ledger
        self._tally = tally
        self._flush = flush
        self._takes = False
        """Whether sites come by `take`."""
        self._ages: dict[str, int] = {}
        self._left_of_group: dict[str, set[str]] = {}
        """Group -> its sites that are not at their end."""
        self._asked_too_early: set[str] = set()
        """Sites that may have a URL still that is taken only when nothing else is in flight."""

    def offer(self, groups: Mapping[str, Collection[str]], *, joins: bool) -> None:
        self._leases.offer(groups, joins=joins)

    def take(self) -> Sequence[str]:
        self._takes = True
        leases = self._leases.take()
        for lease in leases:
            self._left_of_group[lease.group] = set(lease.sites)
        return [site for lease in leases for site in sorted(lease.sites)]

    def lease(self, site: str) -> bool:
        group = self._leases.group_of(site)
        if group in self._leases.lost:
            return False
        return group in self._leases.held or self._leases.take_site(site) is not None

    @property
    def is_more(self) -> bool:
        return self._leases.is_more

    @property
    def sites(self) -> set[str]:
        """The sites that are held."""
        return {site for sites in self._left_of_group.values() for site in sites}

    def is_lost(self, site: str) -> bool:
        return self._leases.group_of(site) in self._leases.lost

    def is_given(self, site: str) -> bool:
        lease = self._leases.held.get(self._leases.group_of(site))
        return lease is not None and lease.giving

    def end(self, site: str, *, is_done: bool, in_flight: int, pause_seconds: float) -> bool:
        """Give the site back once nothing of it is in flight; its group goes when all its sites are at their end."""
        group = self._leases.group_of(site)
        lease = self._leases.held.get(group)
        if lease is None:
            return True
        if in_flight:
            return False
        self._flush()
        if self.is_lost(site):
            return True
        if is_done and site in self._asked_too_early:
            self._asked_too_early.discard(site)
            return False
        lease.pause_seconds = max(lease.pause_seconds, pause_seconds)
        left = self._left_of_group.get(group, {site})
        left.discard(site)
        if is_done and self._tally.has(site):
            keep = self._ages.pop(site, 0)
            options = self._leases.options
            try:
                self._ledger.sweep(group, site, max(options.keep_seconds, keep + MARGIN_SECONDS if keep else 0))
            except LeasesLost as lost:
                self.lose(lost.groups)
                return True
        if not left:
            self._close(lease.sites | {site}, None if is_done else TakenOver.cause)
            self._left_of_group.pop(group, None)
            self._leases.release(group, is_done=is_done and not lease.giving)
        return True

    def renew(self) -> None:
        wanted = self._leases.renew()
        held = [lease for lease in self._leases.held.values() if not lease.giving]
        given = max(0, wanted - (len(self._leases.held) - len(held)))
        # The youngest have most of their work before them; one stays.
        for lease in held[max(1, len(held) - given) :]:
            lease.giving = True
        self.lose(frozenset())

    def lose(self, groups: Collection[str]) -> None:
        """Close the accounts of groups that other workers hold now."""
        self._leases.lose(groups)
        for site in self._tally.sites:
            if self.is_lost(site):
                self._tally.close(site, self._tally.account(site, self._tally.left_waiting(site), TakenOver.cause))
        for group in self._leases.lost:
            self._left_of_group.pop(group, None)
            self._tally.close_group(group)

    def begin(self, site: str, finding: SharedFinding) -> bool:
        """Take over what waits at the site, the first time; return whether it is ours.

        Where sites are not taken in turns, it is leased when it is first named. Raises OutputError where another
        worker holds it then.
        """
        group = self._leases.group_of(site)
        if group in self._leases.lost or (self._takes and group not in self._leases.held):
            return False  # another worker has it, or may have it by now
        if not self.lease(site):
            raise OutputError(f"{site}: another worker is at work on it: wait for its end")
        if not self._tally.has(site):
            try:
                self._groups.bring_into(group, site)
                finding.begin_site(site, self._leases.options.worker_deaths)
            except LeasesLost as lost:
                self.lose(lost.groups)
                return False
        return True

    def keep_for(self, site: str, seconds: int) -> None:
        """Keep the rows of the site's articles for so long: they are re-visited then."""
        self._ages[site] = seconds

    def every_site(self) -> list[str]:
        return self._groups.sites()

    def take_rows(self, site: str, limit: int, queued: Sequence[str]) -> list[Waiting]:
        lease = self._leases.held[self._leases.group_of(site)]
        taken = self._ledger.take(lease, site, limit, queued)
        if taken is None:
            self.lose({lease.group})
            return []
        rows, flying = taken
        if not rows and flying:
            self._asked_too_early.add(site)
        return rows

    def count_takable(self, site: str, queued: Sequence[str]) -> int:
        """Return how many rows can be taken; none of a site that is not held, which is not leased for that."""
        if self._leases.group_of(site) not in self._leases.held:
            return 0
        return self._ledger.count_takable(self._leases.group_of(site), site, queued)

    def accounts(self) -> dict[str, SiteAccount]:
        every = {site: self._tally.account(site, self._ledger.count_waiting(site)) for site in self._tally.sites}
        return self._tally.with_closed(every)

    def _close(self, sites: Collection[str], cause: str | None) -> None:
        for site in sites:
            if self._tally.has(site):
                self._tally.close(site, self._tally.account(site, self._ledger.count_waiting(site), cause))
                self._tally.close_group(self._leases.group_of(site))
