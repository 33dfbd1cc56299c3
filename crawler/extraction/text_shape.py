"""What one block's text looks like by itself: its words as codes, and a few dozen counts and signs."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache

READ_WORDS = 40
"""Words of a block that are read as words. Chosen: what a block is for shows early."""
READ_CHARS = 480
SIGN_CHARS = 300
CACHED_TEXTS = 8_192
CACHED_WORDS = 65_536
"""Kept readings: menus and footers repeat on every page of a site, words everywhere. Chosen."""

READ_TOKEN = re.compile(r"[^\W\d_]+|\d+|[€$£%@§©!?»«…|→›:&+]")
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
TOKEN = re.compile(r"\w+")
NOT_WORD = re.compile(r"[\W_]+")
MAX_DIGITS = 5
"""Numbers count by their length up to this, not by their value."""

DATE = re.compile(
    r"\b\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}\b|\b(?:19|20)\d\d-\d\d-\d\d|\d{4}年"
    r"|\b\d{1,2}\.?\s+[^\W\d]{3,10}\.?,?\s+(?:19|20)\d\d\b"
    r"|\b[^\W\d]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d\b"
)
TIME = re.compile(r"\b\d{1,2}[:.]\d\d(?:\s?(?:uhr|h|am|pm))?\b", re.IGNORECASE)
MONEY = re.compile(r"[€$£¥₽%]|\b(?:eur|usd|chf|gbp|kr|zł|pln|euro|rabatt)\b", re.IGNORECASE)
GENDERS = re.compile(
    r"\(\s*[mwfdxhkgni*](?:\s*[/|,.:*-]\s*(?:[mwfdxhkgni*]|divers|gn)){1,3}\s*\)|\((?:mwd|wmd|mfd|m/w)\)"
    r"|\b[mwf]/[mwfd]/[dxmwi]\b|\bH/F\b|\bF/H\b|\bK/M\b|\bM/K\b",
    re.IGNORECASE,
)
"""The marks of vacancies: (m/w/d), (H/F), (K/M)."""
SENTENCE_END = re.compile(r"[.!?…。！？]['\"»”’)\]]*$")
SENTENCE_BREAK = re.compile(r"[.!?。！？](?:\s|$)")
QUOTES = "\"'„“”«»‘’"
ARROWS = frozenset("|›»→")
BULLETS = ("- ", "• ", "– ", "* ")
MAX_COUNT = 10

NUMBERS = (
    "chars", "words", "word_length", "capitals", "digits", "sentence_end", "sentences", "commas", "question",
    "exclamation", "colon_end", "arrow", "date", "time", "money", "genders", "at_sign", "copyright", "quote_start",
    "lower_start", "bullet",
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
    lowered = text.lower()
    words = read_words(lowered)
    tokens = TOKEN.findall(lowered)
    return TextShape(
        tuple(map(code_of, words)),
        tuple(code_of(word[:5]) for word in words[:20] if len(word) > 6),
        code_of(" ".join(words)) if len(words) <= 6 else None,
        frozenset(tokens),
        squeeze(text),
        _numbers(text, len(tokens)),
    )


def read_words(lowered: str) -> list[str]:
    """Return the words that are read, for codes and for reasons."""
    words: list[str] = []
    for word in READ_TOKEN.findall(lowered[:READ_CHARS]):
        if word[0].isdecimal():
            words.append("0" * min(len(word), MAX_DIGITS))
        elif not word.isascii() and UNSPACED.match(word):
            words += [word[i : i + 2] for i in range(max(len(word) - 1, 1))]
        else:
            words.append(word)
    return words[:READ_WORDS]


def squeeze(text: str) -> str:
    return NOT_WORD.sub("", text).casefold()


def _numbers(text: str, words: int) -> tuple[float, ...]:
    chars = len(text)
    start = text[:SIGN_CHARS]
    digits = sum(map(str.isdecimal, start))
    return (
        float(chars),
        float(max(words, 1)),
        chars / max(words, 1),
        sum(map(str.isupper, start)) / len(start),
        digits / len(start),
        SENTENCE_END.search(text[-4:]) is not None,
        min(len(SENTENCE_BREAK.findall(text)), MAX_COUNT) if chars > 1 else 0,
        min(text.count(",") + text.count("、") + text.count("，"), MAX_COUNT),
        "?" in text,
        "!" in text,
        text.endswith(":"),
        not ARROWS.isdisjoint(text),
        digits > 0 and DATE.search(start) is not None,
        digits > 0 and TIME.search(start) is not None,
        MONEY.search(start) is not None,
        ("/" in start and GENDERS.search(start) is not None) or "(mwd)" in start,
        "@" in text,
        "©" in text or "(c)" in text,
        text[:1] in QUOTES,
        text[:1].islower(),
        text.startswith(BULLETS),
    )
