"""What a run asks of the state beside its articles, and keeps at once: sources, hosts, earlier runs."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from crawler.state.changes import StateChanges
from crawler.state.database import STATE_NAME, state_errors
from crawler.state.history import RunFigures, load_history
from crawler.state.hosts import HostState, load_host
from crawler.state.scheduling import is_due
from crawler.state.sources import load_source, load_sources
from crawler.state.values import SourceState


class SourcesAndHosts:
    """Each change is a small transaction of its own: it holds although the run dies."""

    def __init__(self, folder: Path, reading: sqlite3.Connection, changes: StateChanges) -> None:
        self._state_path = folder / STATE_NAME
        self._reading = reading
        self._changes = changes

    def source(self, url: str) -> SourceState | None:
        """Return what is known of a source, None before its first poll."""
        with self._state_errors():
            return load_source(self._reading, url)

    def sources_of(self, site: str) -> list[SourceState]:
        """Return the sources that earlier runs asked for the site."""
        with self._state_errors():
            return load_sources(self._reading, site)

    def is_due(self, url: str, now: datetime) -> bool:
        """Whether the source's interval has passed; an unknown source is due. `now` has an offset."""
        return is_due(self.source(url), now)

    def host(self, name: str) -> HostState | None:
        """Return what is known of a host, None where nothing is."""
        with self._state_errors():
            return load_host(self._reading, name)

    def keep_robots(self, host: str, status: int | None, body: bytes | None, at: str) -> None:
        """Keep the answer for `/robots.txt`. `at` is UTC, ISO 8601; status None: no answer came."""
        self._changes.keep_robots(host, status, body, at).result()

    def park(self, host: str, until: str | None, cause: str | None) -> None:
        """Leave a host alone until then, UTC, ISO 8601, and count the failure; None sets it free and counts anew.

        With the cause `retry_after` the time goes to `retry_after_until`, and no failure is counted.
        """
        self._changes.park(host, until, cause).result()

    def site_history(self, site: str, limit: int = 10) -> list[RunFigures]:
        """Return the figures of the site's last finished runs, newest first; this run is not among them."""
        with self._state_errors():
            return load_history(self._reading, site, limit)

    def _state_errors(self) -> AbstractContextManager[None]:
        return state_errors(self._state_path)
