"""The words by which pages that are no article are known, one pattern a kind."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|[^\W_]+")
"""A word, or one character of a script written without spaces."""

ASCII_WORD = re.compile("[A-Za-z0-9]+")


def count_words(text: str) -> int:
    return len((ASCII_WORD if text.isascii() else TOKEN).findall(text))


def speaks_of(kind: str, text: str) -> bool:
    """Whether a text has a word of one of the lists of `page_words.toml`."""
    return _patterns()[kind].search(text) is not None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    text = files("crawler.extraction").joinpath("page_words.toml").read_text(encoding="utf-8")
    return {kind: re.compile("|".join(listed), re.IGNORECASE) for kind, listed in tomllib.loads(text).items()}
