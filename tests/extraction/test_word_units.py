"""Units of hashed words: taken from texts at once, gathered without empty ones."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.word_units import ROLE, GatheredUnits, ListedUnits, WordRows, buckets_of

texts = st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=6), min_size=1, max_size=6)


@given(texts, st.integers(1, 4))
def test_first_words(words: list[list[int]], limit: int) -> None:
    chosen = np.arange(len(words))[::-1]
    codes, counts = WordRows(words).first(chosen, limit)
    assert counts.tolist() == [min(len(words[n]), limit) for n in chosen]
    assert codes.tolist() == [code for n in chosen for code in words[n][:limit]]


@given(texts, st.integers(1, 4))
def test_pairs(words: list[list[int]], limit: int) -> None:
    codes, counts = WordRows(words).pairs(limit)
    expected = [[(a * 31 + b) & 0xFFFFFFFF for a, b in pairwise(text[:limit])] for text in words]
    assert counts.tolist() == [len(pairs) for pairs in expected]
    assert codes.tolist() == [code for pairs in expected for code in pairs]


def test_units_of_no_words_are_left_out() -> None:
    gathered = GatheredUnits()
    index = np.arange(3)
    gathered.add("own", *WordRows([[7, 8], [], [9]]).first(index, 5), index, index)
    listed = ListedUnits()
    listed.share("link", 1, "/a", (5,))
    listed.share("link", 0, "/a", (5,))
    listed.share("link", 0, "/b", ())
    listed.pour(gathered)
    units = gathered.hashed(blocks=3)
    own = buckets_of([7, 8, 9], ROLE["own"]).tolist()
    assert units.buckets.tolist() == [*own, *buckets_of([5], ROLE["link"]).tolist()]
    assert units.offsets.tolist() == [0, 2, 3, 4]
    assert units.roles.tolist() == [ROLE["own"], ROLE["own"], ROLE["link"]]
    members = [units.members[a:b].tolist() for a, b in pairwise(units.member_offsets.tolist())]
    assert members == [[0, 2], [2], [1]]


def test_words_share_a_weight_and_signs_count_whole() -> None:
    gathered = GatheredUnits()
    one = np.zeros(1, np.int64)
    for role in ("own", "shape"):
        gathered.add(role, np.array([1, 2, 3, 4], np.uint64), np.array([4]), one, one)
    assert gathered.hashed(blocks=1).values.tolist() == [0.5] * 4 + [1.0] * 4
