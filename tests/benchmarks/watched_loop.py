"""Runs a module and tells for how long its event loop stood still, and what CPU its store took.

python -m tests.benchmarks.watched_loop FIGURES.json MODULE [ARGUMENT ...]

A callback that runs for 50 ms keeps every connection waiting for 50 ms. On a busy machine the wall time of a callback
has other processes' time in it; its CPU has not.
"""

from __future__ import annotations

import argparse
import functools
import json
import runpy
import socket
import sys
import time
from asyncio.events import Handle
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch


@dataclass(slots=True)
class Watched:
    callbacks: int = 0
    longest_wall_ms: float = 0.0
    longest_cpu_ms: float = 0.0
    longest: str = ""
    """The callback with the most CPU, as asyncio names it."""
    over_50_ms: int = 0
    """Callbacks with more CPU than that."""
    store_cpu_seconds: float = 0.0
    """Of the crawl's store in the loop: claims, near-duplicates, lines and the ledger's rows."""
    state_thread_cpu_seconds: float = 0.0
    """Of the store's own thread: what is written, and its commits."""
    connected: bool = False
    """Callbacks count from the first connection on: before it modules are loaded, and nobody waits."""


def watch(seen: Watched) -> Callable[[Handle], None]:
    """Return a `Handle._run` that measures; the method of asyncio is all that the loop calls for a callback."""
    original = Handle._run

    def run(handle: Handle) -> None:
        counts = seen.connected
        wall, cpu = time.perf_counter(), time.thread_time()
        original(handle)
        if not counts:
            return
        wall_ms, cpu_ms = 1000 * (time.perf_counter() - wall), 1000 * (time.thread_time() - cpu)
        seen.callbacks += 1
        seen.longest_wall_ms = max(seen.longest_wall_ms, wall_ms)
        seen.over_50_ms += cpu_ms > 50
        if cpu_ms > seen.longest_cpu_ms:
            seen.longest_cpu_ms, seen.longest = cpu_ms, repr(handle)[:300]

    return run


def _connect(seen: Watched) -> Callable[..., int]:
    original = socket.socket.connect_ex

    def connect(self: socket.socket, address: Any) -> int:
        seen.connected = True
        return original(self, address)

    return connect


def watch_store(seen: Watched, store: type) -> None:
    """Count the CPU of the store's public methods; of one that calls another, once."""
    inside: list[bool] = []

    def timed(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def run(*args: Any, **named: Any) -> Any:
            if inside:
                return method(*args, **named)
            inside.append(True)
            started = time.thread_time()
            try:
                return method(*args, **named)
            finally:
                seen.store_cpu_seconds += time.thread_time() - started
                inside.pop()

        return run

    for kind in store.__mro__[:-1]:
        for name, method in vars(kind).items():
            if callable(method) and not name.startswith("_"):
                setattr(kind, name, timed(method))


def watch_state_thread(seen: Watched, changes: type) -> None:
    """Count the CPU of the steps that a store's thread does."""
    original = changes._do  # type: ignore[attr-defined]

    def do(*arguments: Any) -> Any:
        started = time.thread_time()
        try:
            return original(*arguments)
        finally:
            seen.state_thread_cpu_seconds += time.thread_time() - started

    changes._do = do  # type: ignore[attr-defined]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", type=Path)
    parser.add_argument("module")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    seen = Watched()
    if chosen.module == "crawler":
        from crawler.state.changes import StateChanges
        from crawler.state.store import CrawlStore

        watch_store(seen, CrawlStore)
        watch_state_thread(seen, StateChanges)
    sys.argv = [chosen.module, *chosen.arguments]
    measured = patch.object(Handle, "_run", watch(seen)), patch.object(socket.socket, "connect_ex", _connect(seen))
    with measured[0], measured[1]:
        try:
            runpy.run_module(chosen.module, run_name="__main__", alter_sys=True)
        finally:
            chosen.figures.write_text(json.dumps(asdict(seen)), encoding="utf-8")


if __name__ == "__main__":
    main()
