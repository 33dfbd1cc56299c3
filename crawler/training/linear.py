"""The linear stage: one-against-rest logistic regression over hashed words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import SGDClassifier

from crawler.extraction.block_model import LABELS, Floats
from crawler.extraction.word_units import BUCKET_BITS, HashedUnits
from crawler.training.corpora import UNKNOWN, TrainingPage
from crawler.training.options import TrainingOptions


@dataclass(frozen=True, slots=True)
class LinearStage:
    weights: Floats
    intercept: Floats


def fit_linear(
    words: Sequence[sparse.csr_matrix], pages: Sequence[TrainingPage], options: TrainingOptions
) -> LinearStage:
    """Fit on the labelled blocks of the pages; `words` are their rows, one matrix a page."""
    labels = np.concatenate([page.labels for page in pages])
    weights = np.concatenate([block_weights(page, options.page_cap) for page in pages])
    known = np.flatnonzero(labels != UNKNOWN)
    repeated = sparse.diags((_pages_with_word(words, pages) >= options.min_pages).astype(np.float32))
    model = SGDClassifier(
        loss="log_loss",
        alpha=options.linear_decay,
        max_iter=options.linear_passes,
        tol=None,
        average=True,
        random_state=0,
    )
    model.fit((sparse.vstack(words).tocsr()[known] @ repeated).tocsr(), labels[known], sample_weight=weights[known])
    return _all_labels(model)


def _pages_with_word(words: Sequence[sparse.csr_matrix], pages: Sequence[TrainingPage]) -> NDArray[np.int64]:
    """Return for each bucket on how many pages it is; the text cases of one page count once."""
    last_page = np.full(1 << BUCKET_BITS, -1)
    counts = np.zeros(1 << BUCKET_BITS, np.int64)
    numbers = {key: number for number, key in enumerate(dict.fromkeys(page.key for page in pages))}
    for rows, page in zip(words, pages, strict=True):
        buckets = np.unique(rows.indices)
        fresh = buckets[last_page[buckets] != numbers[page.key]]
        counts[fresh] += 1
        last_page[fresh] = numbers[page.key]
    return counts


def _all_labels(model: SGDClassifier) -> LinearStage:
    """Give labels that the pages lack a score that never wins."""
    weights = np.zeros((1 << BUCKET_BITS, len(LABELS)), np.float32)
    intercept = np.full(len(LABELS), -10.0, np.float32)
    weights[:, model.classes_] = model.coef_.T
    intercept[model.classes_] = model.intercept_
    return LinearStage(weights, intercept)


def word_rows(units: HashedUnits) -> sparse.csr_matrix:
    """Return blocks x buckets."""
    count = len(units.offsets) - 1
    of_units = sparse.csr_matrix((units.values, units.buckets, units.offsets), (count, 1 << BUCKET_BITS))
    ones = np.ones(len(units.members), np.float32)
    of_blocks = sparse.csr_matrix((ones, units.members, units.member_offsets), (len(units.member_offsets) - 1, count))
    return (of_blocks @ of_units).tocsr()


def block_weights(page: TrainingPage, cap: float) -> NDArray[np.float32]:
    """Return a weight a block: of one label, blocks beyond `cap` on one page count by the root only."""
    labels = np.array(page.labels)
    counts = np.bincount(labels[labels != UNKNOWN], minlength=len(LABELS))
    weights = np.minimum(1, np.sqrt(cap / np.maximum(counts, 1)))[labels]
    return np.where(labels == UNKNOWN, 0, weights).astype(np.float32)
