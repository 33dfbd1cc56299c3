"""What is known of a host: until when it is left alone, and its robots.txt."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields

RETRY_AFTER = "retry_after"
"""The cause of a pause that the host itself asked for."""


@dataclass(frozen=True, slots=True)
class HostState:
    """Times are UTC, ISO 8601, whole seconds."""

    host: str
    parked_until: str | None
    parked_cause: str | None
    retry_after_until: str | None
    robots_body: bytes | None
    robots_status: int | None
    robots_at: str | None
    failures: int
    """Times the host was parked since it was last set free."""


_COLUMNS = ", ".join(spec.name for spec in fields(HostState))
_KEEP_ROBOTS = """
INSERT INTO hosts (host, robots_status, robots_body, robots_at) VALUES (?, ?, ?, ?) ON CONFLICT (host)
DO UPDATE SET robots_status = excluded.robots_status, robots_body = excluded.robots_body, robots_at = excluded.robots_at
"""
_RETRY_AFTER = """
INSERT INTO hosts (host, retry_after_until) VALUES (?, ?) ON CONFLICT (host)
DO UPDATE SET retry_after_until = excluded.retry_after_until
"""
_PARK = """
INSERT INTO hosts (host, parked_until, parked_cause, failures) VALUES (?, ?, ?, 1) ON CONFLICT (host)
DO UPDATE SET parked_until = excluded.parked_until, parked_cause = excluded.parked_cause, failures = failures + 1
"""
_SET_FREE = """
UPDATE hosts SET parked_until = NULL, parked_cause = NULL, retry_after_until = NULL, failures = 0 WHERE host = ?
"""


def load_host(connection: sqlite3.Connection, name: str) -> HostState | None:
    row = connection.execute(f"SELECT {_COLUMNS} FROM hosts WHERE host = ?", (name,)).fetchone()  # noqa: S608
    return None if row is None else HostState(*row)


def parked_hosts(connection: sqlite3.Connection, now: str) -> list[HostState]:
    """Return the hosts that are left alone at `now`, by name."""
    query = f"SELECT {_COLUMNS} FROM hosts WHERE parked_until > ? OR retry_after_until > ? ORDER BY host"  # noqa: S608
    return [HostState(*row) for row in connection.execute(query, (now, now))]


def save_robots(connection: sqlite3.Connection, name: str, status: int | None, body: bytes | None, at: str) -> None:
    connection.execute(_KEEP_ROBOTS, (name, status, body, at))


def park_host(connection: sqlite3.Connection, name: str, until: str | None, cause: str | None) -> None:
    """Leave the host alone until then. Cause `retry_after` keeps to its own field; without `until` it is set free."""
    if until is None:
        connection.execute(_SET_FREE, (name,))
    elif cause == RETRY_AFTER:
        connection.execute(_RETRY_AFTER, (name, until))
    else:
        connection.execute(_PARK, (name, until, cause))
