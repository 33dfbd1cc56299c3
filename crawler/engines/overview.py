"""What `winnow state show` tells of a crawl on Redis: all workers, who holds what, how long URLs wait, dead letters."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crawler.engines.connection import RedisServer, Word
from crawler.engines.rows import unpack
from crawler.engines.sources import RedisSources
from crawler.errors import UsageError
from crawler.state.overview import LedgerCount
from crawler.state.runs import utc_text
from crawler.state.values import SourceState

AT_A_TIME = 1000
"""Sites of which is asked in one round trip. Chosen."""


@dataclass(frozen=True, slots=True)
class WorkerStanding:
    run_id: str
    host: str
    pid: int
    folder: str
    began_at: str
    """UTC, ISO 8601, as all times here."""
    is_alive: bool
    """Whether it gave a sign within the time of a lease."""
    groups: tuple[str, ...]
    """Groups of sites that it holds, by the names of their first sites."""


@dataclass(frozen=True, slots=True)
class HeldGroup:
    group: str
    run_id: str
    held_seconds: int
    in_flight: int
    """URLs that were taken and not acknowledged."""


@dataclass(frozen=True, slots=True)
class Queue:
    site: str
    waiting: int
    oldest_seconds: int
    """For so long the URL that comes last has been known."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    site: str
    url: str
    deaths: int
    """Workers that died while it was in flight."""
    buried_at: str
    run_id: str


@dataclass(frozen=True, slots=True)
class SharedOverview:
    workers: tuple[WorkerStanding, ...]
    held: tuple[HeldGroup, ...]
    queues: tuple[Queue, ...]
    """The longest first."""
    ledger: tuple[LedgerCount, ...]
    dead_letters: tuple[DeadLetter, ...]
    sources: tuple[SourceState, ...]
    memory_bytes: int
    """Of the whole server."""

    @property
    def waiting(self) -> int:
        return sum(queue.waiting for queue in self.queues)


def shared_overview(server: RedisServer, site: str | None = None) -> SharedOverview:
    """Return the state of the site, or of all. Raises UsageError for a site of which nothing is known."""
    return _Reader(server).overview(site)


def check_site(server: RedisServer, known: Collection[str], site: str) -> None:
    """Raise UsageError for a site of which the state knows nothing."""
    if site not in known:
        shown = ", ".join(sorted(known)[:10]) or "none"
        raise UsageError(f"Redis at {server.options.place}: the state has no site “{site}”; it has {shown}")


class _Reader:
    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self._now = server.now() // 1000

    def overview(self, site: str | None) -> SharedOverview:
        groups = {name.decode(): group.decode() for name, group in self._hash("sites").items()}
        if site is not None:
            check_site(self._server, groups, site)
        names = sorted(groups) if site is None else [site]
        held = [one for one in self._held() if site is None or one.group == groups[site]]
        queues = self._queues(names, groups)
        sources = RedisSources.reading(self._server)
        return SharedOverview(
            workers=tuple(self._workers(held)),
            held=tuple(held),
            queues=tuple(sorted((q for q in queues if q.waiting), key=lambda q: (-q.waiting, q.site))),
            ledger=tuple(_counts(names, self._of_each(names, "HGETALL", "counts"))),
            dead_letters=tuple(_dead_letters(names, self._of_each(names, "HGETALL", "dead"))),
            sources=tuple(sources.sources_of(*names)),
            memory_bytes=int(self._server.ask("INFO", "memory")["used_memory"]),
        )

    def _hash(self, *parts: str) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = self._server.ask("HGETALL", self._server.key(*parts))
        return found

    def _workers(self, held: list[HeldGroup]) -> list[WorkerStanding]:
        alive = self._server.ask("ZRANGE", self._server.key("workers"), 0, -1, "WITHSCORES")
        lives = {name.decode(): float(until) > self._now * 1000 for name, until in _pairs(alive)}
        names = sorted({*lives, *(one.run_id for one in held)})
        return [self._worker(name, held, is_alive=lives.get(name, False)) for name in names]

    def _worker(self, run_id: str, held: list[HeldGroup], *, is_alive: bool) -> WorkerStanding:
        known = {name.decode(): value.decode() for name, value in self._hash("worker", run_id).items()}
        groups = tuple(one.group for one in held if one.run_id == run_id)
        began_at = _time(int(known.get("begun", 0)) // 1000)
        return WorkerStanding(
            run_id, known.get("host", ""), int(known.get("pid", 0)), known.get("folder", ""), began_at, is_alive, groups
        )

    def _held(self) -> list[HeldGroup]:
        since = self._hash("held_since")
        held = []
        for group, holder in sorted(self._hash("holders").items()):
            seconds = self._now - int(since.get(group, b"0")) // 1000
            flying = int(self._server.ask("HLEN", self._server.key("flying", group.decode())))
            run_id = holder.decode().partition("|")[0]
            held.append(HeldGroup(group.decode(), run_id, max(0, seconds), flying))
        return held

    def _of_each(self, sites: Sequence[str], command: str, name: str, *more: Word) -> list[Any]:
        """Ask of the key of each site, in a few round trips."""
        commands = [(command, self._server.key(name, site), *more) for site in sites]
        parts = [commands[begin : begin + AT_A_TIME] for begin in range(0, len(commands), AT_A_TIME)]
        return [answer for part in parts for answer in self._server.ask_all(part)]

    def _queues(self, sites: Sequence[str], groups: Mapping[str, str]) -> list[Queue]:
        waiting, later = (self._of_each(sites, "ZCARD", name) for name in ("waiting", "later"))
        last, last_later = (self._of_each(sites, "ZRANGE", name, 0, 0) for name in ("waiting", "later"))
        numbers = [one + other for one, other in zip(waiting, later, strict=True)]
        keys = [(one or other or [b""])[0] for one, other in zip(last, last_later, strict=True)]
        rows = [
            row for begin in range(0, len(sites), AT_A_TIME)
            for row in self._server.ask_all([
                ("HGET", self._server.key("rows", groups[site]), key)
                for site, key in zip(sites[begin : begin + AT_A_TIME], keys[begin : begin + AT_A_TIME], strict=True)
            ])
        ]  # fmt: skip
        ages = [0 if row is None else max(0, self._now - unpack(row).first_seen) for row in rows]
        return [Queue(*queue) for queue in zip(sites, numbers, ages, strict=True)]


def _counts(sites: Sequence[str], counted: Sequence[Mapping[bytes, bytes]]) -> Iterator[LedgerCount]:
    for site, counts in zip(sites, counted, strict=True):
        for name, number in sorted(counts.items()):
            state, _, cause = name.decode().partition("|")
            if int(number):
                yield LedgerCount(site, state, cause or None, int(number))


def _dead_letters(sites: Sequence[str], dead: Sequence[Mapping[bytes, bytes]]) -> Iterator[DeadLetter]:
    for site, letters in zip(sites, dead, strict=True):
        for url, told in sorted(letters.items()):
            deaths, seconds, run_id = told.decode().split(" ")
            yield DeadLetter(site, url.decode(), int(deaths), _time(int(seconds)), run_id)


def _pairs(answer: list[Any]) -> list[tuple[bytes, float]]:
    """Return members with scores, which the client gives as pairs or one after the other."""
    flat = [word for one in answer for word in (one if isinstance(one, tuple | list) else (one,))]
    return [(name, float(score)) for name, score in zip(flat[::2], flat[1::2], strict=True)]


def _time(seconds: int) -> str:
    return utc_text(datetime.fromtimestamp(seconds, UTC))
