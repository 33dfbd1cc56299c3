"""What is known of one site: which texts and places its articles share, and what they were labelled. Bounded, decaying.

All counts are sums over distinct articles, so that they do not depend on the order in which the articles came.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crawler.site_memory.fingerprints import Fingerprints, PagePrints
from crawler.site_memory.lessons import Lesson, teach
from crawler.site_memory.template import Template, empty_template

Floats = NDArray[np.float32]
Numbers = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class MemoryOptions:
    max_entries: int = 2_500
    """Fingerprints of one site; the least shared and longest unseen ones go first. Chosen: about 80 KB a site."""
    max_articles: float = 256.0
    """Weight of the articles from which all counts are halved: what is gone from a site fades. Chosen."""
    max_examples: int = 24
    """Repeating texts that are kept as text, for people. Chosen."""


DEFAULT_OPTIONS = MemoryOptions()


@dataclass(frozen=True, slots=True)
class Example:
    """A text that repeats, for people; `key` is its near-equal fingerprint."""

    key: int
    text: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What one article adds: distinct fingerprints, ascending, with what their blocks were labelled."""

    keys: Fingerprints
    shares: Floats
    """keys x labels: mean of the first stage's probabilities over the article's blocks of this key."""
    repeats: Floats
    """Share of the key's blocks whose near-equal text the site had shown before; only places have it."""
    article: int
    """Fingerprint of the article itself, one of the keys: by it the memory knows whom it has counted."""
    examples: tuple[Example, ...] = ()
    is_whole: bool = True
    """False: only the article's own texts, of a page that the template labelled; it is no article among the others."""
    lesson: Lesson | None = None
    """What it teaches the template; None where too little is known of the site."""


@dataclass(frozen=True, slots=True)
class SiteMemory:
    """Rows are fingerprints, ascending. `articles` is the decayed number of articles observed."""

    articles: float
    keys: Fingerprints
    counts: Floats
    """Decayed number of distinct articles that have the key."""
    sums: Floats
    """keys x labels: sum over these articles of Observation.shares."""
    repeats: Floats
    seen: Numbers
    """Number of the article that had the key last."""
    template: Template
    serial: int = 0
    """Articles observed altogether."""
    examples: tuple[Example, ...] = ()

    def find(self, wanted: Fingerprints) -> NDArray[np.int64]:
        """Return the row of each wanted key, -1 where it is unknown."""
        if not len(self.keys):
            return np.full(len(wanted), -1, np.int64)
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, at, -1)

    def has(self, key: int) -> bool:
        return bool(self.find(np.array([key], np.uint64))[0] >= 0)


def empty_memory(labels: int) -> SiteMemory:
    no_keys, nothing, no_sums = np.zeros(0, np.uint64), np.zeros(0, np.float32), np.zeros((0, labels), np.float32)
    template = empty_template(labels)
    return SiteMemory(0.0, no_keys, nothing, no_sums, nothing, np.zeros(0, np.uint32), template)


def observe_page(memory: SiteMemory, prints: PagePrints, probabilities: Floats) -> Observation:
    """Return what a page adds; `probabilities` are those of the first stage, blocks x labels.

    The memory is asked only which texts repeat.
    """
    known = (memory.find(prints.near) >= 0).astype(np.float32)
    alone = np.append(prints.headlines, np.uint64(prints.article))
    keys = np.concatenate([prints.text, prints.near, prints.place, alone])
    none = np.zeros_like(known)
    repeats = np.concatenate([none, none, known, np.zeros(len(alone), np.float32)])
    blank = np.zeros((len(alone), probabilities.shape[1]), np.float32)
    shares = np.concatenate([probabilities, probabilities, probabilities, blank])
    distinct, place = np.unique(keys, return_inverse=True)
    times = np.bincount(place, minlength=len(distinct)).astype(np.float32)
    summed = np.zeros((len(distinct), shares.shape[1]), np.float32)
    np.add.at(summed, place, shares)
    repeated = np.bincount(place, repeats, len(distinct)).astype(np.float32)
    return Observation(distinct, summed / times[:, None], repeated / times, prints.article)


def remember(memory: SiteMemory, seen: Observation, options: MemoryOptions = DEFAULT_OPTIONS) -> SiteMemory:
    """Return the memory with one more article; one that it has counted teaches only the template."""
    if seen.lesson is not None:
        memory = replace(memory, template=teach(memory.template, seen.lesson))
    if memory.has(seen.article):
        return memory
    if memory.articles + seen.is_whole > options.max_articles:
        memory = _faded(memory)
    serial = memory.serial + 1
    keys = np.union1d(memory.keys, seen.keys)
    old, new = np.searchsorted(keys, memory.keys), np.searchsorted(keys, seen.keys)
    counts, repeats = np.zeros(len(keys), np.float32), np.zeros(len(keys), np.float32)
    sums = np.zeros((len(keys), seen.shares.shape[1]), np.float32)
    last = np.zeros(len(keys), np.uint32)
    counts[old], repeats[old], sums[old], last[old] = memory.counts, memory.repeats, memory.sums, memory.seen
    counts[new] += 1
    repeats[new] += seen.repeats
    sums[new] += seen.shares
    last[new] = serial
    articles = memory.articles + seen.is_whole
    grown = SiteMemory(articles, keys, counts, sums, repeats, last, memory.template, serial)
    bounded = _bounded(grown, options.max_entries)
    return replace(bounded, examples=_examples(bounded, memory.examples + seen.examples, options.max_examples))


def _faded(memory: SiteMemory) -> SiteMemory:
    half = np.float32(0.5)
    return replace(
        memory,
        articles=memory.articles / 2,
        counts=memory.counts * half,
        sums=memory.sums * half,
        repeats=memory.repeats * half,
    )


def _bounded(memory: SiteMemory, entries: int) -> SiteMemory:
    if len(memory.keys) <= entries:
        return memory
    # A tie goes by the key, so that the order of articles with equal counts leaves the same rows.
    order = np.lexsort((memory.keys, memory.seen, np.round(memory.counts, 3)))
    kept = np.sort(order[-entries:])
    return replace(
        memory,
        keys=memory.keys[kept],
        counts=memory.counts[kept],
        sums=memory.sums[kept],
        repeats=memory.repeats[kept],
        seen=memory.seen[kept],
    )


def _examples(memory: SiteMemory, told: tuple[Example, ...], most: int) -> tuple[Example, ...]:
    """Return those examples whose texts stand on the most articles."""
    texts = {example.key: example.text for example in reversed(told)}
    keys = np.array(sorted(texts), np.uint64)
    at = memory.find(keys)
    counts = np.where(at >= 0, memory.counts[at], 0) if len(memory.keys) else np.zeros(len(keys))
    order = np.lexsort((keys, -counts))[:most]
    return tuple(Example(int(keys[n]), texts[int(keys[n])]) for n in order.tolist() if counts[n] > 0)
