"""The changes of a state file, made one after the other in a thread of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from crawler.state.batch import Batch
from crawler.state.committing import Committer
from crawler.state.database import state_errors, transaction
from crawler.state.finding import Finding
from crawler.state.hosts import park_host, save_robots
from crawler.state.runs import utc_now
from crawler.state.site_memory import keep_site_memories
from crawler.state.values import Candidate, FoundCounts, Poll

Result = TypeVar("Result")


class StateChanges:
    """The one thread in which a state file is changed, by the one connection that changes it.

    What is given is done in that order. A future is done when its change is durable; it fails with OutputError.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, finding: Finding, committer: Committer) -> None:
        self.connection = connection
        self._path = path
        self._finding = finding
        self._committer = committer
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="state")

    def begin(self, step: Callable[..., Result], *arguments: Any) -> Future[Result]:
        """Have the step done after those that were given before."""
        return self._executor.submit(self._do, step, *arguments)

    def commit(self, batch: Batch) -> Future[None]:
        return self.begin(self._committer.commit, batch)

    def begin_site(self, site: str) -> Future[None]:
        return self.begin(self._finding.begin_site, site)

    def record_poll(self, poll: Poll, candidates: Sequence[Candidate]) -> Future[FoundCounts]:
        return self.begin(self._finding.record_poll, poll, candidates)

    def schedule_revisits(self, site: str, ages: Sequence[int], now: datetime) -> Future[int]:
        return self.begin(self._finding.schedule_revisits, site, ages, now)

    def keep_site_memories(self, memories: Mapping[str, bytes]) -> Future[None]:
        return self.begin(self._in_transaction, keep_site_memories, self.connection, memories, utc_now())

    def keep_robots(self, host: str, status: int | None, body: bytes | None, at: str) -> Future[None]:
        return self.begin(self._in_transaction, save_robots, self.connection, host, status, body, at)

    def park(self, host: str, until: str | None, cause: str | None) -> Future[None]:
        return self.begin(self._in_transaction, park_host, self.connection, host, until, cause)

    def close(self) -> None:
        """Wait until all that was given is done."""
        self._executor.shutdown()

    def _do(self, step: Callable[..., Result], *arguments: Any) -> Result:
        with state_errors(self._path):
            return step(*arguments)

    def _in_transaction(self, step: Callable[..., None], *arguments: Any) -> None:
        with transaction(self.connection):
            step(*arguments)


class StoreAside:
    """The changes that the caller of a store does not wait for, its flush among them."""

    def __init__(self, begin_flush: Callable[[], Future[None]], changes: StateChanges) -> None:
        self.flush = begin_flush
        self.record_poll = changes.record_poll
        self.schedule_revisits = changes.schedule_revisits
        self.keep_site_memories = changes.keep_site_memories
        self.keep_robots = changes.keep_robots
        self.park = changes.park
