"""Worker processes that can be killed: a page costs at most itself.

A call whose worker died or ran out of time is made once more, alone in a new process; only then it is at fault. One
whose worker was killed from outside, by a person or for the system's memory, is made some more times.
"""

from __future__ import annotations

import logging
import queue
import threading
from concurrent.futures import Future, InvalidStateError
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from crawler.errors import ExtractionCrashed, ExtractionTimeout, PageError
from crawler.worker_process import Limits, WorkerDied, WorkerProcess, WorkerTooSlow, cores

logger = logging.getLogger(__name__)

MAX_FAULTS = 2
"""Times that a call may end its worker or exceed its time."""
MAX_KILLS = 6
"""Times that the worker of a call may be killed from outside; with a kill a second a call of 0.1 s needs three at
most in a million. Chosen."""
MAX_STARTS = 20
"""Times in a row that a new worker may die before it takes a call. Chosen."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    workers: int = 0
    """Worker processes; 0: as many as the machine lends us cores."""
    seconds: float = 20.0
    """CPU time of one call. Of 200 real pages the slowest took trafilatura 3.4 s on a loaded machine."""
    wall_seconds: float = 0.0
    """Wall time of one call; 0: ten times its CPU time, enough with 20 busy processes to two cores (decision 0041)."""
    calls_per_worker: int = 500
    """Calls after which a worker is replaced: lxml and the extractors grow with every page."""
    memory_bytes: int = 1_500_000_000
    """Address space of a worker (RLIMIT_AS); not set where the system has no such limit."""
    preload: str = ""
    """Module that a worker has imported before it is given a page; empty: none."""

    @property
    def worker_count(self) -> int:
        return self.workers or cores()

    @property
    def limits(self) -> Limits:
        """What bounds each worker process."""
        return Limits(self.seconds, self.wall_seconds or 10 * self.seconds, self.memory_bytes, self.preload)


@dataclass(frozen=True, slots=True)
class _Call:
    function: str
    arguments: tuple[Any, ...]
    outer: Future[Any]


class WorkerPool:
    """Calls functions in worker processes; `submit` neither blocks nor raises for what the function meets."""

    def __init__(self, options: WorkerOptions) -> None:
        self.options = options
        self._limits = options.limits
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._open: set[Future[Any]] = set()
        self._minders: list[_Minder] = []
        self._alone = threading.Lock()
        self._closed = False

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
        if self._closed:
            outer.cancel()
            return outer
        self._open.add(outer)
        outer.add_done_callback(self._open.discard)
        self._calls.put(_Call(function, arguments, outer))
        if len(self._minders) < min(self.options.worker_count, len(self._open)):
            self._minders.append(_Minder(self._limits, self.options.calls_per_worker, self._calls, self._alone))
        return outer

    def close(self) -> None:
        """Stop the workers; calls that are not done are given up."""
        self._closed = True
        for call in tuple(self._open):
            # Before its worker is killed, which would count as the call's end.
            if call.cancel():
                call.set_running_or_notify_cancel()  # whoever waits for it is told
        for minder in self._minders:
            minder.stop()
            self._calls.put(None)
        for minder in self._minders:
            minder.thread.join(10)


class _Minder:
    """A thread with one worker process at a time, which it replaces when it dies."""

    def __init__(
        self,
        limits: Limits,
        calls_per_worker: int,
        calls: queue.SimpleQueue[_Call | None],
        alone: threading.Lock,
    ) -> None:
        self.limits = limits
        self.calls_per_worker = calls_per_worker
        self.calls = calls
        self.alone = alone
        """Held by the one minder that tries a call again."""
        self.stopped = False
        self._process: WorkerProcess | None = None
        self.thread = threading.Thread(target=self._mind, name="worker minder", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Take no further call; the one at work is given up."""
        self.stopped = True
        if self._process is not None:
            self._process.kill()

    def _mind(self) -> None:
        while (call := self.calls.get()) is not None and not self.stopped:
            if not call.outer.cancelled():
                _settle(call.outer, self._outcome(call))
        self._renew(None)

    def _outcome(self, call: _Call) -> Any:
        """Return the call's result, or what it fails with as an exception."""
        faults = kills = 0
        while True:
            try:
                with self.alone if faults else nullcontext():
                    return self._ready_process().call(call.function, call.arguments)
            except (WorkerTooSlow, WorkerDied) as end:
                self._renew(None)
                if self.stopped:
                    return PageError("given up")  # its future is cancelled
                killed = isinstance(end, WorkerDied) and end.was_killed
                kills, faults = kills + killed, faults + (not killed)
                if faults == MAX_FAULTS or kills == MAX_KILLS:
                    return self._blame(end)
            except Exception as error:  # noqa: BLE001 - whatever the function raised is the call's outcome
                return _told(error)

    def _blame(self, end: WorkerTooSlow | WorkerDied) -> PageError:
        if isinstance(end, WorkerTooSlow):
            return ExtractionTimeout(f"not read within {end}, nor in a second try alone")
        if end.was_killed:
            return ExtractionCrashed(f"its worker process was killed {MAX_KILLS} times")
        return ExtractionCrashed(f"ended its worker process twice (exit code {end.exit_code})")

    def _ready_process(self) -> WorkerProcess:
        """Return a worker that takes calls; raises WorkerDied where none comes up."""
        process = self._process
        if process is not None and process.calls < self.calls_per_worker:
            return process
        for attempt in range(1, MAX_STARTS + 1):
            try:
                process = self._renew(WorkerProcess(self.limits, in_haste=attempt % 2 == 0))
                assert process is not None
                process.wait_ready()
                return process
            except (WorkerDied, WorkerTooSlow):
                if attempt == MAX_STARTS or self.stopped:
                    raise
        raise AssertionError("unreachable")

    def _renew(self, process: WorkerProcess | None) -> WorkerProcess | None:
        old, self._process = self._process, process
        if old is not None:
            old.discard()
        if self.stopped and process is not None:
            process.kill()
        return process


def _settle(outer: Future[Any], outcome: Any) -> None:
    with suppress(InvalidStateError):  # cancelled meanwhile
        if isinstance(outcome, Exception):
            outer.set_exception(outcome)
        else:
            outer.set_result(outcome)


def _told(error: Exception) -> PageError:
    """Return what a call fails with that raised this."""
    if isinstance(error, PageError):
        return error
    if isinstance(error, MemoryError | RecursionError):
        return ExtractionCrashed(f"more than a page may take ({type(error).__name__})")
    # A fault of ours: it costs this page only, and is told in full.
    logger.error("a worker raised", exc_info=error)
    return ExtractionCrashed(f"{type(error).__name__}: {error}")
