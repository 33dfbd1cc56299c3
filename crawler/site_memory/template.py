"""Where things stand on a site's pages: what the labeller found at each place, so that a further page need not ask it.

A block whose text repeats on the site is known by its text at its place, or else by its text alone: a word of the menu
may head a list of teasers as well. Any other is known by its place: tags, class words, whether it is the first there,
says a headline, or is a link. Rows hold how many blocks had which label in the end, so that what the labeller doubted
once is settled by what it said on the site's other pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crawler.items import Block
from crawler.site_memory.fingerprints import Fingerprints, PagePrints

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

TEXT_COUNT = 3
"""The labels of the text come first."""
FIELDS = slice(4, 6)
"""Byline and caption, of which the record has fields of their own."""
LEAST_PAGES = 3.0
"""Pages read in full that must have shown a place, or a repeating text that is taken for text. Of repeating chaff one
is enough: with three a fifth fewer pages are answered (measured)."""
SURE = 0.9
"""Share of a row's blocks of one kind: text, fields of their own, or the rest. With two kinds, text and the rest,
.97 lets 51 % of the pages of template sites be answered, .9 78 %, .8 87 %; word F1 against that of the labeller +.001,
.000, -.001 (measured)."""
LINKED = 0.5
"""Link density from which a block is a link. Chosen."""
FILLED_CHARS = 80
"""Characters up to which a block at an unknown place may take the label of the chaff around it, if it is no link."""
LEAST_TEXT_CHARS = 200
"""Characters of text under which a page is doubtful: its text may stand where no other page's does. Chosen."""
FOREIGN_SHARE = 0.5
"""Share of the characters of texts that do not repeat, at unknown places, from which a page is of another template."""
DISAGREEMENT = 0.1
"""Characters that template and labeller put on different sides, as a share of the labeller's text, from which they
disagree. Chosen."""
TINY = np.float32(1e-6)
NOWHERE = -1
TEXT, OF_FIELDS, REST = range(3)
_MIXER = np.uint64(0x9E3779B97F4A7C15)
"""Of splitmix64 (Steele, Lea, Flood 2014): variants of one place get keys of their own."""
FIRST, HEADLINE, LINK = np.uint64(1), np.uint64(2), np.uint64(4)


@dataclass(frozen=True, slots=True)
class Template:
    """Rows are places and repeating texts, ascending by key. All counts are decayed."""

    keys: Fingerprints
    pages: Floats
    """Pages that had the key."""
    labels: Floats
    """keys x labels: blocks."""
    seen: NDArray[np.uint32]
    """Number of the lesson that had the key last."""
    lessons: int = 0
    agreed: int = 0
    """Checked pages in a row on which it said what the labeller said."""
    is_settled: bool = False
    """It was trusted once; so pages that do not fit it mean a change."""
    foreign: int = 0
    """Pages in a row that are mostly of another template."""
    version: int = 1
    since: str = ""
    """Day on which the first page of this version was seen, empty before."""
    changes: tuple[str, ...] = ()
    """Days on which the template was found changed, the last ones."""
    quality: float = 0.0
    """Mean estimate over its lessons, 0 to 1; 0 before any."""
    examples: tuple[PlaceExample, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceExample:
    """A place for people; `key` is its row, `selector` the innermost elements with their classes."""

    key: int
    selector: str


@dataclass(frozen=True, slots=True)
class BlockKeys:
    """The rows in which to look for the blocks of a page, in document order."""

    own: Fingerprints
    """Of a repeating text the text at this place, else the place."""
    text: Fingerprints
    """Of a repeating text the text wherever it stands, else the place again."""
    other: Fingerprints
    """Where both are unknown: the place as that of a first block, or not of one; of a repeating text its place."""
    repeats: NDArray[np.bool_]
    """The text is known from other articles. A headline of the page is not: what says it elsewhere are teasers."""

    def taught(self, labels: Numbers) -> tuple[Fingerprints, Numbers]:
        """Return the keys that a page read in full teaches, and the label of each, from one label a block."""
        return np.append(self.own, self.text[self.repeats]), np.append(labels, labels[self.repeats])


@dataclass(frozen=True, slots=True)
class Answer:
    """What the template says of a page; rows are blocks."""

    labels: Numbers
    """NOWHERE where it does not know."""
    shares: Floats
    """Share of the row's blocks that had this label."""
    pages: Floats
    """Of the row."""
    doubt: str | None
    """Why the page must be read in full; None where it need not."""
    is_foreign: bool
    """Most of the page stands where no other page had anything."""


def empty_template(labels: int) -> Template:
    nothing = np.zeros(0, np.float32)
    return Template(np.zeros(0, np.uint64), nothing, np.zeros((0, labels), np.float32), np.zeros(0, np.uint32))


def block_keys(prints: PagePrints, blocks: Sequence[Block], repeats: NDArray[np.bool_]) -> BlockKeys:
    """Return the keys; `repeats` says whose text stands on several other articles."""
    _, first = np.unique(prints.place, return_index=True)
    linked = np.array([block.link_density > LINKED for block in blocks])
    is_headline = np.isin(prints.headline, prints.headlines)
    variant = (is_headline * HEADLINE + linked * LINK).astype(np.uint64)
    is_first = np.zeros(len(blocks), np.uint64)
    is_first[first] = FIRST
    place, other = (_mixed(prints.place, variant + bit) for bit in (is_first, FIRST - is_first))
    known = repeats & ~is_headline
    here = _mixed(prints.place ^ prints.near, variant)
    return BlockKeys(
        np.where(known, here, place), np.where(known, prints.near, place), np.where(known, place, other), known
    )


def answer(template: Template, keys: BlockKeys, blocks: Sequence[Block]) -> Answer:
    """Return what the template knows of a page of at least one block."""
    chars = np.array([len(block.text) for block in blocks])
    is_small = (chars <= FILLED_CHARS) | np.array([block.link_density > LINKED for block in blocks])
    if not len(template.keys):
        nothing = np.zeros(len(blocks), np.float32)
        return Answer(np.full(len(blocks), NOWHERE), nothing, nothing, "no template", True)
    total = np.maximum(template.labels.sum(axis=1), TINY)
    text = template.labels[:, :TEXT_COUNT].sum(axis=1) / total
    row, by_text = (_known_rows(template, text, tried, keys.repeats) for tried in (keys.own, keys.text))
    row = np.where(row == NOWHERE, by_text, row)
    other = _known_rows(template, text, keys.other, np.zeros_like(keys.repeats))
    # A new teaser on several pages is chaff where chaff stands; a repeating text among paragraphs is not known by that.
    other = np.where(keys.repeats & (text[other] > 1 - SURE), NOWHERE, other)
    row = np.where(row == NOWHERE, other, row)
    labels = np.where(row == NOWHERE, NOWHERE, _likeliest(template, total)[row])
    labels = _between(labels, (row == NOWHERE) & is_small)
    shares = np.where(row == NOWHERE, 0, template.labels[row, np.maximum(labels, 0)] / total[row]).astype(np.float32)
    pages = np.where(row == NOWHERE, 0, template.pages[row]).astype(np.float32)
    fresh = chars * ~keys.repeats
    is_foreign = bool(fresh[row == NOWHERE].sum() > FOREIGN_SHARE * max(fresh.sum(), 1))
    return Answer(labels, shares, pages, _doubt(labels, chars), is_foreign)


def _known_rows(template: Template, text: Floats, wanted: Fingerprints, repeats: NDArray[np.bool_]) -> Numbers:
    """Return the row of each wanted key, NOWHERE for one that too few pages had."""
    at = np.minimum(np.searchsorted(template.keys, wanted), len(template.keys) - 1)
    is_enough = (template.pages[at] >= LEAST_PAGES) | (repeats & (text[at] <= 1 - SURE))
    return np.where((template.keys[at] == wanted) & is_enough, at, NOWHERE)


def _likeliest(template: Template, total: Floats) -> Numbers:
    """Return the likeliest label of each row among those of the kind that most of its blocks have, else NOWHERE."""
    kinds = np.full(template.labels.shape[1], REST)
    kinds[:TEXT_COUNT], kinds[FIELDS] = TEXT, OF_FIELDS
    likeliest: Numbers = np.full(len(total), NOWHERE)
    for kind in (TEXT, OF_FIELDS, REST):
        of_kind = template.labels * (kinds == kind)
        likeliest = np.where(of_kind.sum(axis=1) >= SURE * total, of_kind.argmax(axis=1), likeliest)
    return likeliest


def _doubt(labels: Numbers, chars: Numbers) -> str | None:
    doubtful = int((labels == NOWHERE).sum())
    if doubtful:
        return f"{doubtful} blocks at doubtful places"
    return "too little text" if chars[labels < TEXT_COUNT].sum() < LEAST_TEXT_CHARS else None


def agrees(labels: Numbers, found: Numbers, blocks: Sequence[Block]) -> bool:
    """Whether the template's labels give the text that the labeller found, but for a little."""
    chars = np.array([len(block.text) for block in blocks])
    here, there = labels < TEXT_COUNT, found < TEXT_COUNT
    return bool(chars[here != there].sum() <= DISAGREEMENT * chars[there].sum())


def _between(labels: Numbers, unknown: NDArray[np.bool_]) -> Numbers:
    """Give blocks at unknown places the label of what stands before, where chaff stands on both sides."""
    told = np.flatnonzero(labels != NOWHERE)
    if not len(told):
        return labels
    at = np.searchsorted(told, np.arange(len(labels)), side="right")
    before = np.where(at > 0, labels[told[at - 1]], NOWHERE)
    after = np.where(at < len(told), labels[told[np.minimum(at, len(told) - 1)]], NOWHERE)
    is_chaff = [(side == NOWHERE) | (side >= TEXT_COUNT) for side in (before, after)]
    taken = unknown & (labels == NOWHERE) & is_chaff[0] & is_chaff[1]
    return np.where(taken, np.where(before != NOWHERE, before, after), labels)


def _mixed(places: Fingerprints, variants: Fingerprints) -> Fingerprints:
    mixed: Fingerprints = (places ^ (variants + np.uint64(1))) * _MIXER
    return mixed
