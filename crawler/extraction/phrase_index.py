"""Where a phrase is looked for: by its first word, by the second where it needs one, headings apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from crawler.extraction.phrase_files import STEM_CHARS, Phrase, Strength, phrase_languages, read_phrases
from crawler.extraction.phrase_patterns import lead_of
from crawler.extraction.phrase_text import EDGE_UNSPACED, TOKEN
from crawler.items import Label

CACHED_WORDS = 65_536
CACHED_OPENINGS = 8192
"""Words whose phrases are kept. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase with what rules most places out: the letters that it begins with, all of them where it has no mark."""

    label: Label
    strength: Strength
    text: str
    start: str
    lead: int
    """Characters before the first word."""
    is_plain: bool
    second: str | None
    """The second word, None where there is none or a mark leaves it open."""


@dataclass(frozen=True, slots=True)
class Group:
    """The phrases that begin with one word. Most need a certain second one: that spares looking at them."""

    whatever: tuple[Entry, ...]
    by_second: dict[str, tuple[Entry, ...]]

    def before(self, following: str | None) -> tuple[Entry, ...]:
        return self.whatever + self.by_second.get(following, ()) if following else self.whatever


class _Phrases:
    """Phrases by a key; entries are made of those that are asked for, a small part of all."""

    __slots__ = ("_entries", "_phrases")

    def __init__(self) -> None:
        self._phrases: dict[str, list[Phrase]] = {}
        self._entries: dict[str, tuple[Entry, ...]] = {}

    def add(self, key: str, phrase: Phrase) -> None:
        self._phrases.setdefault(key, []).append(phrase)

    def get(self, key: str) -> tuple[Entry, ...]:
        if key in self._phrases:
            self._entries[key] = tuple(map(_entry, self._phrases.pop(key)))
        return self._entries.get(key, ())


class _Index:
    """Phrases by their first word, or by the first letters of it where it ends in `~`."""

    __slots__ = ("opening_stems", "openings", "stems", "words")

    def __init__(self) -> None:
        self.openings = _Phrases()
        """Headings, which are looked for at a block's first word only."""
        self.opening_stems = _Phrases()
        self.words = _Phrases()
        self.stems = _Phrases()


@lru_cache(maxsize=CACHED_WORDS)
def beginning(word: str, language: str | None) -> Group | None:
    """Return the phrases whose first word is `word`, headings aside; None where there is none."""
    index = _index(language)
    return _group(word, index.words, index.stems)


@lru_cache(maxsize=CACHED_OPENINGS)
def opening(word: str, language: str | None) -> Group | None:
    """Return the headings whose first word is `word`; None where there is none."""
    index = _index(language)
    return _group(word, index.openings, index.opening_stems)


def _group(word: str, words: _Phrases, stems: _Phrases) -> Group | None:
    entries = words.get(word) + tuple(e for e in stems.get(word[:STEM_CHARS]) if word.startswith(e.start[e.lead :]))
    if not entries:
        return None
    by_second: dict[str, tuple[Entry, ...]] = {}
    for entry in entries:
        if entry.second is not None:
            by_second[entry.second] = (*by_second.get(entry.second, ()), entry)
    return Group(tuple(entry for entry in entries if entry.second is None), by_second)


@cache
def _index(language: str | None) -> _Index:
    chosen = phrase_languages() if language is None else (language, "en")
    phrases = dict.fromkeys(phrase for name in chosen for phrase in read_phrases(name))
    index = _Index()
    for phrase in phrases:
        first = TOKEN.search(phrase.text)
        assert first is not None
        heading = phrase.strength == "heading"
        if phrase.text.startswith("~", first.end()):
            table, key = (index.opening_stems if heading else index.stems), first[0][:STEM_CHARS]
        else:
            table, key = (index.openings if heading else index.words), first[0]
        table.add(key, phrase)
    return index


def _entry(phrase: Phrase) -> Entry:
    # Most phrases are found as they stand, and to compile a pattern for each takes a second.
    is_plain = not any(mark in phrase.text for mark in "*~/") and not EDGE_UNSPACED.search(phrase.text)
    start = phrase.text if is_plain else re.split(r"[*~/ ]", phrase.text, maxsplit=1)[0]
    lead = len(lead_of(phrase.text))
    return Entry(phrase.label, phrase.strength, phrase.text, start, lead, is_plain, _second_word(phrase.text))


def _second_word(text: str) -> str | None:
    """Return the word that must follow the first one of a phrase."""
    first, second = (*islice(TOKEN.finditer(text), 2), None, None)[:2]
    if first is None or second is None:
        return None
    between, after = text[first.end() : second.start()], text[second.end() : second.end() + 1]
    return None if "*" in between or "~" in between or after == "~" else second[0]
