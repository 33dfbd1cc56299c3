from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.errors import UsageError
from crawler.extraction.blocks import split_tree
from crawler.site_memory.fingerprints import Fingerprints, fingerprint, page_prints, words_of
from crawler.site_memory.memory import MemoryOptions, Observation, SiteMemory, empty_memory, observe_page, remember
from crawler.site_memory.storage import (
    from_bytes,
    observation_from_bytes,
    observation_to_bytes,
    read_memories,
    to_bytes,
    write_memories,
)

LABELS = 17
lines = st.lists(
    st.sampled_from(["Menu", "Jobs", "Log in to comment", "One 1", "Two", "Three"]), min_size=1, max_size=6
)


def observation(article: str, texts: list[str], memory: SiteMemory | None = None) -> Observation:
    root = html.fromstring("<html><body>" + "".join(f"<p>{text}</p>" for text in texts) + "</body></html>")
    tree = split_tree(root)
    draw = np.random.default_rng(len(texts)).random((len(tree.blocks), LABELS)).astype(np.float32)
    prints = page_prints(tree.blocks, tree.containers, (), article)
    return observe_page(memory or empty_memory(LABELS), prints, draw / draw.sum(axis=1, keepdims=True))


def memory_of(pages: dict[str, list[str]], options: MemoryOptions = MemoryOptions()) -> SiteMemory:  # noqa: B008
    memory = empty_memory(LABELS)
    for article, texts in pages.items():
        memory = remember(memory, observation(article, texts), options)
    return memory


@given(st.lists(lines, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_articles_does_not_matter(pages: list[list[str]], order: random.Random) -> None:
    named = {f"article {n}": texts for n, texts in enumerate(pages)}
    shuffled = list(named)
    order.shuffle(shuffled)
    one, other = memory_of(named), memory_of({name: named[name] for name in shuffled})
    assert one.articles == other.articles == len(pages)
    assert np.array_equal(one.keys, other.keys)
    assert np.array_equal(one.counts, other.counts)
    assert np.allclose(one.sums, other.sums, atol=1e-5)


@given(lines)
def test_an_article_counts_once_however_often_it_is_read(texts: list[str]) -> None:
    once = memory_of({"one": texts})
    assert remember(once, observation("one", [*texts, "And a new line"], once)) is once


@given(lines)
def test_a_text_counts_once_an_article(texts: list[str]) -> None:
    assert float(memory_of({"one": texts * 3}).counts.max()) == 1.0


def test_the_least_shared_go_first() -> None:
    pages = {f"article {n}": ["Menu", f"The story of {'abcdefghij'[n] * 5} here"] for n in range(10)}
    small = memory_of(pages, MemoryOptions(max_entries=12))
    assert len(small.keys) == 12
    assert float(small.counts.max()) == 10.0
    assert small.articles == 10.0


def text_key(text: str) -> Fingerprints:
    return np.array([fingerprint("text", words_of(text))], np.uint64)


def test_what_is_gone_from_a_site_fades() -> None:
    pages = {f"old {n}": ["Summer sale"] for n in range(8)} | {f"new {n}": ["Winter sale"] for n in range(8)}
    memory = memory_of(pages, MemoryOptions(max_articles=8))
    old, new = (float(memory.counts[memory.find(text_key(text))][0]) for text in ("Summer sale", "Winter sale"))
    assert old < new <= memory.articles <= 8


def test_bytes_keep_what_counts() -> None:
    memory = memory_of({f"article {n}": ["Menu", "Jobs", f"Line {n} of it"] for n in range(5)})
    read = from_bytes(to_bytes(memory))
    assert (read.articles, read.serial, read.examples) == (memory.articles, memory.serial, memory.examples)
    assert np.array_equal(read.keys, memory.keys)
    assert np.array_equal(read.counts, memory.counts)
    assert np.allclose(read.sums, memory.sums, atol=0.01)
    seen = observation("x", ["Menu", "A line"])
    again = observation_from_bytes(observation_to_bytes(seen))
    assert again.article == seen.article
    assert np.array_equal(again.keys, seen.keys)
    assert np.allclose(again.shares, seen.shares, atol=0.01)


@pytest.mark.parametrize(
    "stored", [b"", b"WSM1", b"x" * 100, b"WSM1" + b"\xff" * 60], ids=["empty", "cut", "other", "odd"]
)
def test_bytes_that_are_no_memory(stored: bytes) -> None:
    with pytest.raises(ValueError, match="site memory"):
        from_bytes(stored)


def test_a_file_of_memories(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "sites.jsonl"
    stored = {"b.example": to_bytes(memory_of({"one": ["Menu"]})), "a.example": to_bytes(empty_memory(LABELS))}
    write_memories(path, stored)
    assert read_memories(path) == stored
    path.write_text(path.read_text() + '{"site": "c.example", "memory": "AAAA"}\n')
    with pytest.raises(UsageError, match="line 3: no site memory"):
        read_memories(path)
