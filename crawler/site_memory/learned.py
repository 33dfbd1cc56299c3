"""What was learned of a site, for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crawler.site_memory.lessons import is_trusted
from crawler.site_memory.memory import SiteMemory
from crawler.site_memory.template import Template


@dataclass(frozen=True, slots=True)
class LearnedText:
    """A text that repeats on the site; numbers and names in it may change."""

    text: str
    share: float
    """Of the site's articles, 0 to 1."""
    label: str
    """What it was mostly taken for before the site was known."""


@dataclass(frozen=True, slots=True)
class LearnedPlace:
    """A place of the site's template."""

    selector: str
    """The innermost elements with their classes."""
    label: str
    """What mostly stands there."""
    share: float
    """Of the blocks there that have the label, 0 to 1."""
    pages: float


@dataclass(frozen=True, slots=True)
class LearnedTemplate:
    version: int
    """1 more than the changes that were seen."""
    since: str | None
    """Day on which the first page of this version was read."""
    changes: tuple[str, ...]
    is_trusted: bool
    """Pages that fit it are labelled by it."""
    rows: int
    """Places and repeating texts."""
    places: tuple[LearnedPlace, ...]
    """Examples, those of the most pages first."""


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
    template: LearnedTemplate


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
    template = _template(memory.template, labels)
    return Learned(round(memory.articles, 1), len(memory.keys), repeating, tuple(texts), template)


def _template(template: Template, labels: Sequence[str]) -> LearnedTemplate:
    rows = {int(key): row for row, key in enumerate(template.keys)}
    places = []
    for example in template.examples:
        counts = template.labels[rows[example.key]]
        likeliest = int(counts.argmax())
        share, pages = float(counts[likeliest] / counts.sum()), float(template.pages[rows[example.key]])
        places.append(LearnedPlace(example.selector, str(labels[likeliest]), round(share, 3), round(pages, 1)))
    places.sort(key=lambda place: (-place.pages, place.selector))
    return LearnedTemplate(
        template.version,
        template.since or None,
        template.changes,
        is_trusted(template),
        len(template.keys),
        tuple(places),
    )
