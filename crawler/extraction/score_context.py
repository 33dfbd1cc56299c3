"""From the linear stage's scores to what surrounds a block: neighbours, boxes, headings, what came before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.block_measures import running, shifted, signed_log
from crawler.extraction.box_measures import NEIGHBOURS
from crawler.extraction.boxes import LEVELS, NEAR_LEVELS, Boxes

Scores = NDArray[np.float32]

WINDOW = 6
"""Blocks to either side whose mean is taken. Chosen."""
SCORE_UNIT = 3.0
LOWEST, HIGHEST = -3.0, 2.0
"""Scores are given to the next stage in this unit, cut at these bounds."""
MAX_SCORE = 30.0
BODY_SHARE = 0.5
PART_LEVELS = (0, 2)
"""Boxes over which the parts of a score are averaged too. Chosen."""


def shares(scores: Scores) -> Scores:
    """Return the one-against-rest scores as shares that sum to 1 for each block."""
    odds = 1 / (1 + np.exp(-np.clip(scores, -MAX_SCORE, MAX_SCORE)))
    result: Scores = (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


def context(scores: Scores, lengths: NDArray[np.float32], boxes: Boxes) -> Scores:
    """Return one row a block; its columns are named by `context_columns`.

    `scores` is blocks x labels, the body label first; `lengths` is the logarithm of each block's characters.
    """
    share = shares(scores)
    count = len(share)
    index = np.arange(count)
    through = running(share)
    roots: list[NDArray[np.floating]] = [share, *(shifted(share, step) for step in NEIGHBOURS)]
    start, end = np.maximum(index - WINDOW, 0), np.minimum(index + WINDOW + 1, count)
    roots.append(_mean_of_others(share, through, start, end))
    bounds = [boxes.bounds(level) for level in range(LEVELS)]
    section = (boxes.section_start, boxes.section_end)
    roots += [_mean_of_others(share, through, *section), _mean_of_kin(share, boxes.pattern)]
    roots += [_mean_of_others(share, through, *ends) for ends in bounds]
    roots += [_rows(share, at) for at in (boxes.heading, boxes.previous_heading, boxes.next_heading)]
    roots.append(through[:-1] / np.maximum(index, 1)[:, None])
    roots.append((through[-1] - through[1:]) / np.maximum(count - 1 - index, 1)[:, None])
    roots += [share.take(start, axis=0) for start, _ in bounds[:NEAR_LEVELS]]
    plain: list[NDArray[np.floating]] = [
        _body_place(share[:, 0], lengths),
        np.clip(scores / SCORE_UNIT, LOWEST, HIGHEST),
    ]
    columns: list[NDArray[np.floating]] = [*(np.sqrt(np.maximum(root, 0)) for root in roots), *plain]
    return np.concatenate(columns, axis=1).astype(np.float32)


def context_columns(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns' names as `group.detail`, in the order of `context`."""
    roots = [
        "words.share",
        *(f"neighbours.{step:+d}" for step in NEIGHBOURS),
        "neighbours.window",
        "heading.section",
        "container.kin",
    ]
    roots += [f"box.{level}_mean" for level in range(LEVELS)]
    roots += ["heading.own_box", "heading.previous", "heading.next", "place.before", "place.after"]
    roots += [f"box.{level}_first" for level in range(NEAR_LEVELS)]
    plain = tuple(f"place.body_{name}" for name in ("before", "after", "from_first", "from_last"))
    return (
        tuple(f"{root} {label}" for root in roots for label in labels)
        + plain
        + tuple(f"words.score {label}" for label in labels)
    )


def parts_context(parts: Scores, boxes: Boxes) -> Scores:
    """Return each block's scores by part, and their means over its boxes."""
    through = running(parts)
    columns: list[NDArray[np.floating]] = [parts]
    for level in PART_LEVELS:
        start, end = boxes.bounds(level)
        columns.append((through.take(end, axis=0) - through.take(start, axis=0)) / (end - start)[:, None])
    return np.concatenate(columns, axis=1).astype(np.float32)


def parts_columns(parts: tuple[str, ...], labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the columns of `parts_context`; a box's mean belongs to the group `box`."""
    own = [f"{part} {label}" for part in parts for label in labels]
    return tuple(own) + tuple(f"box.{level}_{column}" for level in PART_LEVELS for column in own)


def _mean_of_others(
    share: Scores, through: NDArray[np.float64], start: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the mean over start to end - 1 without the block itself, 0 where it is alone."""
    others = np.maximum(end - start - 1, 1)[:, None]
    mean: NDArray[np.float64] = (through.take(end, axis=0) - through.take(start, axis=0) - share) / others
    return mean


def _mean_of_kin(share: Scores, pattern: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean over the other blocks whose elements have the same path of tags, 0 where there is none."""
    sums = np.zeros((int(pattern.max()) + 1, share.shape[1]))
    np.add.at(sums, pattern, share)
    others = np.maximum(np.bincount(pattern)[pattern] - 1, 1)[:, None]
    mean: NDArray[np.float64] = (sums[pattern] - share) / others
    return mean


def _rows(share: Scores, at: NDArray[np.int64]) -> Scores:
    return np.where((at >= 0)[:, None], share.take(np.maximum(at, 0), axis=0), np.float32(0))


def _body_place(body: Scores, lengths: NDArray[np.float32]) -> NDArray[np.float64]:
    mass = body * lengths
    through = np.cumsum(mass)
    total = max(float(mass.sum()), 1e-6)
    index = np.arange(len(body))
    marks = np.flatnonzero(body > BODY_SHARE)
    first, last = (int(marks[0]), int(marks[-1])) if len(marks) else (0, len(body) - 1)
    return np.stack(
        [(through - mass) / total, (total - through) / total, signed_log(index - first), signed_log(index - last)],
        axis=1,
    )
