from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.items import DiscoveredVia, Extraction, Label, Link, Record, Segment, Status
from crawler.state.store import CrawlStore
from crawler.state.values import Candidate, Outcome, Poll

BEGAN = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def text_of(name: str, more: str = "") -> str:
    """A text of 80 words that no other name has."""
    return " ".join(f"{name}-{number}" for number in range(80)) + more


@dataclass
class Desk:
    """Makes runs in an output folder with the store itself: URLs are numbers, `site/number`."""

    folder: Path
    run_ids: list[str] = field(default_factory=list)

    def run(self, *, new: str = "", ended: dict[str, tuple[str, ...]] | None = None, **more: Any) -> str:
        """One run: `new` names URLs that give records, `ended` others by URL: state, cause, detail or original."""
        now = BEGAN + timedelta(days=len(self.run_ids))
        run_id = f"{now:%Y%m%dT%H%M%SZ}-{len(self.run_ids):04x}"
        ended = ended or {}
        with CrawlStore.open(self.folder, run_id, now) as store:
            urls = [*new.split(), *ended]
            for site in sorted({name.partition("/")[0] for name in urls}):
                found = [self.candidate(name) for name in urls if name.startswith(f"{site}/")]
                store.record_poll(self.poll(site), found)
            for name in new.split():
                record = self.record(name, run_id, more.get("similar", {}).get(name))
                store.claim(record)
                store.write(record, name.partition("/")[0], self.key(name))
            for name, how in ended.items():
                store.settle(self.outcome(name, *how))
            store.flush()
            for site, number in more.get("refused", {}).items():
                store.count_refused(site, "off_site", number)
            store.finish(self.report(store, more))
        self.run_ids.append(run_id)
        return run_id

    def report(self, store: CrawlStore, more: dict[str, Any]) -> dict[str, Any]:
        sites = {
            name: asdict(account) | {"holds": account.holds, "alarms": more.get("alarms", {}).get(name, [])}
            for name, account in store.account().items()
        }
        whole = {"requests": 12, "bytes": 34567, "seconds": 2.5, "mean_latency_seconds": 0.04}
        mixes = {"http_statuses": {"200": 9, "404": 1}, "blocks_by_label": {"body": 8, "related": 4}}
        return {"finish_reason": more.get("reason", "finished"), "alarms": [], **whole, **mixes, "sites": sites}

    @staticmethod
    def key(name: str) -> str:
        return f"https://{name.replace('/', '.example/', 1)}"

    def poll(self, site: str) -> Poll:
        return Poll(f"https://{site}.example/feed", site, DiscoveredVia.FEED, 200, None, None, None, f"{BEGAN:%FT%TZ}")

    def candidate(self, name: str) -> Candidate:
        link = Link(self.key(name), DiscoveredVia.FEED, None, f"Title of {name}")
        return Candidate(link, self.key(name), name.partition("/")[0])

    def outcome(self, name: str, state: str, why: str = "", detail: str = "") -> Outcome:
        same = state == "duplicate"
        return Outcome(
            self.key(name), self.key(name), name.partition("/")[0], state, None if same else why or None, detail,
            original_id=self.id_of(why) if same else None, page_id=self.id_of(name) if same else None,
        )  # fmt: skip

    @staticmethod
    def id_of(name: str) -> str:
        return name.encode().hex().ljust(32, "0")[:32]

    def record(self, name: str, run_id: str, similar: str | None) -> Record:
        return Record(
            id=self.id_of(name),
            url=self.key(name),
            normalized_url=self.key(name),
            domain=f"{name.partition('/')[0]}.example",
            title=f"Title of {name}",
            text=text_of(similar, "and a word more") if similar else text_of(name),
            text_hash=f"sha256:{self.id_of(name):>064}",
            language="de" if name.startswith("de") else "en",
            http_status=200,
            run_id=run_id,
            segments=(Segment(Label.RELATED, "Read also", "/p", 0.9, ""),) * 2,
            extraction=Extraction(Status.OK, None, "model", {}),
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "output")


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Two runs of two sites, with something of everything."""
    desk.run(new="de/1 de/2 en/1")
    desk.run(
        new="de/3 en/2",
        similar={"en/2": "de/3"},
        ended={
            "de/4": ("failed", "http_refused", "HTTP 404"),
            "de/5": ("skipped", "not_article", "no article on this page"),
            "de/6": ("skipped", "robots_disallowed"),
            "en/3": ("duplicate", "de/1"),
            "en/4": ("waiting", "budget_reached"),
            "de/1": ("unchanged",),
        },
        refused={"de": 7},
        alarms={"en": ["2 links found, 20 is usual; its sources may have changed"]},
    )
    return desk
