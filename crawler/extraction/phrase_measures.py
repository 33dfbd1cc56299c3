"""Phrase evidence as numbers and as words: hits of the block, of the heading of its box, and of its boxes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.block_measures import Measures, running
from crawler.extraction.boxes import Boxes
from crawler.extraction.phrase_files import STRENGTHS
from crawler.extraction.phrasebook import PhraseHit
from crawler.items import Label

LABELS = (
    Label.ADVERTISEMENT, Label.JOB_LISTING, Label.COMMENT_POLICY, Label.COMMENT, Label.SUBSCRIPTION, Label.RELATED,
    Label.NAVIGATION, Label.AUTHOR_BIO, Label.SHARING, Label.LEGAL, Label.BYLINE, Label.CAPTION, Label.OTHER,
)  # fmt: skip
WEAK_IN_HEADING = 0.5
WEAK_IN_BOX = 0.3
"""What a weak phrase counts against a strong one or a heading. Chosen, not measured."""
MAX_BOX = 12
"""Blocks by which a box's hits are divided at most: in a long list one heading still counts. Chosen."""
BOX_LEVELS = (0, 1, 2, 4)

_STRENGTH = {strength: place for place, strength in enumerate(STRENGTHS)}
_LABEL = {label: place for place, label in enumerate(LABELS)}


def phrase_words(hits: Sequence[PhraseHit]) -> tuple[str, ...]:
    """Return one word for each label and strength among the hits."""
    return tuple(dict.fromkeys(f"{hit.label} {hit.strength}" for hit in hits))


def add_phrases(measures: Measures, hits: Sequence[Sequence[PhraseHit]], boxes: Boxes) -> None:
    found = np.zeros((len(hits), len(STRENGTHS), len(LABELS)), np.float32)
    for index, of_block in enumerate(hits):
        for hit in of_block:
            if hit.label in _LABEL:
                found[index, _STRENGTH[hit.strength], _LABEL[hit.label]] = 1
    for strength, place in _STRENGTH.items():
        _add(measures, f"phrase.own_{strength}", found[:, place])
    sure = np.maximum(found[:, _STRENGTH["heading"]], found[:, _STRENGTH["strong"]])
    weak = found[:, _STRENGTH["weak"]]
    in_heading = np.maximum(sure, WEAK_IN_HEADING * weak)[np.maximum(boxes.heading, 0)]
    _add(measures, "phrase.heading", np.where((boxes.heading >= 0)[:, None], in_heading, 0))
    through = running(np.maximum(sure, WEAK_IN_BOX * weak))
    for level in BOX_LEVELS:
        start, end = boxes.bounds(level)
        _add(
            measures, f"phrase.box{level}", (through[end] - through[start]) / np.minimum(end - start, MAX_BOX)[:, None]
        )


def _add(measures: Measures, name: str, columns: NDArray[np.floating]) -> None:
    for label, place in _LABEL.items():
        measures.add(f"{name}_{label}", columns[:, place])
