"""Blocks -> segments: one label for every block, from the trained model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.alignment import KEPT
from crawler.extraction.blas_threads import one_thread
from crawler.extraction.block_measures import LONG_CHARS
from crawler.extraction.block_model import (
    LABELS,
    TEXT_COUNT,
    TEXT_SHARE,
    BlockModel,
    Floats,
    Reading,
    read_page_features,
    shipped_model,
    text_shares,
)
from crawler.extraction.blocks import BlockTree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.features import PageFeatures, page_features
from crawler.extraction.label_reasons import word_reasons
from crawler.extraction.line_evidence import weigh_lines
from crawler.extraction.reason_case import PageView
from crawler.extraction.second_opinion import weigh_opinion
from crawler.items import Label, Segment

UNWRITTEN = tuple(n for n, label in enumerate(LABELS) if not label.is_boilerplate or label is Label.NAVIGATION)
"""Numbers of the labels whose blocks no record's line holds."""
LEAST_LEFT = 0.8
KEPT_TEXT_SHARE = 0.2
"""Where the main content was asked for and less than this share of its paragraphs is text, its blocks are text from
the lower probability on. Out of fold: word F1 .974 to .978 on news, .946 to .949 on guides."""
COMMENT = LABELS.index(Label.COMMENT)
SURE_COMMENT = 0.5
"""Probability of a comment from which a block does not become text that way: of a forum's thread trafilatura keeps all.
Out of fold body token F1 of the typed pages .9849 to .9861 by one such page."""


@dataclass(frozen=True, slots=True)
class BlockScores:
    """What the model makes of a page's blocks by themselves."""

    model: BlockModel
    features: PageFeatures
    reading: Reading


def score_blocks(tree: BlockTree, evidence: PageEvidence, model: BlockModel | None = None) -> BlockScores:
    """Return the scores of a page of at least one block. `model` replaces the one of the package."""
    if model is None:
        model = shipped_model("text" if evidence.plain_text else "page")
    features = page_features(tree, evidence)
    with one_thread():
        return BlockScores(model, features, read_page_features(model, features))


def label_blocks(
    tree: BlockTree, evidence: PageEvidence, scores: BlockScores | None = None, *, all_reasons: bool = False
) -> tuple[Segment, ...]:
    """Return one segment a block, in the same order; `scores` are those of the page where they are at hand.

    Of HTML, blocks of the article and of menus have an empty reason unless all are asked for: no line of a record
    holds them, and they are nine of ten.
    """
    if not tree.blocks:
        return ()
    if scores is None:
        scores = score_blocks(tree, evidence)
    with one_thread():
        probabilities = weighed_probabilities(scores.reading.probabilities, evidence, tree, scores.features)
        if evidence.site is not None:
            probabilities = evidence.site.recall(tree.blocks, tree.containers, evidence.titles, probabilities)
        chosen = choose_labels(probabilities, tree, evidence)
        asked = np.flatnonzero(np.isin(chosen, UNWRITTEN, invert=True) | all_reasons | evidence.plain_text)
        worded = word_reasons(PageView(tree, evidence, scores.features, scores.model, scores.reading), chosen, asked)
    reasons = dict(zip(asked.tolist(), worded, strict=True))
    if evidence.site is not None:
        reasons = evidence.site.reasons(chosen.tolist(), reasons)
    shares = probabilities[np.arange(len(chosen)), chosen].tolist()
    return tuple(
        Segment(LABELS[label], block.text, block.xpath, round(share, 3), reasons.get(block.index, ""))
        for block, label, share in zip(tree.blocks, chosen.tolist(), shares, strict=True)
    )


def weighed_probabilities(
    probabilities: Floats, evidence: PageEvidence, tree: BlockTree, features: PageFeatures
) -> Floats:
    """Return the probabilities by which labels are chosen.

    In plain text phrases and lists are weighed in again, on a doubtful page the main content is.
    """
    if evidence.plain_text:
        return weigh_lines(probabilities, tree, features.phrases)
    return weigh_opinion(probabilities, evidence.kept)


def choose_labels(probabilities: Floats, tree: BlockTree, evidence: PageEvidence) -> NDArray[np.int64]:
    """Return the number of each block's label: first text against the rest, then the likeliest of that side."""
    is_text = _is_text(probabilities, tree, evidence)
    of_text = probabilities[:, :TEXT_COUNT].argmax(axis=1)
    of_rest = probabilities[:, TEXT_COUNT:].argmax(axis=1) + TEXT_COUNT
    chosen: NDArray[np.int64] = np.where(is_text, of_text, of_rest)
    return chosen


def _is_text(probabilities: Floats, tree: BlockTree, evidence: PageEvidence) -> NDArray[np.bool_]:
    """Decide by probability; where too little of the main content is left, be content with less of it."""
    shares = text_shares(probabilities)
    is_text: NDArray[np.bool_] = shares >= TEXT_SHARE
    if not evidence.kept:
        return is_text
    kept = np.array(evidence.kept) > KEPT
    chars = np.array([len(block.text) for block in tree.blocks])
    content = np.where(kept & (chars > LONG_CHARS), chars, 0)
    if content[is_text].sum() < LEAST_LEFT * content.sum():
        is_text = is_text | (kept & (shares >= KEPT_TEXT_SHARE) & (probabilities[:, COMMENT] < SURE_COMMENT))
    return is_text
