"""What one block's text looks like by itself: its words as codes, and a few dozen counts and signs."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache

from crawler.extraction.characters import count_decimal, count_upper

READ_WORDS = 40
"""Words of a block that are read as words. Chosen: what a block is for shows early."""
READ_CHARS = 480
SIGN_CHARS = 160
CACHED_TEXTS = 8_192
CACHED_WORDS = 65_536
"""Kept readings: menus and footers repeat on every page of a site, words everywhere. Chosen."""

READ_TOKEN = re.compile(r"[^\W\d_]+|\d+|[€$£%@§©!?»«…|→›:&+]")
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
TOKEN = re.compile(r"[^\W_]+")

DATE = re.compile(
    r"\b\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}\b|\b(?:19|20)\d\d-\d\d-\d\d|\d{4}年"
    r"|\b\d{1,2}\.?\s+[^\W\d]{3,10}\.?,?\s+(?:19|20)\d\d\b"
    r"|\b[^\W\d]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d\b"
)
TIME = re.compile(r"\b\d{1,2}[:.]\d\d(?:\s?(?:uhr|h|am|pm))?\b", re.IGNORECASE)
MONEY_SIGNS = "€$£¥₽%"
MONEY_WORDS = frozenset("eur usd chf gbp kr zł pln euro rabatt".split())
AD_SLOT = re.compile(r"\b\d{2,4}\s?[x×]\s?\d{2,4}\b")
"""The size of an advertisement's place in pixels, which some publishers leave in the page."""
DIGIT = re.compile(r"\d")
NUMBER = "00000"
"""Numbers count by their length up to this, not by their value."""
GENDERS = re.compile(
    r"\(\s*[mwfdxhkgni*](?:\s*[/|,.:*-]\s*(?:[mwfdxhkgni*]|divers|gn)){1,3}\s*\)|\((?:mwd|wmd|mfd|m/w)\)"
    r"|\b[mwf]/[mwfd]/[dxmwi]\b|\bH/F\b|\bF/H\b|\bK/M\b|\bM/K\b",
    re.IGNORECASE,
)
"""The marks of vacancies: (m/w/d), (H/F), (K/M)."""
SENTENCE_END = re.compile(r"[.!?…。！？]['\"»”’)\]]*$")
SENTENCE_MARKS = (".", "!", "?", "。", "！", "？")
SENTENCE_BREAKS = tuple(mark + " " for mark in SENTENCE_MARKS)
QUOTES = "\"'„“”«»‘’"
ARROWS = "|›»→"
BULLETS = ("- ", "• ", "– ", "* ")
MAX_COUNT = 10

NUMBERS = (
    "chars", "words", "word_length", "capitals", "digits", "sentence_end", "sentences", "commas", "question",
    "exclamation", "colon_end", "arrow", "date", "time", "money", "genders", "ad_slot", "at_sign",
    "copyright", "quote_start", "lower_start", "bullet",
)  # fmt: skip
"""Names of TextShape.numbers, in order."""


@dataclass(frozen=True, slots=True)
class TextShape:
    codes: tuple[int, ...]
    """One 32-bit code a word, READ_WORDS at most; pairs of characters for scripts without spaces."""
    stems: tuple[int, ...]
    """Codes of the first five letters of longer words."""
    whole: int | None
    """Code of the whole text, None for more than six words."""
    tokens: frozenset[str]
    squeezed: str
    """Word characters only, case folded."""
    numbers: tuple[float, ...]


@lru_cache(maxsize=CACHED_WORDS)
def code_of(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "replace"))


@lru_cache(maxsize=CACHED_TEXTS)
def read_shape(text: str) -> TextShape:
    folded = text.casefold()
    tokens = TOKEN.findall(folded)
    words = read_words(folded)
    distinct = frozenset(tokens)
    return TextShape(
        tuple(map(code_of, words)),
        tuple([code_of(word[:5]) for word in words[:20] if len(word) > 6]),
        code_of(" ".join(words)) if len(words) <= 6 else None,
        distinct,
        "".join(tokens),
        _numbers(text, len(tokens), distinct),
    )


def read_words(folded: str) -> list[str]:
    """Return the words of case-folded text that are read, for codes and for reasons."""
    start = folded[:READ_CHARS]
    found = READ_TOKEN.findall(start)
    if start.isascii() or not UNSPACED.search(start):
        read = found[:READ_WORDS]
        return [NUMBER[: len(word)] if word[0].isdecimal() else word for word in read] if DIGIT.search(start) else read
    words: list[str] = []
    for word in found:
        if word[0].isdecimal():
            words.append(NUMBER[: len(word)])
        elif not word.isascii() and UNSPACED.match(word):
            words += [word[i : i + 2] for i in range(max(len(word) - 1, 1))]
        else:
            words.append(word)
    return words[:READ_WORDS]


def squeeze(text: str) -> str:
    """Return the word characters alone, case folded."""
    return "".join(TOKEN.findall(text.casefold()))


def _numbers(text: str, words: int, tokens: frozenset[str]) -> tuple[float, ...]:
    chars = len(text)
    start = text[:SIGN_CHARS]
    digits = count_decimal(start)
    return (
        float(chars),
        float(max(words, 1)),
        chars / max(words, 1),
        count_upper(start) / len(start),
        digits / len(start),
        SENTENCE_END.search(text[-4:]) is not None,
        min(sum(map(text.count, SENTENCE_BREAKS)) + text.endswith(SENTENCE_MARKS), MAX_COUNT) if chars > 1 else 0,
        min(text.count(",") + text.count("、") + text.count("，"), MAX_COUNT),
        "?" in text,
        "!" in text,
        text.endswith(":"),
        any(map(text.__contains__, ARROWS)),
        digits > 0 and DATE.search(start) is not None,
        digits > 0 and TIME.search(start) is not None,
        any(map(start.__contains__, MONEY_SIGNS)) or not MONEY_WORDS.isdisjoint(tokens),
        ("/" in start and GENDERS.search(start) is not None) or "(mwd)" in start,
        digits > 0 and AD_SLOT.search(start) is not None,
        "@" in text,
        "©" in text or "(c)" in text,
        text[:1] in QUOTES,
        text[:1].islower(),
        text.startswith(BULLETS),
    )
