"""What `winnow state show` tells of a crawl on Redis: all workers, who holds what, how long URLs wait, dead letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crawler.engines.connection import RedisServer
from crawler.engines.rows import unpack
from crawler.engines.sources import RedisSources
from crawler.errors import UsageError
from crawler.state.overview import LedgerCount
from crawler.state.runs import utc_text
from crawler.state.values import SourceState


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


class _Reader:
    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self._now = server.now() // 1000

    def overview(self, site: str | None) -> SharedOverview:
        groups = {name.decode(): group.decode() for name, group in self._hash("sites").items()}
        if site is not None and site not in groups:
            shown = ", ".join(sorted(groups)[:10]) or "none"
            raise UsageError(f"Redis at {self._server.options.place}: the state has no site “{site}”; it has {shown}")
        names = sorted(groups) if site is None else [site]
        held = [one for one in self._held() if site is None or one.group == groups[site]]
        queues = [self._queue(name, groups[name]) for name in names]
        sources = RedisSources.reading(self._server)
        return SharedOverview(
            workers=tuple(self._workers(held)),
            held=tuple(held),
            queues=tuple(sorted((q for q in queues if q.waiting), key=lambda q: (-q.waiting, q.site))),
            ledger=tuple(count for name in names for count in self._counts(name)),
            dead_letters=tuple(letter for name in names for letter in self._dead_letters(name)),
            sources=tuple(source for name in names for source in sources.sources_of(name)),
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

    def _queue(self, site: str, group: str) -> Queue:
        waiting, later = self._server.key("waiting", site), self._server.key("later", site)
        numbers = self._server.ask_all([("ZCARD", waiting), ("ZCARD", later)])
        last = self._server.ask("ZRANGE", waiting, 0, 0) or self._server.ask("ZRANGE", later, 0, 0)
        packed = self._server.ask("HGET", self._server.key("rows", group), last[0]) if last else None
        age = 0 if packed is None else max(0, self._now - unpack(packed).first_seen)
        return Queue(site, sum(numbers), age)

    def _counts(self, site: str) -> list[LedgerCount]:
        counts = []
        for name, number in sorted(self._hash("counts", site).items()):
            state, _, cause = name.decode().partition("|")
            if int(number):
                counts.append(LedgerCount(site, state, cause or None, int(number)))
        return counts

    def _dead_letters(self, site: str) -> list[DeadLetter]:
        letters = []
        for url, told in sorted(self._hash("dead", site).items()):
            deaths, seconds, run_id = told.decode().split(" ")
            letters.append(DeadLetter(site, url.decode(), int(deaths), _time(int(seconds)), run_id))
        return letters


def _pairs(answer: list[Any]) -> list[tuple[bytes, float]]:
    """Return members with scores, which the client gives as pairs or one after the other."""
    flat = [word for one in answer for word in (one if isinstance(one, tuple | list) else (one,))]
    return [(name, float(score)) for name, score in zip(flat[::2], flat[1::2], strict=True)]


def _time(seconds: int) -> str:
    return utc_text(datetime.fromtimestamp(seconds, UTC))
