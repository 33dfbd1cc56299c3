"""One worker process: what runs in it, and the handle that asks it and kills it.

Every worker has a pipe of its own and shares no lock, so that a kill at any instant harms no other worker. With a
shared queue, as in pebble, a SIGKILL every second left 13 of 300 calls unanswered for ever (decision 0004).
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import pkgutil
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any

FORKS = sys.platform == "linux"
UNKNOWN_END = 255
"""What multiprocessing says of a process whose server was killed before it."""
START_SECONDS = 60.0
"""For a worker to come up; it takes one to three on a loaded machine."""
ORPHAN_SECONDS = 10
"""After its wall time a call ends itself, should the main process be gone."""
CPU_SIGNAL = getattr(signal, "SIGPROF", 0)
"""Ends a call that has used up its CPU time; where the system has no such clock, wall time alone decides."""

_starting = threading.Lock()
"""multiprocessing looks after all children at each start; it does so for one thread at a time."""


class WorkerDied(Exception):
    """The process ended in the middle of a call, or never came up; a negative code is the signal that ended it."""

    def __init__(self, exit_code: int | None) -> None:
        super().__init__(f"exit code {exit_code}")
        self.exit_code = exit_code

    @property
    def was_killed(self) -> bool:
        """Whether it was ended from outside: no page sends these signals."""
        return self.exit_code in {None, UNKNOWN_END, -signal.SIGTERM, -getattr(signal, "SIGKILL", 0)}


class WorkerTooSlow(Exception):
    """The call took longer than allowed, as the message says; the process was killed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one worker process."""

    seconds: float
    """CPU time of one call: a machine that is busy takes none of it away."""
    wall_seconds: float
    """Wall time of one call, for one that waits and computes nothing."""
    memory_bytes: int
    """Address space (RLIMIT_AS)."""
    preload: str = ""
    """Module that is imported before the first call; empty: none."""


class WorkerProcess:
    """A process that takes one call at a time. Raises WorkerDied where none can be started.

    It is forked from a server that has imported what calls need, so that a new one is there in a moment: with a kill
    a second, workers that take two to come up would never read a page. A fork of the main process itself would
    inherit the reactor's threads and sockets. Where forking is not safe, each is spawned.
    """

    def __init__(self, limits: Limits, *, in_haste: bool = False) -> None:
        """`in_haste`: a server that must be started anew imports nothing first; the worker does."""
        self.limits = limits
        self.calls = 0
        context: Any = multiprocessing.get_context("forkserver" if FORKS else "spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, limits), daemon=True)
        try:
            with _starting, _deaf_to_ctrl_c():
                if FORKS and limits.preload:
                    context.set_forkserver_preload([] if in_haste else [limits.preload])
                self._process.start()
        except (OSError, EOFError):  # the server was killed in the middle of it
            self._pipe.close()
            raise WorkerDied(None) from None
        finally:
            theirs.close()

    def wait_ready(self) -> None:
        """Wait until the process takes calls. Raises WorkerDied."""
        with self._killed_after(START_SECONDS) as late:
            self._receive(late)

    def call(self, function: str, arguments: tuple[Any, ...]) -> Any:
        """Return what the function returns, raise what it raises. Raises WorkerDied or WorkerTooSlow."""
        self.calls += 1
        with self._killed_after(self.limits.wall_seconds) as late:
            try:
                self._pipe.send((function, arguments))
            except OSError:
                raise self._end(late) from None
            succeeded, outcome, trace = self._receive(late)
        if succeeded:
            return outcome
        if trace:
            outcome.add_note(trace)
        raise outcome

    def kill(self) -> None:
        self._process.kill()

    def discard(self) -> None:
        """Kill the process and wait for its end."""
        self._process.kill()
        with _starting:
            self._process.join(5)
        self._pipe.close()

    def _receive(self, late: threading.Event) -> Any:
        try:
            return self._pipe.recv()
        except (EOFError, OSError):
            raise self._end(late) from None

    def _end(self, late: threading.Event) -> Exception:
        with _starting:
            self._process.join(5)
        exit_code = self._process.exitcode
        if late.is_set():
            return WorkerTooSlow(f"{self.limits.wall_seconds:g} s")
        if CPU_SIGNAL and exit_code == -CPU_SIGNAL:
            return WorkerTooSlow(f"{self.limits.seconds:g} s of CPU time")
        return WorkerDied(exit_code)

    @contextlib.contextmanager
    def _killed_after(self, seconds: float) -> Iterator[threading.Event]:
        """Kill the process if the block takes longer; the event says that it did."""
        late = threading.Event()

        def kill() -> None:
            late.set()
            self.kill()

        timer = threading.Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()


@contextlib.contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Keep Ctrl-C from what is started: the main process ends it, and the server would print where it was."""
    if not FORKS:
        yield
        return
    resource_tracker.ensure_running()  # which would open the thread's ears again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection, limits: Limits) -> None:
    """Answer calls until the main process closes its end or dies."""
    _bound(limits.memory_bytes)
    if limits.preload:
        importlib.import_module(limits.preload)
    with contextlib.suppress(EOFError, OSError):
        pipe.send(None)
        while True:
            function, arguments = pipe.recv()
            _end_alone_after(limits.seconds, limits.wall_seconds + ORPHAN_SECONDS)
            answer = _answer(function, arguments)
            del function, arguments
            _send(pipe, answer)
            _end_alone_after(0, 0)


def _answer(function: str, arguments: tuple[Any, ...]) -> tuple[bool, Any, str]:
    try:
        return True, pkgutil.resolve_name(function)(*arguments), ""
    except Exception as error:  # noqa: BLE001 - the caller gets it
        return False, error, traceback.format_exc(limit=20)


def _send(pipe: Connection, answer: tuple[bool, Any, str]) -> None:
    try:
        pipe.send(answer)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - too large, or not to be pickled
        pipe.send((False, RuntimeError(f"the answer cannot be sent: {type(error).__name__}"), answer[2]))


def _end_alone_after(cpu_seconds: float, wall_seconds: float) -> None:
    """Have the system end this process, also in the middle of C code; 0 takes it back."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
        signal.setitimer(signal.ITIMER_REAL, wall_seconds)


def _bound(memory_bytes: int) -> None:
    """Bound the worker, and leave Ctrl-C to the main process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if CPU_SIGNAL:
        signal.signal(CPU_SIGNAL, signal.SIG_DFL)
    try:
        import resource  # not on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def cores() -> int:
    """Cores that this process may use, which in a container are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
