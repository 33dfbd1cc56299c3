"""Blocks of pages whose true body is known as text only: surely in it, surely not, or neither."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.block_model import LABELS, TEXT_COUNT
from crawler.training.corpora import TrainingPage

TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")
GRAM = 3
SHORT = 6
IN_BODY = 0.75
OUT_OF_BODY = 0.15
"""Share of a block's three-word runs in the true body from which, and up to which, the block is sure."""
UNSURE = 0.5
MIN_PRESENT, MIN_ABSENT, MIN_INSIDE = 24, 4, 20
"""Characters of a snippet from which it tells its block: where one must hold it, where one must be it, where one must
not hold it. Chosen: shorter ones stand in several blocks."""


def allowed_labels(page: TrainingPage) -> NDArray[np.float32]:
    """Return blocks x labels: 1 where the truth allows the label; a row of zeros where it says nothing."""
    allowed = np.zeros((len(page.tree.blocks), len(LABELS)), np.float32)
    if page.body is None:
        _allow_by_snippets(allowed, page)
        return allowed
    shares = np.array(body_shares([block.text for block in page.tree.blocks], page.body))
    allowed[shares >= IN_BODY, :TEXT_COUNT] = 1
    allowed[shares <= OUT_OF_BODY, TEXT_COUNT:] = 1
    return allowed


def _allow_by_snippets(allowed: NDArray[np.float32], page: TrainingPage) -> None:
    """Mark the one block that holds a snippet of the text, and those that are or hold what must not appear."""
    texts = [_words(block.text) for block in page.tree.blocks]
    for snippet in map(_words, page.present):
        holders = [i for i, text in enumerate(texts) if snippet in text]
        if len(holders) == 1 and len(snippet) >= MIN_PRESENT:
            allowed[holders[0], :TEXT_COUNT] = 1
    for snippet in map(_words, page.absent):
        for i, text in enumerate(texts):
            found = text == snippet or (len(snippet) > MIN_INSIDE and snippet in text)
            if found and len(snippet) >= MIN_ABSENT and not allowed[i].any():
                allowed[i, TEXT_COUNT:] = 1


def _words(text: str) -> str:
    return " ".join(TOKEN.findall(text.lower()))


def body_shares(texts: list[str], body: str) -> list[float]:
    words = TOKEN.findall(body.lower())
    grams = _grams(words)
    lines = {tuple(TOKEN.findall(line.lower())) for line in body.splitlines()}
    return [_share(TOKEN.findall(text.lower()), grams, lines) for text in texts]


def _share(words: list[str], grams: set[tuple[str, ...]], lines: set[tuple[str, ...]]) -> float:
    if tuple(words) in lines:
        return 1.0
    own = _grams(words)
    found = sum(gram in grams for gram in own)
    if len(words) < SHORT:
        return UNSURE if found else 0.0
    return found / len(own)


def _grams(words: list[str]) -> set[tuple[str, ...]]:
    return set(zip(*(words[n:] for n in range(GRAM)), strict=False))
