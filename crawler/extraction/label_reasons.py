"""Why a block has its label: the two strongest evidences of this very block, in words.

The gradient of the label's log probability, times the input, gives what each input contributed against an average
block (first-order; Simonyan et al. 2014). Inputs of one group count together, and the strongest groups are worded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.block_model import LABELS, BlockModel, Floats, Reading, input_columns
from crawler.extraction.blocks import BlockTree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.features import PageFeatures
from crawler.extraction.reason_case import Case, PageView
from crawler.extraction.reason_words import WORDINGS

REASONS = 2


def word_reasons(
    tree: BlockTree,
    evidence: PageEvidence,
    features: PageFeatures,
    model: BlockModel,
    reading: Reading,
    chosen: NDArray[np.int64],
) -> list[str]:
    """Return one line a block: its evidences, strongest first, set apart by semicolons."""
    groups, member = group_columns(input_columns(features))
    gains = group_gains(model, reading, chosen, member)
    order = np.argsort(-gains, axis=1, kind="stable")
    likely: list[int] = reading.linear_scores.argmax(axis=1).tolist()
    columns = {name: place for place, name in enumerate(features.columns)}
    page = PageView(tree, evidence, features, model, reading, likely, columns)
    reasons = []
    for block in tree.blocks:
        i = block.index
        case = Case(page, block, int(chosen[i]))
        ranked = [groups[g] for g in order[i] if gains[i, g] > 0]
        reasons.append("; ".join(_first_worded(case, ranked)) or f"likeliest of {len(LABELS)} labels")
    return reasons


def group_gains(model: BlockModel, reading: Reading, chosen: NDArray[np.int64], member: Floats) -> Floats:
    """Return blocks x groups: what each group of inputs adds to the log probability of the chosen label."""
    rest = model.output[:, chosen].T - reading.probabilities @ model.output.T
    gradient = ((reading.active > 0) * rest) @ model.hidden.T
    gains: Floats = ((gradient * reading.inputs) @ member).astype(np.float32)
    return gains


@lru_cache(maxsize=4)
def group_columns(columns: tuple[str, ...]) -> tuple[tuple[str, ...], Floats]:
    """Return the groups' names and the matrix columns x groups of ones and zeros."""
    of_column = [column.partition(".")[0] for column in columns]
    groups = tuple(dict.fromkeys(of_column))
    member = np.zeros((len(columns), len(groups)), np.float32)
    for place, group in enumerate(of_column):
        member[place, groups.index(group)] = 1
    return groups, member


def _first_worded(case: Case, ranked: Sequence[str]) -> list[str]:
    worded: list[str] = []
    for text in _worded(case, ranked):
        if text not in worded:
            worded.append(text)
        if len(worded) == REASONS:
            break
    return worded


def _worded(case: Case, ranked: Sequence[str]) -> Iterator[str]:
    for group in ranked:
        text = WORDINGS[group](case)
        if text:
            yield text
