"""What was learned of a site, for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crawler.site_memory.memory import SiteMemory


@dataclass(frozen=True, slots=True)
class LearnedText:
    """A text that repeats on the site; numbers and names in it may change."""

    text: str
    share: float
    """Of the site's articles, 0 to 1."""
    label: str
    """What it was mostly taken for before the site was known."""


@dataclass(frozen=True, slots=True)
class Learned:
    articles: float
    """Articles seen, older ones counting less."""
    fingerprints: int
    """Texts, places and headlines that are remembered."""
    repeating: int
    """Of them those of two articles and more."""
    texts: tuple[LearnedText, ...]
    """Examples, the most frequent first."""


def learned_of(memory: SiteMemory, labels: Sequence[str]) -> Learned:
    """Return what the memory holds; `labels` are the names of its columns."""
    found = memory.find(np.array([example.key for example in memory.examples], np.uint64))
    texts = [
        LearnedText(
            example.text,
            round(min(1.0, float(memory.counts[at]) / max(memory.articles, 1.0)), 3),
            str(labels[int(memory.sums[at].argmax())]),
        )
        for example, at in zip(memory.examples, found.tolist(), strict=True)
        if at >= 0
    ]
    texts.sort(key=lambda text: (-text.share, text.text))
    repeating = int((memory.counts > 1).sum())
    return Learned(round(memory.articles, 1), len(memory.keys), repeating, tuple(texts))
