"""Everything that the labeller looks at, computed once a page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.block_measures import Measures, measure_blocks
from crawler.extraction.block_words import HashedUnits, Signs, hash_words
from crawler.extraction.blocks import BlockTree
from crawler.extraction.box_measures import measure_surroundings
from crawler.extraction.boxes import Boxes, find_boxes
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.form_measures import add_form
from crawler.extraction.link_targets import own_site
from crawler.extraction.phrase_measures import add_phrases, phrase_words
from crawler.extraction.phrasebook import PhraseHit, find_phrases
from crawler.extraction.text_shape import read_shape
from crawler.extraction.voice_measures import add_voice

CHAR_BOUNDS = (8, 20, 40, 80, 150, 300, 700)
LINKED_BOUNDS = (0.01, 0.3, 0.8)
KEPT_BOUNDS = (0.1, 0.6)
TITLE_BOUNDS = (0.2, 0.5, 0.8, 0.99)
DESCRIPTION_BOUNDS = (0.3, 0.6, 0.9)
LIKE_BOUNDS = (0.02, 0.3)
"""Bounds between the classes into which the linear stage gets a few measures. Chosen, not measured."""
NEAR_NOTHING = 0.001


@dataclass(frozen=True, slots=True)
class PageFeatures:
    """`measures` is blocks x columns, its columns are `columns`; `units` holds the hashed words."""

    measures: NDArray[np.float32]
    columns: tuple[str, ...]
    units: HashedUnits
    boxes: Boxes
    phrases: tuple[tuple[PhraseHit, ...], ...]
    site: str


def page_features(tree: BlockTree, evidence: PageEvidence) -> PageFeatures:
    """Return the features of a page of at least one block."""
    boxes = find_boxes(tree)
    site = own_site(tree.blocks, evidence.url)
    shapes = [read_shape(block.text) for block in tree.blocks]
    phrases = tuple(find_phrases(block.text) for block in tree.blocks)
    measures = measure_blocks(tree, evidence, shapes)
    measure_surroundings(measures, tree, shapes, boxes, site)
    add_phrases(measures, phrases, boxes)
    add_voice(measures, tree.blocks, shapes, boxes, site)
    form = add_form(measures, tree, boxes)
    signs = Signs(_signs(measures, tree), [phrase_words(hits) for hits in phrases], form.branch.tolist())
    units = hash_words(tree, boxes, shapes, site, signs)
    return PageFeatures(measures.matrix(), tuple(measures.columns), units, boxes, phrases, site)


def _signs(measures: Measures, tree: BlockTree) -> list[tuple[str, ...]]:
    """Return a few measures as words, alone and crossed, for a stage that can only add."""
    columns = measures.columns
    chars = _classes(np.expm1(columns["shape.chars"]), CHAR_BOUNDS)
    linked = _classes(columns["shape.linked"], LINKED_BOUNDS)
    kept = _classes(columns["kept.share"], KEPT_BOUNDS)
    title = _classes(columns["title.overlap"], TITLE_BOUNDS)
    described = _classes(columns["description.share"], DESCRIPTION_BOUNDS)
    before = columns["place.article_before"] <= NEAR_NOTHING
    after = columns["place.article_after"] <= NEAR_NOTHING
    side = np.where(before, 0, np.where(after, 2, 1)).tolist()
    tenth = (columns["place.share"] * 10).astype(int).tolist()
    voice = (columns["voice.brand"] * 4 + columns["voice.reader"] * 2 + columns["voice.ours"]).astype(int).tolist()
    like = _classes(columns["form.pair_mass"], LIKE_BOUNDS)
    within = columns["form.within"].astype(int).tolist()
    return [
        (
            f"form {chars[i]} {linked[i]} {kept[i]}",
            f"side {side[i]} {kept[i]} {block.tag}",
            f"side {side[i]} {kept[i]} {min(chars[i], 4)} {linked[i]}",
            f"title {title[i]} {block.tag}",
            f"description {described[i]} {min(chars[i], 5)}",
            f"tenth {tenth[i]}",
            f"voice {voice[i]}",
            f"like {like[i]} {within[i]} {min(chars[i], 4)}",
        )
        for i, block in enumerate(tree.blocks)
    ]


def _classes(values: NDArray[np.floating], bounds: tuple[float, ...]) -> list[int]:
    classes: list[int] = np.searchsorted(np.array(bounds), values).tolist()
    return classes
