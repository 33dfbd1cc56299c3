"""How well a page was read, without its truth: an estimate of the word F1 of its text.

What speaks against a reading: blocks that could be text or not, gaps within the text, running text left out. Seven
measures, each on a scale on which equal steps count alike, go into one linear formula whose weights
`python -m crawler.training.quality` fits.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from crawler.extraction.block_model import Floats, text_shares
from crawler.extraction.second_opinion import LEAST_CHARS
from crawler.items import Block, BlockKind, Segment

MEASURES = ("undecided", "missed", "unsure_blocks", "no_paragraphs", "gaps", "visible", "unread")
SURELY_NOT, SURELY = 0.2, 0.8
"""Probabilities of text between which a block is undecided. Chosen, not measured."""
RUNNING_CHARS = 150
"""Characters of an unlinked paragraph from which it is running text. Chosen."""
RUNNING_LINKED = 0.2
SMALLEST = 0.01
"""Added to a share before its logarithm: half a page's worth of nothing is as good as nothing. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class QualityModel:
    """Weights of MEASURES; `predicted = intercept + weights . (measures - mean) / scale` is -log(1.01 - word F1)."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float


def estimate_quality(
    blocks: Sequence[Block], segments: Sequence[Segment], probabilities: Floats, model: QualityModel | None = None
) -> float | None:
    """Return the expected word F1 of the text, 0 to 1; None for a page without text.

    `probabilities`, blocks x labels, are those of the page by itself, without its site.
    """
    if not any(segment.label.in_text for segment in segments):
        return None
    return predict(model or shipped_quality_model(), measure(blocks, segments, probabilities))


def predict(model: QualityModel, measures: Sequence[float]) -> float:
    """Return the word F1 that the measures let expect, 0 to 1."""
    steps = zip(measures, model.mean, model.scale, model.weights, strict=True)
    scaled = model.intercept + sum(weight * (value - mean) / scale for value, mean, scale, weight in steps)
    return round(min(1.0, max(0.0, 1 + SMALLEST - math.exp(-scaled))), 3)


def measure(blocks: Sequence[Block], segments: Sequence[Segment], probabilities: Floats) -> tuple[float, ...]:
    """Return the values of MEASURES for a page with at least one text block."""
    of_text = text_shares(probabilities)
    chars = np.array([len(block.text) for block in blocks], np.float64)
    in_text = np.array([segment.label.in_text for segment in segments])
    is_paragraph = np.array([block.kind is BlockKind.PARAGRAPH for block in blocks])
    linked = np.array([block.linked_chars for block in blocks])
    is_running = is_paragraph & (chars >= RUNNING_CHARS) & (linked < RUNNING_LINKED * chars)
    text = chars * in_text
    size = max(text.sum(), LEAST_CHARS)
    places = np.flatnonzero(in_text)
    shares = (
        (chars * ((of_text > SURELY_NOT) & (of_text < SURELY))).sum() / size,
        (chars * ~in_text * of_text).sum() / size,
        (1 - of_text)[in_text].mean(),
        (text * ~is_paragraph).sum() / size,
        1 - len(places) / (places[-1] - places[0] + 1),
        min(2.0, (chars * ~in_text * is_running).sum() / size),
    )
    logs = [math.log(max(float(share), 0.0) + SMALLEST) for share in shares]
    return (*logs[:5], float(size / max(chars.sum(), 1.0)), *logs[5:])


def to_scale(word_f1: float) -> float:
    """Return the word F1 as the formula predicts it."""
    return -math.log(1 + SMALLEST - word_f1)


@cache
def shipped_quality_model() -> QualityModel:
    path = files("crawler.extraction").joinpath("model/quality.json")
    stored = json.loads(path.read_text(encoding="utf-8"))
    return QualityModel(
        tuple(stored["mean"]), tuple(stored["scale"]), tuple(stored["weights"]), float(stored["intercept"])
    )
