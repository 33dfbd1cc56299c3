"""What every seen index keeps, held against each of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.dedup.seen import MemorySeen, SeenIndex, WrittenVersion
from crawler.dedup.sqlite_seen import SqliteSeen
from crawler.items import Extraction, Record, Status, Verdict
from crawler.state.database import open_state, transaction

NEW = Verdict("new")


def _record(record_id: str, text_hash: str | None) -> Record:
    return Record(id=record_id, text_hash=text_hash, extraction=Extraction(Status.OK, None, "", {}))


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


def test_of_copies_at_the_same_time_one_is_new(seen: SeenIndex) -> None:
    copies = [_record(f"id{n}", "text") for n in range(12)]
    verdicts = [seen.claim(copy) for copy in copies]
    assert verdicts == [NEW] + [Verdict("duplicate", "id0")] * 11


def test_a_confirmed_text_stays_known(seen: SeenIndex) -> None:
    seen.claim(_record("a", "text"))
    seen.confirm(_record("a", "text"))
    assert seen.claim(_record("b", "text")) == Verdict("duplicate", "a")


@pytest.mark.parametrize("confirmed", [False, True], ids=["claimed", "confirmed"])
@pytest.mark.parametrize("text_hash", ["text", "another", None])
def test_a_known_id_is_a_duplicate_of_itself(seen: SeenIndex, confirmed: bool, text_hash: str | None) -> None:
    seen.claim(_record("a", "text"))
    if confirmed:
        seen.confirm(_record("a", "text"))
    assert seen.claim(_record("a", text_hash)) == Verdict("duplicate", "a")


def test_a_released_claim_makes_room_for_another_copy(seen: SeenIndex) -> None:
    seen.claim(_record("a", "text"))
    seen.release(_record("a", "text"))
    assert seen.claim(_record("b", "text")) == NEW
    assert seen.claim(_record("a", "text")) == Verdict("duplicate", "b")


def test_releasing_without_a_claim_changes_nothing(seen: SeenIndex) -> None:
    seen.claim(_record("a", "text"))
    seen.release(_record("b", "text"))
    assert seen.claim(_record("c", "text")) == Verdict("duplicate", "a")
    seen.confirm(_record("a", "text"))
    seen.release(_record("a", "text"))
    assert seen.claim(_record("c", "text")) == Verdict("duplicate", "a")


def test_records_without_text_are_told_apart_by_id(seen: SeenIndex) -> None:
    assert seen.claim(_record("a", None)) == NEW
    assert seen.claim(_record("b", None)) == NEW
    seen.confirm(_record("a", None))
    assert seen.claim(_record("a", None)) == Verdict("duplicate", "a")


def test_sqlite_keeps_what_is_committed(connection: sqlite3.Connection) -> None:
    before = SqliteSeen(connection)
    before.claim(_record("a", "text"))
    before.claim(_record("b", "lost"))
    with transaction(connection):
        before.confirm(_record("a", "text"))
    after = SqliteSeen(connection)
    assert after.claim(_record("c", "text")) == Verdict("duplicate", "a")
    assert after.claim(_record("a", None)) == Verdict("duplicate", "a")
    assert after.claim(_record("d", "lost")) == NEW


def test_a_confirmation_rolled_back_is_a_release(connection: sqlite3.Connection) -> None:
    seen = SqliteSeen(connection)
    seen.claim(_record("a", "text"))
    with pytest.raises(RuntimeError), transaction(connection):  # noqa: PT012
        seen.confirm(_record("a", "text"))
        raise RuntimeError
    assert seen.claim(_record("b", "text")) == NEW


@pytest.fixture
def written(seen: SeenIndex, connection: sqlite3.Connection) -> WrittenVersion:
    """Two articles are there, "a" and "b"; "a" is fetched again."""
    for name in ("a", "b"):
        seen.claim(_record(name, f"text of {name}"))
        with transaction(connection):
            seen.confirm(_record(name, f"text of {name}"))
    return WrittenVersion("a", "text of a", 1)


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        pytest.param(_record("a", "text of a"), Verdict("unchanged"), id="same-text"),
        pytest.param(
            _record("a", "later"), Verdict("changed", version=2, previous_text_hash="text of a"), id="another-text"
        ),
        pytest.param(
            _record("a", None), Verdict("changed", version=2, previous_text_hash="text of a"), id="no-text-any-more"
        ),
        pytest.param(_record("a", "text of b"), Verdict("duplicate", "b"), id="text-of-another"),
        pytest.param(_record("c", "text of a"), Verdict("unchanged"), id="moved-with-its-text"),
        pytest.param(_record("b", "later"), Verdict("duplicate", "b"), id="leads-to-another-now"),
        pytest.param(_record("c", "later"), NEW, id="a-new-article-at-its-address"),
    ],
)
def test_an_article_fetched_again(seen: SeenIndex, written: WrittenVersion, record: Record, verdict: Verdict) -> None:
    assert seen.claim(record, written) == verdict
    is_claimed = verdict.state in {"new", "changed"}
    assert seen.held(record) == (verdict if is_claimed else None)


def test_every_version_of_a_text_stays_known_for_its_id(
    seen: SeenIndex, written: WrittenVersion, connection: sqlite3.Connection
) -> None:
    seen.claim(_record("a", "later"), written)
    with transaction(connection):
        seen.confirm(_record("a", "later"))
    for text in ("text of a", "later"):
        assert seen.claim(_record("c", text)) == Verdict("duplicate", "a")
    back = seen.claim(_record("a", "text of a"), WrittenVersion("a", "later", 2))
    assert back == Verdict("changed", version=3, previous_text_hash="later")
    with transaction(connection):
        seen.confirm(_record("a", "text of a"))
    assert seen.claim(_record("c", "later")) == Verdict("duplicate", "a")


def test_a_changed_text_is_claimed_at_once(seen: SeenIndex, written: WrittenVersion) -> None:
    seen.claim(_record("a", "later"), written)
    assert seen.claim(_record("c", "later")) == Verdict("duplicate", "a")
    assert seen.claim(_record("a", "later still"), written) == Verdict("duplicate", "a")
    seen.release(_record("a", "later"))
    assert seen.claim(_record("c", "later")) == NEW


def test_records_without_text_that_are_fetched_again(seen: SeenIndex) -> None:
    seen.claim(_record("a", None))
    seen.confirm(_record("a", None))
    assert seen.claim(_record("a", None), WrittenVersion("a", None, 1)) == Verdict("unchanged")
    assert seen.claim(_record("b", None), WrittenVersion("a", None, 1)) == NEW
