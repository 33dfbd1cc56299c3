"""Which sites this worker holds. A site belongs to one worker at a time, so its order and its pauses hold everywhere.

Sites that share a host are one group, which is leased as a whole. A lease has a token that grows with every lease
(fencing): what a worker changes is refused once another one holds the group.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import socket
import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path

from crawler.engines.connection import RedisServer
from crawler.engines.options import RedisOptions
from crawler.errors import OutputError, StateError

ASKED_AT_A_TIME = 500
"""Groups that are offered to the server in one call. Chosen."""

LAYOUT = 2
"""Of keys and values on the server; raise it with every change that older workers would misread."""

GIVEN_SECONDS = 10.0
"""For so long a group that was given away is left to the worker that wanted it. Chosen."""


@dataclass(slots=True)
class Lease:
    group: str
    token: str
    sites: frozenset[str]
    """Sites of the group that are not finished."""
    giving: bool = False
    """Whether it goes to another worker as soon as nothing of it is under way."""
    pause_seconds: float = 0.0
    """Longest time between two requests to a host of the group."""


@dataclass(slots=True)
class Offer:
    """Sites of the run by group."""

    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    group_of: dict[str, str] = field(default_factory=dict)
    pending: dict[str, None] = field(default_factory=dict)
    """Groups that are not known to be done, those to be asked for next first."""
    since: int = 0
    """Milliseconds since 1970: what was done from then on is done."""

    @property
    def digest(self) -> str:
        """Hex digits that stand for the groups and their sites."""
        return sha256(json.dumps(sorted((g, sorted(sites)) for g, sites in self.groups.items())).encode()).hexdigest()


class Leases:
    def __init__(self, server: RedisServer, worker: str, folder: Path) -> None:
        """Make the worker known. Raises StateError for a name that is taken."""
        self._server = server
        self._worker = worker
        self._milliseconds = round(server.options.lease_seconds * 1000)
        self._offer = Offer()
        self._has_left = False
        self._given: dict[str, float] = {}
        """Groups given to others -> the moment until which they are not asked for again."""
        self._renewed = time.monotonic()
        self.held: dict[str, Lease] = {}
        self.lost: set[str] = set()
        """Groups that other workers took over and this one has not had back."""
        about = ("host", socket.gethostname(), "pid", os.getpid(), "folder", str(folder.absolute()))
        begun = server.run("join", worker, self._milliseconds, LAYOUT, "nonce", secrets.token_hex(8), *about)
        if not begun:
            raise StateError(f"Redis at {server.options.place} has a run {worker} already: use a new run id")
        if len(begun) == 1:
            raise StateError(
                f"Redis at {server.options.place} has state of another version of Winnow (layout {begun[0]}, here "
                f"{LAYOUT}): use that version, or another namespace in [engine]"
            )
        self._run_begun, self._own_begun = map(int, begun)

    @property
    def options(self) -> RedisOptions:
        return self._server.options

    def offer(self, groups: Mapping[str, Collection[str]], *, joins: bool = True) -> None:
        """Name the groups of sites that the run is about.

        One that `joins` leaves out what other workers have done since the first of those at work began; otherwise
        only what they do from now on.
        """
        names = list(groups)
        random.shuffle(names)  # workers that begin together ask for different ones
        pending = dict.fromkeys(names)
        group_of = {site: group for group, sites in groups.items() for site in sites}
        since = self._run_begun if joins else self._own_begun
        self._offer = Offer({group: frozenset(sites) for group, sites in groups.items()}, group_of, pending, since)
        self._server.ask("HSET", self._server.key("worker", self._worker), "groups", self._offer.digest)

    def groups_alike(self, worker: str) -> bool:
        """Whether the worker, this one or another, was offered the same groups: each knows a site in one of them."""
        told = self._server.ask("HGET", self._server.key("worker", worker), "groups")
        return told is not None and told.decode() == self._offer.digest

    def group_of(self, site: str) -> str:
        """Return the site's group; a site that was not offered is a group of its own."""
        return self._offer.group_of.get(site, site)

    def take(self) -> list[Lease]:
        """Lease more groups, as many as there is room for."""
        room = self._server.options.sites_at_once - len(self.held)
        now = time.monotonic()
        free = (group for group in self._offer.pending if self._given.get(group, 0.0) < now)
        asked = list(islice(free, ASKED_AT_A_TIME))
        if room <= 0 or not asked:
            return []
        words = (self._worker, self._milliseconds, room, self._offer.since, len(self.held))
        taken, done = self._server.run("lease", *words, *asked)
        names = [word.decode() for word in taken]
        leases = [self._hold(group, token) for group, token in zip(names[::2], names[1::2], strict=True)]
        self._set_aside(asked, {group.decode() for group in done} | set(names[::2]))
        return leases

    def take_site(self, site: str) -> Lease | None:
        """Lease the group of one site, done or not; None where another worker holds it."""
        group = self.group_of(site)
        never = 2**60
        taken, _ = self._server.run("lease", self._worker, self._milliseconds, 1, never, 0, group)
        return self._hold(taken[0].decode(), taken[1].decode()) if taken else None

    @property
    def is_more(self) -> bool:
        """Whether groups are left that this worker has not seen to be done; others may hold them."""
        return bool(self._offer.pending)

    def tokens(self, groups: Iterable[str]) -> dict[str, str]:
        return {group: self.held[group].token for group in groups}

    def renew(self) -> int:
        """Give a sign of life where it is time; return how many groups should go to workers that have too few.

        What was lost in the meantime is in `lost`.
        """
        if time.monotonic() - self._renewed < self._server.options.lease_seconds / 10:
            return 0
        words = [
            word for lease in self.held.values()
            for word in (lease.group, lease.token, round(lease.pause_seconds * 1000))
        ]  # fmt: skip
        lost, give = self._server.run("renew", self._worker, self._milliseconds, *words)
        self._renewed = time.monotonic()
        self.lose({group.decode() for group in lost})
        return int(give)

    def lose(self, groups: Collection[str]) -> None:
        for group in groups:
            self.held.pop(group, None)
            self.lost.add(group)
            if group in self._offer.groups:
                self._offer.pending.setdefault(group)

    def release(self, group: str, *, is_done: bool) -> None:
        """Give the group back; others may have it after the pause between two requests."""
        lease = self.held.pop(group)
        pause = round(lease.pause_seconds * 1000)
        self._server.run("release", self._worker, "1" if is_done else "0", group, lease.token, pause)
        if not is_done and group in self._offer.groups:
            self._offer.pending[group] = None
            self._given[group] = time.monotonic() + GIVEN_SECONDS

    def give_up(self) -> None:
        """Leave where Redis can be reached; where not, the leases run out."""
        if not self._has_left:
            with suppress(OutputError):
                self.leave()

    def leave(self) -> None:
        """Release what is held, and be no worker any more."""
        self._has_left = True
        for group in list(self.held):
            self.release(group, is_done=False)
        self._server.ask("ZREM", self._server.key("workers"), self._worker)
        self._server.ask("SREM", self._server.key("wanting"), self._worker)

    def _hold(self, group: str, token: str) -> Lease:
        lease = Lease(group, token, self._offer.groups.get(group, frozenset()))
        self.held[group] = lease
        self.lost.discard(group)
        return lease

    def _set_aside(self, asked: list[str], ended: Collection[str]) -> None:
        """Drop groups that are done or held by us; the others come to the end, so that all are asked for in turn."""
        for group in asked:
            del self._offer.pending[group]
        for group in asked:
            if group not in ended:
                self._offer.pending[group] = None
