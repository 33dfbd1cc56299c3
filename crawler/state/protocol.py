"""What spiders and pipelines ask of a crawl's store, whichever engine keeps it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from crawler.items import JsonValue, Record, Verdict
from crawler.state.aside import ChangesAside
from crawler.state.bodies import KnownBody
from crawler.state.history import RunFigures
from crawler.state.hosts import HostState
from crawler.state.values import Candidate, FoundCounts, Outcome, Poll, Recovered, SiteAccount, SourceState, Waiting


class SiteTurns(Protocol):
    """Which sites a run works on, and when. With one machine: all of them, at once."""

    def offer(self, groups: Mapping[str, Collection[str]], *, joins: bool) -> None:
        """Name the run's sites, in groups that share hosts.

        A run that `joins` leaves out what other workers have done since they began.
        """
        ...

    def take(self) -> Sequence[str]:
        """Return sites to begin with now; none where others have them, or there are enough."""
        ...

    def lease(self, site: str) -> bool:
        """Take a site that was not offered; False where another worker has it, or took it over."""
        ...

    def is_lost(self, site: str) -> bool:
        """Whether another worker has taken the site over."""
        ...

    def is_given(self, site: str) -> bool:
        """Whether the site is to be given to another worker: no more is begun of it."""
        ...

    def end(self, site: str, *, is_done: bool, in_flight: int, pause_seconds: float) -> bool:
        """Give the site back, if nothing of it is under way; return whether that was done.

        `pause_seconds` is the time that has to pass between two requests to its hosts.
        """
        ...

    @property
    def is_more(self) -> bool:
        """Whether sites may still come, as other workers hold some."""
        ...


class Store(Protocol):
    """State and records of a crawl for the time of one run; `CrawlStore` says what each method does.

    One thread calls. Every method may raise OutputError.
    """

    @property
    def recovered(self) -> tuple[Recovered, ...]: ...
    @property
    def folder(self) -> Path:
        """Where this run's records go."""
        ...

    @property
    def turns(self) -> SiteTurns: ...
    @property
    def aside(self) -> ChangesAside:
        """Changes for which the caller does not wait."""
        ...

    def record_poll(self, poll: Poll, candidates: Sequence[Candidate]) -> FoundCounts: ...
    def schedule_revisits(self, site: str, ages: Sequence[int], now: datetime) -> int: ...
    def take_waiting(self, site: str | None, limit: int) -> list[Waiting]: ...
    def waiting_count(self, site: str | None) -> int: ...
    def claim(self, record: Record, waiting: Waiting | None = None) -> Verdict: ...
    def write(
        self, record: Record, site: str, normalized_url: str | None = None, body_hash: str | None = None
    ) -> dict[str, JsonValue]: ...
    def leave_out(self, record: Record) -> None: ...
    def body_holder(self, body_hash: str) -> KnownBody | None: ...
    def settle(self, outcome: Outcome) -> None: ...
    def due_for_flush(self) -> bool: ...
    def flush(self) -> None: ...
    def keep_alive(self) -> None:
        """Do what has to be done every second or so although no page comes. Raises OutputError."""
        ...

    def count_refused(self, site: str, cause_word: str, n: int) -> None: ...
    def explain_waiting(self, site: str, cause: str) -> None: ...
    def account(self) -> dict[str, SiteAccount]: ...
    def finish(self, report: Mapping[str, JsonValue]) -> Path: ...
    def abort(self) -> None: ...
    def source(self, url: str) -> SourceState | None: ...
    def sources_of(self, site: str) -> list[SourceState]: ...
    def is_due(self, url: str, now: datetime) -> bool: ...
    def host(self, name: str) -> HostState | None: ...
    def keep_robots(self, host: str, status: int | None, body: bytes | None, at: str) -> None: ...
    def park(self, host: str, until: str | None, cause: str | None) -> None: ...
    def site_history(self, site: str, limit: int = 10) -> list[RunFigures]: ...
    def site_memory(self, site: str) -> bytes | None: ...
    def keep_site_memories(self, memories: Mapping[str, bytes]) -> None: ...


class AllAtOnce:
    """The turns of a run that has its state to itself."""

    def __init__(self) -> None:
        self._sites: list[str] = []

    def offer(self, groups: Mapping[str, Collection[str]], *, joins: bool) -> None:
        self._sites = [site for sites in groups.values() for site in sites]

    def take(self) -> Sequence[str]:
        sites, self._sites = self._sites, []
        return sites

    def lease(self, site: str) -> bool:
        return True

    def is_lost(self, site: str) -> bool:
        return False

    def is_given(self, site: str) -> bool:
        return False

    def end(self, site: str, *, is_done: bool, in_flight: int, pause_seconds: float) -> bool:
        return True

    @property
    def is_more(self) -> bool:
        return bool(self._sites)
