"""Everything that the labeller looks at, computed once a page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.block_measures import Measures, measure_blocks
from crawler.extraction.block_words import Signs, hash_words
from crawler.extraction.blocks import BlockTree
from crawler.extraction.box_measures import measure_surroundings
from crawler.extraction.boxes import Boxes, find_boxes
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.form_measures import add_form
from crawler.extraction.link_targets import own_site
from crawler.extraction.phrase_measures import add_phrases, phrase_words
from crawler.extraction.phrasebook import PhraseHit, find_phrases
from crawler.extraction.text_shape import code_of, read_shape
from crawler.extraction.voice_measures import add_voice
from crawler.extraction.word_units import HashedUnits

CHAR_BOUNDS = (8, 20, 40, 80, 150, 300, 700)
LINKED_BOUNDS = (0.01, 0.3, 0.8)
TITLE_BOUNDS = (0.2, 0.5, 0.8, 0.99)
DESCRIPTION_BOUNDS = (0.3, 0.6, 0.9)
LIKE_BOUNDS = (0.02, 0.3)
"""Bounds between the classes into which the linear stage gets a few measures. Chosen, not measured."""
NEAR_NOTHING = 0.001
_MIXER, _LOW = np.uint64(0x01000193), np.uint64(0xFFFFFFFF)
"""The prime of FNV-1 for 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/)."""


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
    phrases = tuple(find_phrases(block.text) for block in tree.blocks)
    boxes = find_boxes(tree, phrases)
    site = own_site(tree.blocks, evidence.url)
    shapes = [read_shape(block.text) for block in tree.blocks]
    measures = measure_blocks(tree, evidence, shapes)
    measure_surroundings(measures, tree, shapes, boxes, site)
    add_phrases(measures, phrases, boxes)
    add_voice(measures, tree.blocks, shapes, boxes, site)
    form = add_form(measures, tree, boxes)
    signs = Signs(_signs(measures, tree), [phrase_words(hits) for hits in phrases], form.branch.tolist())
    units = hash_words(tree, boxes, shapes, site, signs)
    return PageFeatures(measures.matrix(), tuple(measures.columns), units, boxes, phrases, site)


def _signs(measures: Measures, tree: BlockTree) -> NDArray[np.uint64]:
    """Return classes of a few measures as words, alone and crossed, for a stage that can only add; blocks x signs."""
    columns = measures.columns
    chars = _classes(np.expm1(columns["shape.chars"]), CHAR_BOUNDS)
    linked = _classes(columns["shape.linked"], LINKED_BOUNDS)
    title = _classes(columns["title.overlap"], TITLE_BOUNDS)
    described = _classes(columns["description.share"], DESCRIPTION_BOUNDS)
    before = columns["place.running_before"] <= NEAR_NOTHING
    after = columns["place.running_after"] <= NEAR_NOTHING
    side = np.where(before, 0, np.where(after, 2, 1))
    tenth = (columns["place.share"] * 10).astype(np.int64)
    voice = (columns["voice.brand"] * 4 + columns["voice.reader"] * 2 + columns["voice.ours"]).astype(np.int64)
    like = _classes(columns["form.pair_mass"], LIKE_BOUNDS)
    within = columns["form.within"].astype(np.int64)
    tag = np.array([code_of(block.tag) for block in tree.blocks])
    short = np.minimum(chars, 4)
    crossed = (
        (chars, linked), (side, tag), (side, short, linked), (title, tag),
        (described, np.minimum(chars, 5)), (tenth,), (voice,), (like, within, short),
    )  # fmt: skip
    return np.stack([_sign_codes(number, classes) for number, classes in enumerate(crossed)], axis=1)


def _sign_codes(number: int, classes: tuple[NDArray[np.int64], ...]) -> NDArray[np.uint64]:
    """Return one 32-bit code a block for its classes, other codes for every sign."""
    codes = np.full(len(classes[0]), code_of(f"sign {number}"), np.uint64)
    for column in classes:
        codes = (codes * _MIXER + column.astype(np.uint64)) & _LOW
    return codes


def _classes(values: NDArray[np.floating], bounds: tuple[float, ...]) -> NDArray[np.int64]:
    classes: NDArray[np.int64] = np.searchsorted(np.array(bounds), values)
    return classes
