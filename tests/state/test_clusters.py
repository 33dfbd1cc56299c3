"""The final view of copies: the same whatever came first, and whole again after a rebuild."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crawler.dedup.fingerprints import text_hash
from crawler.dedup.near import DEFAULT_NEAR_OPTIONS
from crawler.errors import UsageError
from crawler.items import DiscoveredVia, Extraction, Link, Record, Status
from crawler.records.reader import read_records
from crawler.state.clusters import Cluster, clusters
from crawler.state.forgetting import Choice, forget
from crawler.state.rebuilding import rebuild
from crawler.state.store import CrawlStore
from crawler.state.values import Candidate, Outcome
from crawler.urls import normalized_url, record_id

if TYPE_CHECKING:
    from tests.state.conftest import LocalDesk as Desk

FETCHED_AT = "2026-11-22T10:46:00Z"
ORDERS = 10


def _text(seed: int, words: int = 300) -> list[str]:
    draw = random.Random(seed)
    return [f"w{draw.randrange(5000)}" for _ in range(words)]


def _record(name: str, words: Sequence[str], published: str | None = None, canonical: str | None = None) -> Record:
    url = f"https://{name}"
    text = " ".join(words)
    return Record(
        id=record_id(normalized_url(url)), url=url, requested_url=url, normalized_url=normalized_url(url), title=name,
        text=text, text_hash=text_hash(text), date_published=published, canonical_url=canonical,
        extraction=Extraction(Status.OK, None, "model", {}), fetched_at=FETCHED_AT, domain=name.partition("/")[0],
    )  # fmt: skip


def _corpus() -> list[Record]:
    """Five groups of copies, and articles that have none."""
    one, two, three, four, five = (_text(seed) for seed in range(5))
    records = [
        # One wire story in five papers: exact, with a lead of its own, cut off, edited here and there.
        _record("wire.example/one", one, "2026-11-22T08:00:00Z"),
        _record("paper.example/one", one, "2026-11-22T09:00:00Z"),
        _record("local.example/one", [*_text(50, 30), *one], "2026-11-22T09:30:00+02:00"),
        _record("wall.example/one", one[:120], "2026-11-22"),
        _record("edited.example/one", [*one[:100], "new", *one[140:]]),
        # A chain: the ends have little in common.
        _record("a.example/two", two[:220]),
        _record("b.example/two", two[40:260]),
        _record("c.example/two", two[80:]),
        # Nobody says when; four hours between the two that were seen.
        _record("x.example/three", three),
        _record("y.example/three", [*three, "end"]),
        # The print page of a site names the page that has more around it.
        _record("site.example/four", [*four, *_text(60, 50)], "2026-11-20"),
        _record("site.example/four/print", four, "2026-11-20", "https://site.example/four"),
        # Print pages with the same text and date: only one of three is written, whichever comes first.
        _record("site.example/five", five, "2026-11-20"),
        _record("site.example/print/five", five, "2026-11-20"),
        _record("site.example/five?view=print", five, "2026-11-20"),
    ]
    return records + [_record(f"lone.example/{n}", _text(100 + n)) for n in range(20)]


def _crawl(desk: Desk, run: CrawlStore, records: Sequence[Record], flush_every: int) -> None:
    """One source names all of them, so all are first seen at one time; they arrive one after the other."""
    links = [Link(record.url or "", DiscoveredVia.FEED) for record in records]
    sites = [(record.normalized_url or "", record.domain or "") for record in records]
    run.record_poll(desk.poll(), [Candidate(link, *site) for link, site in zip(links, sites, strict=True)])
    for number, record in enumerate(records):
        verdict = run.claim(record)
        key, site = record.normalized_url or "", record.domain or ""
        if verdict.state == "new":
            run.write(record, site, key, f"bytes of {record.id}")
        else:
            copy = Outcome(key, record.url or "", site, verdict.state, original_id=verdict.original_id)
            run.settle(
                replace(copy, page_id=record.id, page_published=record.date_published, similarity=verdict.similarity)
            )
        if number % flush_every == 0:
            run.flush()


def _view(found: Sequence[Cluster]) -> set[tuple[str, str, frozenset[str]]]:
    """Names, originals and members, readable."""
    return {
        (cluster.id, _name(cluster, cluster.original), frozenset(_name(cluster, m.id) for m in cluster.members))
        for cluster in found
    }


def _name(cluster: Cluster, member_id: str) -> str:
    return next(member.url for member in cluster.members if member.id == member_id).removeprefix("https://")


@pytest.fixture
def crawled(desk: Desk) -> Desk:
    run = desk.open()
    _crawl(desk, run, _corpus(), 5)
    run.finish({})
    return desk


def test_the_order_of_arrival_does_not_matter(desk: Desk) -> None:
    corpus, views = _corpus(), []
    for order in range(ORDERS):
        draw = random.Random(order)
        draw.shuffle(corpus)
        desk.folder = desk.folder.with_name(f"order {order}")
        run = desk.open()
        _crawl(desk, run, corpus, draw.choice([3, 8, 100]))
        run.finish({})
        views.append(_view(clusters(desk.folder)))
        assert views[-1] == views[0], f"order {order}"
    groups = {(original, members) for _, original, members in views[0]}
    assert ("local.example/one", _names("wire/one paper/one local/one wall/one edited/one")) in groups
    assert ("site.example/four", _names("site/four site/four/print")) in groups
    assert ("site.example/five", _names("site/five site/print/five site/five?view=print")) in groups
    assert {members for _, members in groups} >= {_names("a/two b/two c/two"), _names("x/three y/three")}
    assert len(groups) == 5


def _names(words: str) -> frozenset[str]:
    return frozenset(word.replace("/", ".example/", 1) for word in words.split())


def test_a_line_says_what_was_known_when_it_was_written(crawled: Desk) -> None:
    by_title = {record.title: record for record in read_records(crawled.folder)}
    first = by_title["wire.example/one"]
    assert (first.duplicate_of, first.duplicate_cluster_id, first.similarity) == (None, None, None)
    local = by_title["local.example/one"]
    assert (local.duplicate_of, local.duplicate_cluster_id) == (first.id, min(first.id, local.id))
    assert local.similarity == pytest.approx(300 / 330, abs=0.1)
    cut = by_title["wall.example/one"]
    assert cut.similarity is not None
    assert cut.similarity > 0.8
    assert cut.duplicate_cluster_id == min(first.id, local.id, cut.id)
    # Two copies in one batch: the second knows of the first, though nothing was committed between them.
    assert by_title["y.example/three"].duplicate_of == by_title["x.example/three"].id
    assert by_title["lone.example/7"].duplicate_of is None
    assert "paper.example/one" not in by_title


def test_a_site_has_the_clusters_of_its_pages(crawled: Desk) -> None:
    assert len(clusters(crawled.folder)) == 5
    (only,) = clusters(crawled.folder, "paper.example")
    assert len(only.members) == 5
    (unwritten,) = [member for member in only.members if not member.is_written]
    assert unwritten.text_of == record_id("https://wire.example/one")
    assert only.kept == record_id("https://local.example/one")


def test_a_site_that_is_not_there_is_named(crawled: Desk) -> None:
    with pytest.raises(UsageError, match=r"--site papr\.example: no page of such a site; .*paper\.example"):
        clusters(crawled.folder, "papr.example")


def test_a_rebuild_restores_them(crawled: Desk) -> None:
    before = clusters(crawled.folder)
    for path in crawled.folder.glob("state.sqlite*"):
        path.unlink()
    rebuild(crawled.folder)
    after = clusters(crawled.folder)
    written = {frozenset(m.id for m in cluster.members if m.is_written) for cluster in before}
    # What was not written is not in the output: it is found again when its URL is.
    assert {frozenset(member.id for member in cluster.members) for cluster in after} == {
        group for group in written if len(group) > 1
    }
    run = crawled.open()
    verdict = run.claim(_record("late.example/one", [*_text(0), "late"]))
    assert verdict.duplicate_of is not None


def test_what_is_forgotten_is_in_no_cluster(crawled: Desk) -> None:
    forget(crawled.folder, Choice(site="x.example"))
    assert all("three" not in member.url for cluster in clusters(crawled.folder) for member in cluster.members)
    run = crawled.open()
    again = run.claim(_record("x.example/three", _text(2)))
    assert (again.state, again.duplicate_of) == ("new", record_id("https://y.example/three"))


def test_old_weeks_are_dropped_and_pairs_stay(crawled: Desk) -> None:
    late = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(weeks=DEFAULT_NEAR_OPTIONS.weeks + 1)
    run = CrawlStore.open(crawled.folder, "later", late)
    crawled.runs.append(run)
    verdict = run.claim(_record("late.example/one", [*_text(0), "late"]))
    assert verdict.duplicate_of is None
    assert len(clusters(crawled.folder)) == 5


def _versions() -> Iterator[tuple[str, list[str], int]]:
    yield "the-same-but-a-word", [*_text(2)[:-1], "more"], 2
    yield "of-another-story", _text(77), 0


@pytest.mark.parametrize(
    ("words", "members"), [case[1:] for case in _versions()], ids=[case[0] for case in _versions()]
)
def test_the_latest_version_counts(crawled: Desk, words: list[str], members: int) -> None:
    run = crawled.open()
    run.schedule_revisits("y.example", (1,), datetime.now(UTC) + timedelta(hours=1))
    (row,) = run.take_waiting("y.example", 9)
    changed = _record("y.example/three", words)
    assert run.claim(changed, row).state == "changed"
    run.write(changed, "y.example", row.normalized_url)
    run.finish({})
    assert sum(len(c.members) for c in clusters(crawled.folder) if "three" in c.members[0].url) == members
