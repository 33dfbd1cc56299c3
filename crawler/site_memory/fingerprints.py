"""Blocks -> what is compared across the pages of a site: texts, near-equal texts, places, headlines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from crawler.items import Block, Container

Fingerprints = NDArray[np.uint64]

WORD = re.compile(r"\w+")
DIGIT = re.compile(r"\d")
MIN_KNOWN_WORDS = 2
"""Words that must be left when numbers and names are masked; with fewer a near-equal text says nothing. Chosen."""
PLACE_LEVELS = 3
"""Innermost elements whose class words belong to a place; further out stand the article's own (`post-123`). Chosen."""
MAX_CLASS_WORDS = 8
"""Of one element. Chosen."""
CACHED = 16_384


@dataclass(frozen=True, slots=True)
class PagePrints:
    """One row a block, in document order; `headlines` are those of the page itself."""

    text: Fingerprints
    """Of the words in lower case."""
    near: Fingerprints
    """With numbers and capitalised words masked; equals `text` where too little would be left."""
    place: Fingerprints
    """Of the tags up to the root and the class words of the innermost elements, without indices."""
    headline: Fingerprints
    """Of the text as a headline; the key under which other articles' headlines are found."""
    headlines: Fingerprints
    article: int
    """Of the article's id: the same page read again is the same article."""
    words: NDArray[np.int64]
    """How many words the text has."""


def page_prints(
    blocks: Sequence[Block], containers: Sequence[Container], titles: Iterable[str], article_id: str
) -> PagePrints:
    """Return the fingerprints of a page, 64 bits each. `article_id` names the article among those of its site."""
    places = _places(containers, {block.container for block in blocks})
    texts = np.array([_of_text(block.text) for block in blocks], np.uint64).reshape(-1, 4)
    return PagePrints(
        text=texts[:, 0].copy(),
        near=texts[:, 1].copy(),
        place=np.array([places[block.container] for block in blocks], np.uint64),
        headline=texts[:, 2].copy(),
        headlines=np.unique(np.array([_of_text(title)[2] for title in titles], np.uint64)),
        article=fingerprint("article", article_id),
        words=texts[:, 3].astype(np.int64),
    )


def words_of(text: str) -> str:
    """Return the text's words in lower case, a space between two."""
    return " ".join(WORD.findall(text.casefold()))


def masked(text: str) -> str:
    """Return the words with numbers as `0` and runs of capitalised words as `A`: what is left when those change.

    The first word keeps its letters, since it is capitalised for its place. The unmasked words come back where fewer
    than MIN_KNOWN_WORDS would be left.
    """
    kept: list[str] = []
    known = 0
    for word in WORD.findall(text):
        if not word.isalpha() and DIGIT.search(word):
            sign = "0"
        elif kept and word[0].isupper():
            sign = "A"
        else:
            sign, known = word.casefold(), known + 1
        if sign not in {"0", "A"} or kept[-1:] != [sign]:
            kept.append(sign)
    return " ".join(kept) if known >= MIN_KNOWN_WORDS else words_of(text)


def fingerprint(kind: str, text: str) -> int:
    """Return 64 bits; the same text of another kind has others."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8, person=kind.encode()).digest())


@lru_cache(maxsize=CACHED)
def _of_text(text: str) -> tuple[int, int, int, int]:
    """Return the fingerprints of the text as it is, of it masked and of it as a headline, and its number of words."""
    words = words_of(text)
    count = words.count(" ") + bool(words)
    return fingerprint("text", words), fingerprint("near", masked(text)), fingerprint("headline", words), count


def _places(containers: Sequence[Container], wanted: Iterable[int]) -> dict[int, int]:
    """Return the fingerprints of the wanted containers' places, by the containers' numbers."""
    tags: dict[int, str] = {}
    return {
        number: _place(f"{_path(containers, number, tags)} {_innermost(containers[number], containers)}")
        for number in wanted
    }


def _path(containers: Sequence[Container], number: int, known: dict[int, str]) -> str:
    """Return the tags from the root to the container; `known` holds those that were asked for."""
    if number not in known:
        container = containers[number]
        above = "" if container.parent is None else _path(containers, container.parent, known)
        known[number] = f"{above}/{container.tag}"
    return known[number]


def _innermost(container: Container, containers: Sequence[Container]) -> str:
    """Return tags and stable class words of the container and those round it."""
    named = []
    for _ in range(PLACE_LEVELS):
        named.append(f"{container.tag}.{_stable_words(container.words)}")
        if container.parent is None:
            break
        container = containers[container.parent]
    return " ".join(named)


@lru_cache(maxsize=CACHED)
def _place(described: str) -> int:
    return fingerprint("place", described)


@lru_cache(maxsize=CACHED)
def _stable_words(words: tuple[str, ...]) -> str:
    """Return the words in order without those that number an element."""
    return ".".join(sorted({word for word in words if not DIGIT.search(word)})[:MAX_CLASS_WORDS])
