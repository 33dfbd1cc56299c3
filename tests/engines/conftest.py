from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.engines.options import RedisOptions
from crawler.engines.store import RedisStore
from crawler.items import DiscoveredVia, Extraction, Link, Record, Status
from crawler.records.reader import read_records
from crawler.state.values import Candidate, Poll, StoreOptions

if TYPE_CHECKING:
    from tests.conftest import RedisProcess

STARTED_AT = datetime(2026, 11, 22, 10, 45, 1, tzinfo=UTC)
NOW = "2026-11-22T10:45:01Z"
GROUPS = {"news": {"news"}, "paper": {"paper"}, "blog": {"blog"}, "wire": {"wire"}}


class Floor:
    """Opens workers that share one namespace, and makes what goes in."""

    def __init__(self, folder: Path, redis: RedisProcess) -> None:
        self.folder = folder
        self.options = RedisOptions(redis.url, f"floor-{secrets.token_hex(6)}", lease_seconds=60)
        self.workers: list[RedisStore] = []

    def worker(self, lease_seconds: float | None = None) -> RedisStore:
        """Open a worker to which all sites are offered."""
        options = self.options
        if lease_seconds is not None:
            options = replace(options, lease_seconds=lease_seconds)
        run_id = f"20261122T104501Z-{len(self.workers):04x}"
        store = RedisStore.open(self.folder, run_id, STARTED_AT, options, StoreOptions())
        store.turns.offer(GROUPS, joins=True)
        self.workers.append(store)
        return store

    def die(self, store: RedisStore) -> None:
        """Have the worker vanish: its lock is gone, its leases are left to run out."""
        store._closed = True
        store._output.close()
        store._lock.release()
        store.server.close()

    def poll(self, site: str = "news") -> Poll:
        return Poll(f"https://{site}.example/feed", site, DiscoveredVia.FEED, 200, None, None, None, NOW)

    def candidate(self, number: int, site: str = "news") -> Candidate:
        link = Link(f"https://{site}.example/{number}", DiscoveredVia.FEED, f"https://{site}.example/feed", "T")
        return Candidate(link, f"{site}.example/{number}", site)

    def record(self, number: int, site: str = "news", text: int | None = None) -> Record:
        return Record(
            id=f"{sorted(GROUPS).index(site):02x}{number:030x}",
            url=f"https://{site}.example/{number}",
            normalized_url=f"{site}.example/{number}",
            text=f"Text {number}",
            text_hash=f"sha256:{(1000 * sorted(GROUPS).index(site) + number + 500) if text is None else text:064x}",
            extraction=Extraction(Status.OK, None, "model", {}),
        )

    def write_all(self, store: RedisStore, site: str = "news") -> None:
        """Fetch what waits at the site, and commit it."""
        while rows := store.take_waiting(site, 10):
            for row in rows:
                record = self.record(int(row.normalized_url.rpartition("/")[2]), site)
                if store.claim(record, row).state == "new":
                    store.write(record, site, row.normalized_url)
            store.flush()

    def written(self) -> list[str]:
        """Return the addresses of the records in whole files."""
        return sorted(record.normalized_url or "" for record in read_records(self.folder))


@pytest.fixture
def floor(tmp_path: Path, shared_redis: RedisProcess) -> Iterator[Floor]:
    floor = Floor(tmp_path / "output", shared_redis)
    yield floor
    for store in floor.workers:
        store.abort()
