"""What the memory of a site says of each block of one page: the columns that the second stage sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crawler.items import Block, BlockKind
from crawler.site_memory.fingerprints import Fingerprints, PagePrints
from crawler.site_memory.memory import Floats, Observation, SiteMemory

FEW_ARTICLES = 0.5
"""Other articles up to which a memory says nothing: there is none."""
PRIOR = 1.0
"""Articles without the text that are added to those seen, so that one of one is no certainty. Chosen."""
COPY_SHARE = 0.5
"""Share of the page's likely text that stands on one and the same few articles from which it is a copy. Chosen."""
COPY_ARTICLES = 0.34
"""Share of the site's articles above which a text's repetition is the site's, not a copy's. Chosen."""
LEAST_COPIES = 2.0
ENOUGH = 8.0
"""Articles from which more of them say nothing new; so labels settle early. Chosen."""
STRUCTURE_TIMES = 3
"""Times on one page from which a text is the article's own structure (“Pros”, “Cons”), not the site's chaff. Chosen."""
LEAST_REPEATS = 3.0
REPEATING_PLACE = 0.3
"""Other articles that must have a text or a place, and share of the place's texts that must repeat. Chosen."""
TINY = 1e-6

COLUMNS = (
    "articles", "text.share", "text.count", "near.share", "near.count", "place.share", "place.repeats",
    "place.known", "headline.share", "own_headline", "words", "heading", "list_item", "linked",
    "before.share", "after.share", "company.share", "position",
)  # fmt: skip
"""Then, for each label, the history of the near-equal text and of the place, as log odds; zeros without one."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of one page; rows are blocks."""

    columns: Floats
    """blocks x (COLUMNS + 2 x labels)."""
    others: float
    """Articles of the site that were seen, without this one."""
    counts: Floats
    """Of them those that have the block's near-equal text."""
    repeats: NDArray[np.bool_]
    """Blocks whose text stands on several other articles, or whose place mostly has such texts. Without that the site
    is no witness against a text: real sites change their template, a place that is new says nothing."""
    is_copy: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What other articles say of one kind of fingerprint."""

    counts: Floats
    history: Floats
    """Sums of probabilities, keys x labels."""
    repeats: Floats
    """Mean share, this page's own included."""


def weigh(
    memory: SiteMemory, prints: PagePrints, blocks: Sequence[Block], probabilities: Floats, seen: Observation
) -> Evidence:
    """Return what other articles say; `seen` is what this page adds, taken away where the memory has it already."""
    own = seen if memory.has(seen.article) else None
    others = max(0.0, memory.articles - (own is not None))
    text, near, place = (_known(memory, keys, own) for keys in (prints.text, prints.near, prints.place))
    headline = _known(memory, prints.headline, own).counts
    is_copy = _is_copy(text, blocks, probabilities, others)
    if is_copy:
        near, text = (_without_few(known, others) for known in (near, text))
    share = near.counts / (others + PRIOR)
    repeated = near.counts[:, None] > FEW_ARTICLES
    rows = [
        np.full(len(blocks), np.log1p(min(others, ENOUGH))),
        text.counts / (others + PRIOR),
        np.log1p(np.minimum(text.counts, ENOUGH)),
        share,
        np.log1p(np.minimum(near.counts, ENOUGH)),
        place.counts / (others + PRIOR),
        place.repeats,
        place.counts > FEW_ARTICLES,
        headline / (others + PRIOR),
        np.isin(prints.headline, prints.headlines),
        np.log1p(prints.words),
        [block.kind is BlockKind.HEADING for block in blocks],
        [block.kind is BlockKind.LIST_ITEM for block in blocks],
        [block.link_density for block in blocks],
        _shifted(share, 1),
        _shifted(share, -1),
        _mean_by_place(share, prints.place),
        np.arange(len(blocks)) / len(blocks),
    ]
    histories = [
        np.where(repeated, _log_odds(near.history, near.counts), 0),
        np.where(place.counts[:, None] > FEW_ARTICLES, _log_odds(place.history, place.counts), 0),
    ]
    columns = np.concatenate([np.array(rows, np.float32).T, *histories], axis=1).astype(np.float32)
    of_place = (place.counts >= LEAST_REPEATS) & (place.repeats >= REPEATING_PLACE)
    is_structure = _times(prints.text) >= STRUCTURE_TIMES
    repeats = ((near.counts >= LEAST_REPEATS) | of_place) & ~is_structure
    return Evidence(columns, others, near.counts, repeats, is_copy)


def _known(memory: SiteMemory, wanted: Fingerprints, own: Observation | None) -> _Known:
    """Look up the wanted keys and take away what this page itself added."""
    at = memory.find(wanted)
    found = at >= 0
    if not len(memory.keys):
        nothing = np.zeros(len(wanted), np.float32)
        return _Known(nothing, np.zeros((len(wanted), memory.sums.shape[1]), np.float32), nothing)
    counts = np.where(found, memory.counts[at], 0)
    sums = np.where(found[:, None], memory.sums[at], 0)
    repeats, all_counts = np.where(found, memory.repeats[at], 0), counts
    if own is not None:
        row = np.minimum(np.searchsorted(own.keys, wanted), len(own.keys) - 1)
        mine = found & (own.keys[row] == wanted)
        counts = counts - mine
        sums = sums - np.where(mine[:, None], own.shares[row], 0)
    counts, sums = (np.maximum(part, 0).astype(np.float32) for part in (counts, sums))
    return _Known(counts, sums, (repeats / np.maximum(all_counts, 1)).astype(np.float32))


def _is_copy(text: _Known, blocks: Sequence[Block], probabilities: Floats, others: float) -> bool:
    """Whether the page is a version of an article that was seen: half its text stands on a few articles."""
    chars = np.array([len(block.text) for block in blocks]) * probabilities[:, :3].sum(axis=1)
    bound = max(LEAST_COPIES, COPY_ARTICLES * others)
    copied = (text.counts > FEW_ARTICLES) & (text.counts <= bound)
    return bool(chars[copied].sum() > COPY_SHARE * chars.sum())


def _without_few(known: _Known, others: float) -> _Known:
    kept = known.counts > max(LEAST_COPIES, COPY_ARTICLES * others)
    return _Known(known.counts * kept, known.history * kept[:, None], known.repeats * kept)


def _log_odds(sums: Floats, counts: Floats) -> Floats:
    """Return the log of each label's mean share."""
    logs: Floats = np.log(np.maximum(sums / np.maximum(counts, TINY)[:, None], TINY * 1e2) + TINY)
    return logs


def _times(keys: Fingerprints) -> NDArray[np.int64]:
    """Return how many times each key stands on the page."""
    _, of_block = np.unique(keys, return_inverse=True)
    times: NDArray[np.int64] = np.bincount(of_block)[of_block]
    return times


def _shifted(share: Floats, by: int) -> Floats:
    """Return the share of the block `by` places before."""
    moved = np.roll(share, by)
    moved[slice(None, by) if by > 0 else slice(by, None)] = 0
    return moved


def _mean_by_place(share: Floats, places: Fingerprints) -> NDArray[np.floating]:
    """Return the mean share over the page's other blocks of the same place, its own where it is alone."""
    _, of_block = np.unique(places, return_inverse=True)
    times, total = np.bincount(of_block), np.bincount(of_block, share)
    others = times[of_block] - 1
    return np.where(others > 0, (total[of_block] - share) / np.maximum(others, 1), share)
