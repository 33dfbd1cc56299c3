"""What every index of bands keeps, held against each of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crawler.dedup.bands import BandIndex, MemoryBands
from crawler.dedup.minhash import SIGNATURE_BYTES, signature_of
from crawler.dedup.near import DEFAULT_NEAR_OPTIONS, Entry, Match, NearOptions
from crawler.dedup.sqlite_bands import SqliteBands
from crawler.state.database import open_state

Words = Callable[..., list[str]]
WEEK = 2966


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_state(tmp_path / "state.sqlite", 1.0)
    yield connection
    connection.close()


@pytest.fixture(params=["memory", "sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def bands(request: pytest.FixtureRequest, connection: sqlite3.Connection) -> BandIndex:
    options = NearOptions(max_candidates=3)
    if request.param == "redis":
        from crawler.engines.bands import RedisBands

        server, changes = request.getfixturevalue("redis_parts")
        return RedisBands(server, changes, options)
    return MemoryBands(options) if request.param == "memory" else SqliteBands(connection, options)


@pytest.fixture
def entry(words: Words) -> Callable[..., Entry]:
    def make(name: str, seed: int = 1, week: int = WEEK, canonical_id: str | None = None, cut: int = 300) -> Entry:
        signature = signature_of(" ".join(words(seed)[:cut]))
        assert signature is not None
        return Entry(name, signature, week, canonical_id)

    return make


def _names(entries: list[Entry]) -> list[str]:
    return [entry.record_id for entry in entries]


def test_those_that_share_a_band_are_found(bands: BandIndex, entry: Callable[..., Entry]) -> None:
    bands.add(entry("a"), ())
    bands.add(entry("b", cut=120), ())
    bands.add(entry("far", seed=2), ())
    assert sorted(_names(bands.candidates(entry("new")))) == ["a", "b"]
    assert _names(bands.candidates(entry("a"))) == ["b"]
    assert _names(bands.candidates(entry("new", seed=3))) == []
    (found,) = bands.candidates(entry("a"))
    ours, theirs = entry("a").signature, entry("b", cut=120).signature
    assert found.signature.shingles == theirs.shingles
    for name in ("minima", "head"):
        one, stored, original = (getattr(signature, name) for signature in (ours, found.signature, theirs))
        assert ((one == stored) == (one == original)).all()


@pytest.mark.parametrize(("weeks", "is_found"), [(0, True), (4, True), (-4, True), (5, False), (-5, False)])
def test_only_near_weeks_are_searched(
    bands: BandIndex, entry: Callable[..., Entry], weeks: int, is_found: bool
) -> None:
    bands.add(entry("a"), ())
    assert bool(bands.candidates(entry("new", week=WEEK + weeks))) == is_found


def test_the_nearest_are_taken_where_there_are_many(bands: BandIndex, entry: Callable[..., Entry]) -> None:
    for number in range(4):
        bands.add(entry(f"cut {number}", cut=200), ())
    bands.add(entry("whole"), ())
    found = _names(bands.candidates(entry("new")))
    assert len(found) in {3, 4}
    assert "whole" in found


def test_a_record_has_one_entry(bands: BandIndex, entry: Callable[..., Entry]) -> None:
    bands.add(entry("a", canonical_id="home"), (Match("b", 0.9),))
    bands.add(entry("a", seed=2), (Match("c", 0.8),))
    assert _names(bands.candidates(entry("new"))) == []
    assert _names(bands.candidates(entry("new", seed=2))) == ["a"]
    assert _names(bands.declared(entry("home"))) == []
    assert (bands.partners("a"), bands.partners("b"), bands.partners("c")) == ({"c"}, set(), {"a"})


def test_what_is_removed_is_gone(bands: BandIndex, entry: Callable[..., Entry]) -> None:
    bands.add(entry("b"), ())
    bands.add(entry("a", canonical_id="home"), (Match("b", 0.9),))
    bands.remove("a")
    bands.remove("a")
    assert _names(bands.candidates(entry("new"))) == ["b"]
    assert _names(bands.declared(entry("home"))) == []
    assert bands.partners("b") == set()


def test_declared_pages_are_found_from_both_sides(bands: BandIndex, entry: Callable[..., Entry]) -> None:
    bands.add(entry("print", seed=2, canonical_id="main"), ())
    bands.add(entry("main", seed=3), ())
    assert _names(bands.declared(entry("main"))) == ["print"]
    assert _names(bands.declared(entry("print", canonical_id="main"))) == ["main"]
    assert _names(bands.declared(entry("other", canonical_id="main"))) == ["main"]
    assert _names(bands.declared(entry("other"))) == []


def test_old_weeks_expire(connection: sqlite3.Connection, entry: Callable[..., Entry]) -> None:
    bands = SqliteBands(connection, DEFAULT_NEAR_OPTIONS)
    for week in range(WEEK, WEEK + 6):
        bands.add(entry(f"of {week}", week=week), (Match("x", 0.9),))
    bands.expire(WEEK + 5)
    assert connection.execute("SELECT min(week), count(DISTINCT week) FROM bands").fetchone() == (WEEK + 1, 5)
    assert connection.execute("SELECT min(week), count(*) FROM signatures").fetchone() == (WEEK + 1, 5)
    assert connection.execute("SELECT count(*) FROM near_duplicates").fetchone() == (6,)


def test_signatures_of_another_version_are_passed_over(
    connection: sqlite3.Connection, entry: Callable[..., Entry]
) -> None:
    bands = SqliteBands(connection, DEFAULT_NEAR_OPTIONS)
    bands.add(entry("a"), ())
    connection.execute("UPDATE signatures SET signature = ?", (b"\x09" + bytes(SIGNATURE_BYTES - 1),))
    assert bands.candidates(entry("new")) == []
    bands.remove("a")
    assert connection.execute("SELECT count(*) FROM bands").fetchone() == (0,)
