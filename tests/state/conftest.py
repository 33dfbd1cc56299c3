from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.items import DiscoveredVia, Extraction, Link, Record, Status
from crawler.records.reader import read_records
from crawler.records.writer import RecordFileOptions
from crawler.state.store import CrawlStore
from crawler.state.values import Candidate, Poll, StoreOptions

NOW = "2026-11-22T10:45:01Z"
STARTED_AT = datetime(2026, 11, 22, 10, 45, 1, tzinfo=UTC)


class Desk:
    """Opens runs in one output folder, and makes the values that go in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs: list[CrawlStore] = []

    def open(self, options: StoreOptions | None = None) -> CrawlStore:
        run_id = f"20261122T104501Z-{len(self.runs):04x}"
        run = CrawlStore.open(self.folder, run_id, STARTED_AT, options or StoreOptions())
        self.runs.append(run)
        return run

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


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "output")
    yield desk
    for run in desk.runs:
        run.abort()


@pytest.fixture(scope="session")
def desk_of() -> Callable[[Path], Desk]:
    """For Hypothesis, which needs a folder of its own for each example."""
    return Desk


@pytest.fixture
def small_files() -> StoreOptions:
    return StoreOptions(files=RecordFileOptions(max_bytes=1))
