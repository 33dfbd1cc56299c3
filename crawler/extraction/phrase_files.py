"""The phrases of `phrases/<language>.toml`, which say what a block is for.

A file has `language` and one table a label, with up to three lists:

- `heading`: names a whole box. Counts where a short block is this phrase or begins with it.
- `strong`: says the label by itself.
- `weak`: says it only in company of other evidence.

A phrase is plain text. Case, accents, width and white space do not count, `/` also stands for `|`, words match
whole. `word~` matches any ending, `*` stands for up to three words (scripts without spaces: twelve characters).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, get_args

from crawler.extraction.phrase_text import TOKEN, fold
from crawler.items import Label

Strength = Literal["heading", "strong", "weak"]
STRENGTHS: Final[tuple[Strength, ...]] = get_args(Strength)
STEM_CHARS = 3
"""Letters that a word before `~` needs at least; the first so many are the key it is looked up by."""
LABELS: Final = {label.value: label for label in Label}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One entry of a phrase file, its text folded."""

    label: Label
    strength: Strength
    text: str


@cache
def phrase_languages() -> tuple[str, ...]:
    """Return the languages that have a phrase file, sorted."""
    folder = files("crawler.extraction") / "phrases"
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


def read_phrases(language: str) -> tuple[Phrase, ...]:
    """Return the phrases of one file in file order; ValueError names what is wrong with the file."""
    source = files("crawler.extraction") / "phrases" / f"{language}.toml"
    return parse_phrases(source.read_text(encoding="utf-8"), language)


def parse_phrases(source: str, language: str) -> tuple[Phrase, ...]:
    """Return the phrases of a file's text in its order; ValueError names what is wrong with it."""
    # Folded as a whole: 35,000 phrases one by one take a tenth of a second in every process.
    tables = tomllib.loads(fold(unicodedata.normalize("NFC", source)))
    if tables.pop("language", None) != language:
        raise ValueError(f"{language}.toml: `language` is not {language!r}")
    phrases = []
    for label, lists in tables.items():
        if label not in LABELS or not isinstance(lists, dict):
            raise ValueError(f"{language}.toml: {label!r} is not the table of a label")
        for strength, texts in lists.items():
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                raise ValueError(f"{language}.toml: {label}.{strength} is not a list of phrases")
            known = _strength(strength, language)
            phrases += [Phrase(LABELS[label], known, _checked(text, language)) for text in texts]
    return tuple(phrases)


def _strength(word: str, language: str) -> Strength:
    for strength in STRENGTHS:
        if word == strength:
            return strength
    raise ValueError(f"{language}.toml: no strength {word!r}")


def _checked(text: str, language: str) -> str:
    """Return the folded phrase in one line; ValueError for one that cannot be looked up or with misplaced marks."""
    words = text.split()
    folded = " ".join(words)
    if TOKEN.search(folded) and "*" not in folded and "~" not in folded:
        return folded
    if not TOKEN.search(folded) or "*" in (words[0], words[-1]) or "* *" in folded:
        raise ValueError(f"{language}.toml: phrase {text!r} has no word to begin or to end with")
    if any("*" in word and word != "*" for word in words):
        raise ValueError(f"{language}.toml: phrase {text!r} has `*` inside a word")
    if any("~" in word and not re.fullmatch(rf"[^~]{{{STEM_CHARS},}}~", word) for word in words):
        raise ValueError(f"{language}.toml: phrase {text!r} has `~` elsewhere than after three letters")
    return folded
