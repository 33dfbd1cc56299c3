"""What `winnow state show` tells: read without the lock, so also while a run is at work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler import errors
from crawler.state.database import REBUILD, STATE_NAME, open_read_only, state_errors
from crawler.state.history import RunSummary, last_runs
from crawler.state.hosts import HostState, parked_hosts
from crawler.state.runs import utc_now
from crawler.state.site_memory import load_site_memory
from crawler.state.sources import load_sources
from crawler.state.values import DEFAULT_STORE_OPTIONS, SourceState

_COUNTS = """
SELECT site, state, cause, count(*) FROM ledger WHERE :site IN (site, '') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_SITES = "SELECT site FROM ledger UNION SELECT site FROM sources ORDER BY 1"


@dataclass(frozen=True, slots=True)
class LedgerCount:
    site: str
    state: str
    cause: str | None
    urls: int


@dataclass(frozen=True, slots=True)
class Overview:
    sources: tuple[SourceState, ...]
    ledger: tuple[LedgerCount, ...]
    runs: tuple[RunSummary, ...]
    """Newest first."""
    hosts: tuple[HostState, ...]
    """Hosts that are left alone now, of all sites."""

    @property
    def waiting(self) -> int:
        return sum(count.urls for count in self.ledger if count.state == "waiting")


def overview(folder: Path, site: str | None = None, runs: int = 10) -> Overview:
    """Return the state of the site, or of all.

    Raises UsageError where the folder has no state or the state no such site, OutputError or StateError for a
    file that cannot be used.
    """
    with reading(folder) as connection:
        if site is not None:
            check_site(connection, folder, site)
        return Overview(
            tuple(load_sources(connection, site)),
            tuple(LedgerCount(*row) for row in connection.execute(_COUNTS, {"site": site or ""})),
            tuple(last_runs(connection, site, runs)),
            tuple(parked_hosts(connection, utc_now())),
        )


def site_memory(folder: Path, site: str) -> bytes | None:
    """Return what was learned of a site's pages, None where nothing was. Raises as `overview` does."""
    with reading(folder) as connection:
        return load_site_memory(connection, site)


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the state of a folder: all that is read in the block is of one moment. Raises as `overview` does."""
    path = folder / STATE_NAME
    if not path.exists():
        mend = f"run {REBUILD}" if (folder / "records").is_dir() else "name the folder of a crawl with --output"
        raise errors.UsageError(f"{path}: no such file; {mend}")
    with state_errors(path), closing(open_read_only(path, DEFAULT_STORE_OPTIONS.busy_timeout_s)) as connection:
        connection.execute("BEGIN")
        yield connection


def check_site(connection: sqlite3.Connection, folder: Path, site: str) -> None:
    """Raise UsageError for a site of which the state knows nothing."""
    known = [name for (name,) in connection.execute(_SITES)]
    if site not in known:
        shown = ", ".join(known[:10]) + (f" and {len(known) - 10} more" if len(known) > 10 else "")
        raise errors.UsageError(f"{folder}: the state has no site “{site}”; it has {shown or 'none'}")
