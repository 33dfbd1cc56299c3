"""What a seen index says of near-duplicates, held against each of them."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.dedup.fingerprints import text_hash
from crawler.dedup.minhash import signature_of
from crawler.dedup.seen import MemorySeen, SeenIndex, WrittenVersion
from crawler.dedup.sqlite_seen import SqliteSeen
from crawler.items import Extraction, Record, Status, Verdict
from crawler.state.database import open_state, transaction
from crawler.urls import normalized_url, record_id

Words = Callable[..., list[str]]
FETCHED_AT = "2026-11-22T10:46:00Z"


def _record(name: str, words: list[str], canonical: str | None = None, fetched_at: str | None = FETCHED_AT) -> Record:
    url = f"https://{name}"
    text = " ".join(words)
    return Record(
        id=record_id(normalized_url(url)), url=url, canonical_url=canonical, text=text, text_hash=text_hash(text),
        fetched_at=fetched_at, extraction=Extraction(Status.OK, None, "", {}),
    )  # fmt: skip


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_state(tmp_path / "state.sqlite", 1.0)
    yield connection
    connection.close()


@pytest.fixture(params=["memory", "sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def seen(request: pytest.FixtureRequest, connection: sqlite3.Connection) -> SeenIndex:
    if request.param == "redis":
        from crawler.engines.seen import RedisSeen

        server, changes = request.getfixturevalue("redis_parts")
        return RedisSeen(server, changes, "w")
    return MemorySeen() if request.param == "memory" else SqliteSeen(connection)


def test_of_near_copies_at_the_same_time_one_is_the_original(seen: SeenIndex, words: Words) -> None:
    copies = [_record(f"paper{n}.com/a", [*words(1), f"end{n}"]) for n in range(12)]
    verdicts = [seen.claim(copy) for copy in copies]
    assert {verdict.state for verdict in verdicts} == {"new"}
    assert [verdict.duplicate_of is None for verdict in verdicts] == [True] + [False] * 11
    written = {copies[0].id}
    for copy, verdict in zip(copies[1:], verdicts[1:], strict=True):
        assert verdict.duplicate_of in written
        written.add(copy.id)
        assert verdict.duplicate_cluster_id == min(written)
        assert verdict.similarity is not None
        assert verdict.similarity > 0.9


@pytest.mark.parametrize("confirmed", [False, True], ids=["claimed", "confirmed"])
def test_a_copy_names_the_most_similar(seen: SeenIndex, words: Words, confirmed: bool) -> None:
    far, near = _record("a.com/1", words(1)[:200]), _record("b.com/1", [*words(1), "end"])
    for record in (far, near):
        seen.claim(record)
        if confirmed:
            seen.confirm(record)
    verdict = seen.claim(_record("c.com/1", words(1)))
    assert (verdict.state, verdict.duplicate_of) == ("new", near.id)
    assert seen.held(_record("c.com/1", words(1))) == verdict


def test_a_cluster_is_named_over_others(seen: SeenIndex, words: Words) -> None:
    text = words(1)
    chain = [
        _record(f"{name}.com/1", part) for name, part in zip("abc", (text[:220], text[40:260], text[80:]), strict=True)
    ]
    verdicts = []
    for record in chain:
        verdicts.append(seen.claim(record))
        seen.confirm(record)
    assert verdicts[2].duplicate_of == chain[1].id
    assert verdicts[2].duplicate_cluster_id == min(record.id for record in chain)


def test_a_released_claim_is_no_original(seen: SeenIndex, words: Words) -> None:
    first = _record("a.com/1", words(1))
    seen.claim(first)
    seen.release(first)
    assert seen.claim(_record("b.com/1", [*words(1), "end"])) == Verdict("new")


@pytest.mark.parametrize(
    ("count", "fetched_at", "is_marked"),
    [
        pytest.param(45, FETCHED_AT, False, id="short"),
        pytest.param(300, "2027-01-22T10:46:00Z", False, id="two-months-later"),
        pytest.param(300, "2026-12-06T10:46:00+01:00", True, id="two-weeks-later"),
    ],
)
def test_what_is_compared(seen: SeenIndex, words: Words, count: int, fetched_at: str, is_marked: bool) -> None:
    first = _record("a.com/1", words(1, count))
    seen.claim(first)
    seen.confirm(first)
    verdict = seen.claim(_record("b.com/1", [*words(1, count), "end"], fetched_at=fetched_at))
    assert (verdict.duplicate_of == first.id) == is_marked


def test_without_a_time_it_counts_as_now(seen: SeenIndex, words: Words) -> None:
    first = _record("a.com/1", words(1), fetched_at=None)
    seen.claim(first)
    assert seen.claim(_record("b.com/1", [*words(1), "end"], fetched_at=None)).duplicate_of == first.id


def test_the_signature_that_came_with_the_record_is_taken(seen: SeenIndex, words: Words) -> None:
    signature = signature_of(" ".join(words(1)))
    assert signature is not None
    first = _record("a.com/1", words(1))
    seen.claim(first)
    other = dataclasses.replace(_record("b.com/1", words(2)), text_signature=signature.to_bytes())
    assert seen.claim(other).duplicate_of == first.id


MAIN = "https://www.n.com/story"
CANONICAL = [
    pytest.param(0, 300, True, "https://n.com/story", "duplicate", True, id="says-the-same"),
    pytest.param(0, 80, True, "https://n.com/story", "duplicate", True, id="says-a-part-of-it"),
    pytest.param(0, 300, False, "https://n.com/story", "new", False, id="another-text"),
    pytest.param(0, 300, True, "https://n.com/", "new", True, id="names-the-home-page"),
    pytest.param(0, 80, True, "https://n.com/", "new", False, id="a-part-that-names-the-home-page"),
    pytest.param(0, 300, True, "https://other.com/story", "new", True, id="names-another-domain"),
    pytest.param(0, 300, False, "https://n.com/other-story", "new", False, id="names-another-article"),
]  # fmt: skip


@pytest.mark.parametrize(("begin", "end", "same_text", "canonical", "state", "is_copy"), CANONICAL)
def test_the_texts_decide_on_a_declared_page(
    seen: SeenIndex, words: Words, begin: int, end: int, same_text: bool, canonical: str, state: str, is_copy: bool
) -> None:
    """The page that is declared canonical is there; a print page comes."""
    main = _record("www.n.com/story", [*words(1), "end"])
    seen.claim(main)
    seen.confirm(main)
    verdict = seen.claim(_record("n.com/print/story", words(1 if same_text else 2)[begin:end], canonical))
    assert verdict.state == state
    assert (main.id in {verdict.original_id, verdict.duplicate_of}) == is_copy


def test_a_declared_page_that_comes_later(seen: SeenIndex, words: Words) -> None:
    teaser = _record("n.com/print/story", words(1)[:80], MAIN)
    seen.claim(teaser)
    verdict = seen.claim(_record("www.n.com/story", words(1)))
    # It says far more: nothing of it may be lost.
    assert (verdict.state, verdict.duplicate_of) == ("new", teaser.id)
    same = _record("n.com/print/other", words(2), "https://n.com/other")
    seen.claim(same)
    assert seen.claim(_record("n.com/other", [*words(2), "end"])).original_id == same.id


def test_a_version_is_compared_anew(seen: SeenIndex, words: Words, connection: sqlite3.Connection) -> None:
    first, other = _record("a.com/1", words(1)), _record("b.com/1", words(2))
    for record in (first, other):
        seen.claim(record)
        with transaction(connection):
            seen.confirm(record)
    changed = _record("a.com/1", [*words(2), "end"])
    verdict = seen.claim(changed, WrittenVersion(first.id, first.text_hash, 1))
    assert (verdict.state, verdict.version, verdict.duplicate_of) == ("changed", 2, other.id)
    with transaction(connection):
        seen.confirm(changed)
    assert seen.claim(_record("c.com/1", [*words(1), "end"])).duplicate_of is None


def test_a_version_is_never_taken_for_its_declared_page(seen: SeenIndex, words: Words) -> None:
    main, print_page = _record("n.com/story", words(1)), _record("n.com/print/story", words(2), "https://n.com/story")
    for record in (main, print_page):
        seen.claim(record)
        seen.confirm(record)
    changed = _record("n.com/print/story", [*words(1), "end"], "https://n.com/story")
    verdict = seen.claim(changed, WrittenVersion(print_page.id, print_page.text_hash, 1))
    assert (verdict.state, verdict.duplicate_of) == ("changed", main.id)


def test_sqlite_keeps_them_over_runs(connection: sqlite3.Connection, words: Words) -> None:
    before = SqliteSeen(connection)
    kept, lost = _record("a.com/1", words(1)), _record("b.com/1", words(2))
    before.claim(kept)
    before.claim(lost)
    with transaction(connection):
        before.confirm(kept)
    after = SqliteSeen(connection)
    assert after.claim(_record("c.com/1", [*words(1), "end"])).duplicate_of == kept.id
    assert after.claim(_record("d.com/1", [*words(2), "end"])).duplicate_of is None
