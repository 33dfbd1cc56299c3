"""The account of a run on shared state: what came in is counted here, what waits is counted in Redis."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from crawler.errors import RunStopped
from crawler.state.values import STATES, SiteAccount


class SharedTally:
    """Counts by site while the site is held; `close` keeps a site's account when it goes to another worker.

    Of every URL that came in, the state in which it is now is counted too, by its moves from one to the other. That
    needs a set of the keys that were found, of those sites only that are held.
    """

    def __init__(self) -> None:
        self._accepted: Counter[str] = Counter()
        self._refusals: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._endings: defaultdict[str, Counter[tuple[str, str | None]]] = defaultdict(Counter)
        self._found: defaultdict[str, set[int]] = defaultdict(set)
        self._waiting_causes: dict[str, str] = {}
        self._closed: dict[str, SiteAccount] = {}

    @property
    def sites(self) -> list[str]:
        """Sites that have an account and are not closed."""
        return sorted(self._accepted)

    def has(self, site: str) -> bool:
        return site in self._accepted

    def is_found(self, group: str, digest: int) -> bool:
        return digest in self._found[group]

    def find(self, group: str, digest: int) -> None:
        self._found[group].add(digest)

    def accept(self, site: str, urls: int) -> None:
        self._accepted[site] += urls

    def refuse(self, site: str, reason: str, links: int) -> None:
        self._refusals[site][reason] += links

    def explain_waiting(self, site: str, cause: str) -> None:
        self._waiting_causes[site] = cause

    def move(self, site: str, before: tuple[str, str | None] | None, after: tuple[str, str | None] | None) -> None:
        """Count that a URL of the site is in another state now; None: not in the account, or waiting without cause."""
        if before is not None:
            self._endings[site][before] -= 1
        if after is not None:
            self._endings[site][after] += 1

    def account(self, site: str, waiting: int, cause: str | None = None) -> SiteAccount:
        """Return the account with so many rows that wait; `cause` is that of those without one."""
        states = Counter(dict.fromkeys(STATES, 0))
        causes: Counter[str] = Counter()
        for (state, why), urls in self._endings[site].items():
            states[state] += urls
            if why is not None:
                causes[why] += urls
        unexplained = waiting - states["waiting"]
        states["waiting"] = waiting
        causes[cause or self._waiting_causes.get(site, RunStopped.cause)] += unexplained
        refusals = self._refusals[site]
        return SiteAccount(
            found=self._accepted[site] + refusals.total(),
            refused=refusals.total(),
            accepted=self._accepted[site],
            states=dict(states),
            causes={why: urls for why, urls in sorted(causes.items()) if urls},
            refusals=dict(sorted(refusals.items())),
        )

    def left_waiting(self, site: str) -> int:
        """Return how many rows must wait if all that came in is somewhere: of a site whose lease is lost."""
        ended = sum(urls for (state, _), urls in self._endings[site].items() if state != "waiting")
        return self._accepted[site] - ended

    def close(self, site: str, account: SiteAccount) -> None:
        """Keep the account of a site that goes to another worker; it may come back, and counts anew then."""
        earlier = self._closed.pop(site, None)
        self._closed[site] = account if earlier is None else _sum(earlier, account)
        for counts in (self._accepted, self._refusals, self._endings, self._waiting_causes):
            counts.pop(site, None)

    def close_group(self, group: str) -> None:
        self._found.pop(group, None)

    def closed(self) -> Mapping[str, SiteAccount]:
        return self._closed

    def with_closed(self, open_accounts: Mapping[str, SiteAccount]) -> dict[str, SiteAccount]:
        every = dict(self._closed)
        for site, account in open_accounts.items():
            every[site] = _sum(every[site], account) if site in every else account
        return dict(sorted(every.items()))


def _sum(one: SiteAccount, other: SiteAccount) -> SiteAccount:
    def added(name: str) -> dict[str, int]:
        return dict(Counter(getattr(one, name)) + Counter(getattr(other, name)))

    states = {state: one.states.get(state, 0) + other.states.get(state, 0) for state in STATES}
    return SiteAccount(
        one.found + other.found, one.refused + other.refused, one.accepted + other.accepted,
        states, added("causes"), added("refusals"),
    )  # fmt: skip
