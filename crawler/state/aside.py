"""Changes of the state that its caller need not wait for: an fsync on a busy disk takes 5 to 50 ms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Protocol, TypeVar

from crawler.errors import WinnowError
from crawler.state.values import Candidate, FoundCounts, Poll

Result = TypeVar("Result")


class Changing(Protocol):
    """The methods of a store that make a change and wait until it is durable."""

    def flush(self) -> None: ...
    def record_poll(self, poll: Poll, candidates: Sequence[Candidate]) -> FoundCounts: ...
    def schedule_revisits(self, site: str, ages: Sequence[int], now: datetime) -> int: ...
    def keep_site_memories(self, memories: Mapping[str, bytes]) -> None: ...
    def keep_robots(self, host: str, status: int | None, body: bytes | None, at: str) -> None: ...
    def park(self, host: str, until: str | None, cause: str | None) -> None: ...


class ChangesAside(Protocol):
    """The same, given to be made in this order while the caller goes on.

    A future is done when its change is durable; it fails with OutputError.
    """

    def flush(self) -> Future[None]: ...
    def record_poll(self, poll: Poll, candidates: Sequence[Candidate]) -> Future[FoundCounts]: ...
    def schedule_revisits(self, site: str, ages: Sequence[int], now: datetime) -> Future[int]: ...
    def keep_site_memories(self, memories: Mapping[str, bytes]) -> Future[None]: ...
    def keep_robots(self, host: str, status: int | None, body: bytes | None, at: str) -> Future[None]: ...
    def park(self, host: str, until: str | None, cause: str | None) -> Future[None]: ...


class ChangesAtOnce:
    """The changes of a store without a thread of its own: its caller waits all the same."""

    def __init__(self, store: Changing) -> None:
        self._store = store

    def flush(self) -> Future[None]:
        return _done(self._store.flush)

    def record_poll(self, poll: Poll, candidates: Sequence[Candidate]) -> Future[FoundCounts]:
        return _done(self._store.record_poll, poll, candidates)

    def schedule_revisits(self, site: str, ages: Sequence[int], now: datetime) -> Future[int]:
        return _done(self._store.schedule_revisits, site, ages, now)

    def keep_site_memories(self, memories: Mapping[str, bytes]) -> Future[None]:
        return _done(self._store.keep_site_memories, memories)

    def keep_robots(self, host: str, status: int | None, body: bytes | None, at: str) -> Future[None]:
        return _done(self._store.keep_robots, host, status, body, at)

    def park(self, host: str, until: str | None, cause: str | None) -> Future[None]:
        return _done(self._store.park, host, until, cause)


def _done(step: Callable[..., Result], *arguments: Any) -> Future[Result]:
    future: Future[Result] = Future()
    try:
        future.set_result(step(*arguments))
    except WinnowError as error:  # whoever asks for the result gets it
        future.set_exception(error)
    return future
