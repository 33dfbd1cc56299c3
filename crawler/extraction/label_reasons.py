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
from crawler.extraction.reason_case import Case, PageView
from crawler.extraction.reason_words import WORDINGS

REASONS = 2


def word_reasons(page: PageView, chosen: NDArray[np.int64], asked: NDArray[np.int64]) -> list[str]:
    """Return one line for each block whose number is asked: its evidences, strongest first, set apart by semicolons.

    `chosen` are the numbers of all blocks' labels.
    """
    if not len(asked):
        return []
    groups, member = group_columns(input_columns(page.features))
    gains = group_gains(page.model, page.reading, chosen, member, asked)
    order = np.argsort(-gains, axis=1, kind="stable")
    reasons = []
    for row, i in enumerate(asked.tolist()):
        case = Case(page, page.tree.blocks[i], int(chosen[i]))
        ranked = [groups[g] for g in order[row].tolist() if gains[row, g] > 0]
        reasons.append("; ".join(_first_worded(case, ranked)) or f"likeliest of {len(LABELS)} labels")
    return reasons


def group_gains(
    model: BlockModel, reading: Reading, chosen: NDArray[np.int64], member: Floats, asked: NDArray[np.int64]
) -> Floats:
    """Return asked blocks x groups: what each group of inputs adds to the log probability of the chosen label."""
    rest = model.output[:, chosen[asked]].T - reading.probabilities[asked] @ model.output.T
    gradient = ((reading.active[asked] > 0) * rest) @ model.hidden.T
    gains: Floats = ((gradient * reading.inputs[asked]) @ member).astype(np.float32)
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
