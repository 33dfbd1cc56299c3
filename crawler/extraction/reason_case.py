"""What the wording of a reason can look at: one block of one page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from crawler.extraction.block_model import LABELS, TEXT_SHARE, BlockModel, Reading, text_shares
from crawler.extraction.blocks import BlockTree
from crawler.extraction.clean_text import cap
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.features import PageFeatures
from crawler.items import Block

QUOTED_CHARS = 40


@dataclass(frozen=True)
class PageView:
    """Everything known of a page, and what has been worded of it."""

    tree: BlockTree
    evidence: PageEvidence
    features: PageFeatures
    model: BlockModel
    reading: Reading
    names: dict[tuple[int, int], tuple[float, str]] = field(default_factory=dict)
    """By container and label: how much the class word round it weighs that weighs most, and the word."""
    boxes: dict[tuple[int, int], Counter[int]] = field(default_factory=dict)
    """By the bounds of a box: the linear stage's labels in it, counted once for all its blocks."""

    @cached_property
    def likely(self) -> list[int]:
        """The linear stage's label of each block."""
        labels: list[int] = self.reading.linear_scores.argmax(axis=1).tolist()
        return labels

    @cached_property
    def article(self) -> tuple[int, int]:
        """First and last block that the model takes for text; (0, -1) where there is none."""
        text = np.flatnonzero(text_shares(self.reading.probabilities) >= TEXT_SHARE)
        return (int(text[0]), int(text[-1])) if len(text) else (0, -1)

    @cached_property
    def columns(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.features.columns)}


@dataclass(frozen=True, slots=True)
class Case:
    """One block and its label by number."""

    page: PageView
    block: Block
    label: int

    @property
    def name(self) -> str:
        return LABELS[self.label].replace("_", " ")

    def value(self, column: str) -> float:
        return float(self.page.features.measures[self.block.index, self.page.columns[column]])

    def heading(self) -> str | None:
        """Return the text of the heading of the block's box, quoted."""
        at = int(self.page.features.boxes.heading[self.block.index])
        return quoted(self.page.tree.blocks[at].text) if at >= 0 else None


def quoted(text: str) -> str:
    return f"“{cap(text, QUOTED_CHARS)}”"
