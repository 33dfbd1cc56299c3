"""One page held against the template of its site: an answer, or a lesson for the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crawler.items import Block, Container
from crawler.site_memory.evidence import COPY_SHARE, FEW_ARTICLES, LEAST_REPEATS
from crawler.site_memory.fingerprints import PagePrints
from crawler.site_memory.lessons import Lesson, Outcome, lesson_rows
from crawler.site_memory.memory import Floats, Observation, SiteMemory
from crawler.site_memory.template import (
    TEXT_COUNT,
    Answer,
    BlockKeys,
    PlaceExample,
    agrees,
    answer,
    block_keys,
)

LEAST_ARTICLES = 4.0
"""Other articles that must be known before a page teaches the template: with fewer no text is known to repeat."""
TAKEN_FOR_TEXT = 0.7
"""Probability of text that the memory notes for what the template took for text: no labeller has seen it. Chosen."""
SELECTOR_LEVELS = 3
SELECTOR_WORDS = 2
SELECTOR_CHARS = 100
"""Elements, class words of each and characters that are told of a place."""


@dataclass(slots=True)
class TemplateReading:
    prints: PagePrints
    blocks: Sequence[Block]
    containers: Sequence[Container]
    keys: BlockKeys
    answer: Answer
    counts: Floats
    """Of other articles, on how many each block's near-equal text stands."""
    memory: SiteMemory
    is_answer: bool = False
    """The page is labelled by it."""

    def reason(self, block: int) -> str:
        """Say what the answer for the block rests on."""
        if self.keys.repeats[block]:
            count = round(float(self.counts[block]))
            return f"stands on {count} of {max(round(self.memory.articles), count)} other pages of this site"
        pages = round(float(self.answer.pages[block]))
        if not pages:
            return "stands among the like at a new place of this site's template"
        return f"so labelled at this place of the site's template on {pages} other pages"

    def lesson(self, labels: Sequence[int], quality: float | None, day: str) -> Lesson:
        """Return what a page that was read in full teaches; `labels` has the number of each block's label."""
        found = np.array(labels)
        outcome = Outcome.DOUBTFUL
        if self.answer.doubt is None:
            outcome = Outcome.AGREED if agrees(self.answer.labels, found, self.blocks) else Outcome.DISAGREED
        keys, counts = lesson_rows(*self.keys.taught(found), self.memory.template.labels.shape[1])
        told = self._examples(labels)
        return Lesson(outcome, self.answer.is_foreign, keys, counts, quality or 0.0, day, told)

    def observation(self, labels: Sequence[int], day: str) -> Observation | None:
        """Return what a page adds that the template labelled: its own texts, so that the next ones can repeat them.

        None for a copy of an article: with a few of them its text would be one that the site repeats.
        """
        in_text = np.array(labels) < TEXT_COUNT
        chars = np.array([len(block.text) for block in self.blocks]) * in_text
        if chars[self.counts > FEW_ARTICLES].sum() > COPY_SHARE * chars.sum():
            return None
        own = self.prints.near[in_text & ~self.keys.repeats]
        keys = np.unique(np.append(own, np.uint64(self.prints.article)))
        shares = np.zeros((len(keys), self.memory.sums.shape[1]), np.float32)
        shares[:, 0] = TAKEN_FOR_TEXT
        shares[:, -1] = 1 - TAKEN_FOR_TEXT
        none = self.answer.labels[:0]
        rows, counts = lesson_rows(self.keys.own[:0], none, shares.shape[1])
        lesson = Lesson(Outcome.ANSWERED, False, rows, counts, 0.0, day)
        repeats = np.zeros(len(keys), np.float32)
        return Observation(keys, shares, repeats, self.prints.article, (), False, lesson)

    def _examples(self, labels: Sequence[int]) -> tuple[PlaceExample, ...]:
        """Return for each label the place that holds most of it, if the template has no example of that."""
        known = {example.key for example in self.memory.template.examples}
        chars: dict[int, dict[int, int]] = {}
        at: dict[int, int] = {}
        for block, key, label, repeats in zip(
            self.blocks, self.keys.own.tolist(), labels, self.keys.repeats.tolist(), strict=True
        ):
            if not repeats:
                of_label = chars.setdefault(label, {})
                of_label[key] = of_label.get(key, 0) + len(block.text)
                at.setdefault(key, block.container)
        fullest = (max(of_label, key=lambda key: (of_label[key], key)) for of_label in chars.values())
        return tuple(
            PlaceExample(key, selector(self.containers, at[key])) for key in sorted(set(fullest)) if key not in known
        )


def read_by_template(
    memory: SiteMemory, prints: PagePrints, blocks: Sequence[Block], containers: Sequence[Container]
) -> TemplateReading:
    """Return the page of at least one block held against the template, whether that is trusted or not."""
    at = memory.find(prints.near)
    found = np.where(at >= 0, memory.counts[at], 0) if len(memory.keys) else np.zeros(len(at))
    counts: Floats = np.maximum(found - memory.has(prints.article), 0).astype(np.float32)
    keys = block_keys(prints, blocks, counts >= LEAST_REPEATS)
    return TemplateReading(prints, blocks, containers, keys, answer(memory.template, keys, blocks), counts, memory)


def selector(containers: Sequence[Container], index: int) -> str:
    """Return the innermost elements of a place with a few of their classes, as CSS writes them."""
    parts: list[str] = []
    at: int | None = index
    while at is not None and len(parts) < SELECTOR_LEVELS:
        container = containers[at]
        words = sorted(set(container.words), key=lambda word: (-len(word), word))[:SELECTOR_WORDS]
        parts.append(".".join((container.tag, *words)))
        at = container.parent
    return " > ".join(reversed(parts))[-SELECTOR_CHARS:]
