"""Worker processes that can be killed: a page costs at most itself.

Pebble's pool, not the standard library's: there one dead worker failed 5 of 8 good pages and no task can be killed
(decision 0004). A call whose worker died or ran out of time is made once more, alone; only then it is at fault.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import pkgutil
import signal
from collections.abc import Callable
from concurrent.futures import Future, TimeoutError
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

from crawler.errors import ExtractionCrashed, ExtractionTimeout, PageError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    workers: int = 0
    """Worker processes; 0: as many as the machine lends us cores."""
    seconds: float = 20.0
    """Wall time of one call. Of 200 real pages the slowest took trafilatura 3.4 s on a loaded machine."""
    calls_per_worker: int = 500
    """Calls after which a worker is replaced: lxml and the extractors grow with every page."""
    memory_bytes: int = 1_500_000_000
    """Address space of a worker (RLIMIT_AS); not set where the system has no such limit."""

    @property
    def worker_count(self) -> int:
        return self.workers or _cores()


class WorkerPool:
    """Calls functions in worker processes; `submit` neither blocks nor raises for what the function meets."""

    def __init__(self, options: WorkerOptions) -> None:
        self.options = options
        self._pool = self._start(options.worker_count, options.calls_per_worker)
        self._quarantine: ProcessPool | None = None
        self._closed = False
        self._open: set[Future[Any]] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, function: str, *arguments: Any) -> Future[Any]:
        """Return the future of a call.

        `function` is a dotted name, so that the main process need not load what only workers use. The future fails
        with what the function raises, with ExtractionTimeout or ExtractionCrashed where the call took its worker
        down twice.
        """
        outer: Future[Any] = Future()
        self._open.add(outer)
        outer.add_done_callback(self._open.discard)
        call = (function, arguments)
        self._schedule(self._pool, call, partial(self._settle_or_isolate, call, outer))
        return outer

    def close(self) -> None:
        """Stop the workers; calls that are not done are given up."""
        self._closed = True
        for pool in (self._pool, self._quarantine):
            if pool is not None:
                pool.stop()  # type: ignore[no-untyped-call] # pebble's own
                pool.join()
        for call in tuple(self._open):
            call.cancel()

    def _start(self, workers: int, calls_per_worker: int) -> ProcessPool:
        # spawn: a forked child would inherit the reactor's threads, locks and sockets.
        return ProcessPool(
            max_workers=workers,
            max_tasks=calls_per_worker,
            context=multiprocessing.get_context("spawn"),
            initializer=_start_worker,
            initargs=(self.options.memory_bytes,),
        )

    def _schedule(
        self, pool: ProcessPool, call: tuple[str, tuple[Any, ...]], done: Callable[[Future[Any]], None]
    ) -> None:
        future: Future[Any] = pool.schedule(_call, args=call, timeout=self.options.seconds)
        future.add_done_callback(done)

    def _settle_or_isolate(self, call: tuple[str, tuple[Any, ...]], outer: Future[Any], inner: Future[Any]) -> None:
        error = None if inner.cancelled() else inner.exception()
        if not self._closed and isinstance(error, ProcessExpired | TimeoutError):
            if self._quarantine is None:
                self._quarantine = self._start(1, 1)
            self._schedule(self._quarantine, call, partial(self._settle_alone, outer))
        else:
            _pass_on(inner, outer)

    def _settle_alone(self, outer: Future[Any], inner: Future[Any]) -> None:
        error = None if inner.cancelled() else inner.exception()
        if isinstance(error, TimeoutError):
            seconds = self.options.seconds
            outer.set_exception(ExtractionTimeout(f"not read within {seconds:g} s, nor in a second try alone"))
        elif isinstance(error, ProcessExpired):
            outer.set_exception(ExtractionCrashed(f"ended its worker process twice (exit code {error.exitcode})"))
        else:
            _pass_on(inner, outer)


def _pass_on(inner: Future[Any], outer: Future[Any]) -> None:
    if inner.cancelled():
        outer.cancel()
        return
    error = inner.exception()
    if error is None:
        outer.set_result(inner.result())
    elif isinstance(error, PageError):
        outer.set_exception(error)
    elif isinstance(error, MemoryError | RecursionError):
        outer.set_exception(ExtractionCrashed(f"more than a page may take ({type(error).__name__})"))
    else:
        # A fault of ours: it costs this page only, and is told in full.
        logger.error("a worker raised", exc_info=error)
        outer.set_exception(ExtractionCrashed(f"{type(error).__name__}: {error}"))


def _cores() -> int:
    """Cores that this process may use, which in a container are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start_worker(memory_bytes: int) -> None:
    """Bound the worker, and leave Ctrl-C to the main process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource  # not on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _call(function: str, arguments: tuple[Any, ...]) -> Any:
    return pkgutil.resolve_name(function)(*arguments)
