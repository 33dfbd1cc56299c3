from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.items import DiscoveredVia, Extraction, Link, Record, Status
from crawler.records.reader import read_records
from crawler.records.writer import RecordFileOptions
from crawler.state.protocol import Store
from crawler.state.store import CrawlStore
from crawler.state.values import Candidate, Poll, StoreOptions

if TYPE_CHECKING:
    from crawler.engines.options import RedisOptions
    from tests.conftest import RedisProcess

NOW = "2026-11-22T10:45:01Z"
STARTED_AT = datetime(2026, 11, 22, 10, 45, 1, tzinfo=UTC)


class Desk:
    """Opens runs in one output folder, and makes the values that go in."""

    def __init__(self, folder: Path, redis_url: str | None = None) -> None:
        self.folder = folder
        self.runs: list[Store] = []
        self._redis_url = redis_url
        self._namespace = f"desk-{secrets.token_hex(6)}"

    def open(self, options: StoreOptions | None = None, run_id: str | None = None) -> Store:
        run_id = run_id or f"20261122T104501Z-{len(self.runs):04x}"
        run = self._open(run_id, options or StoreOptions())
        self.runs.append(run)
        return run

    def _open(self, run_id: str, options: StoreOptions) -> Store:
        if self._redis_url is None:
            return CrawlStore.open(self.folder, run_id, STARTED_AT, options)
        from crawler.engines.store import RedisStore

        assert self.redis is not None
        store = RedisStore.open(self.folder, run_id, STARTED_AT, self.redis, options)
        store.turns.offer({"all": {"news", "paper", "given"}}, joins=False)
        return store

    @property
    def redis(self) -> RedisOptions | None:
        """Where the state is, None for a state file."""
        from crawler.engines.options import RedisOptions

        return None if self._redis_url is None else RedisOptions(self._redis_url, self._namespace)

    @property
    def is_local(self) -> bool:
        return self._redis_url is None

    @property
    def place(self) -> Path:
        """The folder of the last run's records."""
        return self.runs[-1].folder

    def written(self) -> list[int]:
        """Return the numbers of the records that stand in finished files."""
        return sorted(int(record.id, 16) for record in read_records(self.folder))

    def poll(self, site: str = "news", *, kind: DiscoveredVia = DiscoveredVia.FEED, etag: str | None = None) -> Poll:
        return Poll(f"https://{site}.example/feed", site, kind, 200, etag, None, None, NOW)

    def candidate(self, number: int, site: str = "news", published: str | None = None) -> Candidate:
        link = Link(f"https://{site}.example/{number}?x", DiscoveredVia.FEED, f"https://{site}.example/feed", "T")
        if published is not None:
            link = Link(link.url, link.discovered_via, link.source_url, link.title, published)
        return Candidate(link, f"{site}.example/{number}", site)

    def record(self, number: int, site: str = "news", text: int | None = None) -> Record:
        return Record(
            id=f"{number:032x}",
            url=f"https://{site}.example/{number}",
            normalized_url=f"{site}.example/{number}",
            text=f"Text {number}",
            text_hash=f"sha256:{number if text is None else text:064x}",
            extraction=Extraction(Status.OK, None, "model", {}),
        )


class LocalDesk(Desk):
    """Opens runs of the local engine, by their own type."""

    def open(self, options: StoreOptions | None = None, run_id: str | None = None) -> CrawlStore:
        run = super().open(options, run_id)
        assert isinstance(run, CrawlStore)
        return run


ENGINES = [pytest.param("local"), pytest.param("redis", marks=pytest.mark.redis)]


@pytest.fixture(params=ENGINES)
def redis_url(request: pytest.FixtureRequest) -> str | None:
    """The address of a server for the engine `redis`, None for the local one."""
    if request.param == "local":
        return None
    redis: RedisProcess = request.getfixturevalue("shared_redis")
    return redis.url


@pytest.fixture
def any_desk(tmp_path: Path, redis_url: str | None) -> Iterator[Desk]:
    """The contract of a store, on each engine; a module that tests it says `desk = any_desk`."""
    desk = Desk(tmp_path / "output", redis_url)
    yield desk
    for run in desk.runs:
        run.abort()


@pytest.fixture
def local_desk(tmp_path: Path) -> Iterator[LocalDesk]:
    """What only the store in a state file has."""
    desk = LocalDesk(tmp_path / "output")
    yield desk
    for run in desk.runs:
        run.abort()


@pytest.fixture
def desk(local_desk: LocalDesk) -> LocalDesk:
    return local_desk


@pytest.fixture(params=ENGINES, scope="session")
def desk_of(request: pytest.FixtureRequest) -> Callable[[Path], Desk]:
    """For Hypothesis, which needs a folder of its own for each example."""
    if request.param == "local":
        return Desk
    redis: RedisProcess = request.getfixturevalue("shared_redis")
    return lambda folder: Desk(folder, redis.url)


@pytest.fixture
def small_files() -> StoreOptions:
    return StoreOptions(files=RecordFileOptions(max_bytes=1))
