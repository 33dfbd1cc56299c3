"""A text as a set of shingles: three words in a row, or some characters where words are not set apart (Broder 1997)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from crawler.dedup.fingerprints import comparable

Hashes = NDArray[np.uint64]

# Thai and Lao; Tibetan, Myanmar; Khmer; kana and the CJK ideographs with their extensions.
_UNSPACED = "\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
# Accents and vowel signs are no word characters to `re`, and would cut words in two: of Hebrew, Arabic, Indic scripts.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
_CHARACTER = re.compile(rf"[{_UNSPACED}]")
_UNIT = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[\w{_MARKS}])+")
"""A word, or one character of a script that sets no spaces."""
_WORD = re.compile(rf"[\w{_MARKS}]+")
"""The same in a text without such characters, in half the time."""

WORDS_PER_SHINGLE = 3
"""Research: with five light edits fall to J .79, with two unrelated texts rise."""
CHARACTERS_PER_SHINGLE = 5
"""Of scripts without spaces."""
CHARACTERS_PER_WORD = 2
"""Of scripts without spaces, for limits that are told in words. Chosen: most Chinese words have two."""
MIN_WORDS = 50
"""Under it texts of one kind, weather say, are alike without being copies. Research."""
HEAD_WORDS = 50
"""How much of the beginning tells a cut copy: the shortest text that is compared is as long."""

REMEMBERED_UNITS = 32_768
"""Words whose hashes are kept: most of a text's stand in the texts before it too. Chosen."""

_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)
"""Odd 64-bit numbers, one for each place in a shingle; with them a shingle's hash depends on the order of its units."""


@dataclass(frozen=True, slots=True)
class Shingles:
    """Distinct 64-bit hashes of a text's shingles, sorted, and those of its first words."""

    whole: Hashes
    head: Hashes


def shingles_of(text: str) -> Shingles | None:
    """Return the shingles of a text, None of one that is too short to be compared.

    Case, punctuation, white space, compatibility forms and zero-width characters make no difference.
    """
    folded = comparable(text)
    characters = len(_CHARACTER.findall(folded))
    units = (_UNIT if characters else _WORD).findall(folded)
    words = len(units) - characters + characters // CHARACTERS_PER_WORD
    if words < MIN_WORDS:
        return None
    is_unspaced = characters > len(units) / 2
    size = CHARACTERS_PER_SHINGLE if is_unspaced else WORDS_PER_SHINGLE
    head = HEAD_WORDS * (CHARACTERS_PER_WORD if is_unspaced else 1)
    hashes = _hashes(units, size)
    return Shingles(np.unique(hashes), np.unique(hashes[: head - size + 1]))


def _hashes(units: list[str], size: int) -> Hashes:
    words = np.frombuffer(b"".join(map(_hash_of, units)), dtype="<u8").astype(np.uint64)
    count = len(words) - size + 1
    total = np.zeros(count, dtype=np.uint64)
    for place in range(size):
        total += words[place : place + count] * _MULTIPLIERS[place]
    return mixed(total)


@lru_cache(maxsize=REMEMBERED_UNITS)
def _hash_of(unit: str) -> bytes:
    return blake2b(unit.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def mixed(hashes: Hashes) -> Hashes:
    """Spread every input bit over all output bits (the finalizer of splitmix64, Steele et al. 2014)."""
    z = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed_hashes: Hashes = z ^ (z >> np.uint64(31))
    return mixed_hashes
