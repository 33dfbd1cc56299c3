"""What a site's evidence may change in a page's probabilities, whatever the two are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Label
from crawler.site_memory.evidence import COLUMNS, Evidence
from crawler.site_memory.second_stage import LEAST, LEAST_TEXT, RENAMED, TEXT_COUNT, adjust, shipped_stage, softmax

LABELS, BLOCKS = len(Label), 40
ROUNDING = 1e-5


def drawn(seed: int) -> tuple[np.ndarray, Evidence]:
    draw = np.random.default_rng(seed)
    probabilities = softmax(draw.normal(0, 3, (BLOCKS, LABELS)).astype(np.float32))
    columns = draw.normal(0, 2, (BLOCKS, len(COLUMNS) + 2 * LABELS)).astype(np.float32)
    counts = draw.integers(0, 9, BLOCKS).astype(np.float32)
    return probabilities, Evidence(columns, 8.0, counts, draw.random(BLOCKS) < 0.5, is_copy=False)


@given(st.integers(0, 2**32))
def test_what_is_chaff_stays_chaff_and_changes_its_kind_only_for_strong_evidence(seed: int) -> None:
    before, evidence = drawn(seed)
    after = adjust(shipped_stage(), before, evidence)
    was, now = (shares[:, :TEXT_COUNT].sum(axis=1) for shares in (before, after))
    assert np.allclose(after.sum(axis=1), 1, atol=1e-3)
    chaff = was < LEAST_TEXT
    assert (now[chaff] <= was[chaff] + ROUNDING).all()
    kinds = [shares[:, TEXT_COUNT:] for shares in (before, after)]
    first, last = (kind.argmax(axis=1) for kind in kinds)
    rows = np.flatnonzero(chaff & (first != last))
    odds = np.log(kinds[1][rows, last[rows]] / np.maximum(kinds[1][rows, first[rows]], LEAST))
    assert (odds >= RENAMED - ROUNDING).all()


def test_strong_evidence_changes_the_kind() -> None:
    before, evidence = drawn(1)
    before[:, :TEXT_COUNT] = LEAST
    before /= before.sum(axis=1, keepdims=True)
    related = list(Label).index(Label.RELATED)
    history = np.full(LABELS, np.log(LEAST), np.float32)
    history[related] = 0
    columns = evidence.columns.copy()
    columns[:, len(COLUMNS) :] = np.tile(history, 2)
    certain = Evidence(columns, 8.0, np.full(BLOCKS, 8, np.float32), np.ones(BLOCKS, bool), is_copy=False)
    after = adjust(shipped_stage(), before, certain)
    renamed = (after.argmax(axis=1) == related) & (before.argmax(axis=1) != related)
    assert renamed.sum() > BLOCKS / 4
