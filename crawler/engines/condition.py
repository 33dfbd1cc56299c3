"""In what condition a Redis server is: what makes it unfit for the state of a crawl, and what should be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

LEAST_VERSION = (6, 0)
"""Scripts that ask the time and then write are replicated by their effects from 5 on. Tried: 7.0."""
MOST_CLOCK_SECONDS = 60.0
"""By which a worker's clock may differ from the server's: when a host may be asked again is a moment of the worker's
clock, and other workers read it. Chosen."""
FULL = 0.8
"""Share of the allowed memory from which on somebody should look. Chosen."""


@dataclass(frozen=True, slots=True)
class ServerCondition:
    version: str
    policy: str
    is_durable: bool
    """Whether every change goes to a file (appendonly)."""
    can_write: bool
    """Whether the last write of that file went well."""
    is_cluster: bool
    role: str
    used_bytes: int
    allowed_bytes: int
    """0: no limit."""
    clock_seconds: float
    """By which the server's clock is ahead of ours."""

    @classmethod
    def of(cls, told: Mapping[str, Any], server_seconds: float, own_seconds: float) -> Self:
        """Read what INFO tells, and both clocks at the same moment."""
        return cls(
            str(told.get("valkey_version") or told.get("redis_version", "0")),
            str(told.get("maxmemory_policy", "noeviction")),
            bool(int(told.get("aof_enabled", 0))),
            told.get("aof_last_write_status", "ok") == "ok",
            bool(int(told.get("cluster_enabled", 0))),
            str(told.get("role", "master")),
            int(told.get("used_memory", 0)),
            int(told.get("maxmemory", 0)),
            server_seconds - own_seconds,
        )

    @property
    def share_used(self) -> float:
        return self.used_bytes / self.allowed_bytes if self.allowed_bytes else 0.0

    def faults(self) -> Iterator[str]:
        """Yield why no state may be kept there, each with its mend."""
        if _numbers(self.version) < LEAST_VERSION:
            yield f"is of version {self.version}: use one from {'.'.join(map(str, LEAST_VERSION))} on"
        if self.policy != "noeviction":
            yield (
                f"drops keys when its memory is full (maxmemory-policy {self.policy}), and with them URLs: "
                "set maxmemory-policy noeviction"
            )
        if not self.is_durable:
            yield "forgets its state in a restart (appendonly is off): set appendonly yes"
        if not self.can_write:
            yield "cannot write its file (aof_last_write_status): look at its disk"
        if self.is_cluster:
            yield "is a cluster, whose scripts may not reach all keys: use a single server"
        if self.role != "master":
            yield "is a replica: name the server that is written to"
        if abs(self.clock_seconds) > MOST_CLOCK_SECONDS:
            word = "ahead of" if self.clock_seconds > 0 else "behind"
            yield f"is {abs(self.clock_seconds):.0f} s {word} this machine's clock: set both, best by NTP"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
