"""The estimate of quality."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crawler
from crawler.extraction.block_model import LABELS, Floats
from crawler.extraction.quality import MEASURES, estimate_quality, measure, predict, shipped_quality_model
from crawler.items import Block, BlockKind, Label, Segment
from crawler.training.quality import Example, fit, spearman

TEXT = "The council opened the old bridge over the river again on Monday, two years after the flood had closed it. "


def block(index: int, text: str = TEXT) -> Block:
    return Block(index, text, f"/p[{index}]", BlockKind.PARAGRAPH, "p", index)


BLOCKS = [block(n) for n in range(6)]
SURE = [Segment(Label.BODY, b.text, b.xpath, 0.99, "") for b in BLOCKS]


def probabilities(of_text: float) -> Floats:
    """Return six blocks that are body or related."""
    rows = np.zeros((6, len(LABELS)), np.float32)
    rows[:, LABELS.index(Label.BODY)] = of_text
    rows[:, LABELS.index(Label.RELATED)] = 1 - of_text
    return rows


CERTAIN = probabilities(0.99)


def test_every_doubt_lowers_it() -> None:
    fair = probabilities(0.9)
    best = estimate_quality(BLOCKS, SURE, fair)
    with_gaps = [replace(s, label=Label.OTHER) if n in {1, 3} else s for n, s in enumerate(SURE)]
    without_last = [*SURE[:-1], replace(SURE[-1], label=Label.OTHER)]
    assert best is not None
    assert best < (estimate_quality(BLOCKS, SURE, CERTAIN) or 0)
    for segments, read in ((SURE, probabilities(0.54)), (with_gaps, fair), (without_last, fair)):
        found = estimate_quality(BLOCKS, segments, read)
        assert found is not None
        assert found < best


@pytest.mark.parametrize("segments", [[], [replace(s, label=Label.OTHER) for s in SURE]], ids=["none", "no text"])
def test_null_without_text(segments: list[Segment]) -> None:
    assert estimate_quality(BLOCKS[: len(segments)], segments, CERTAIN[: len(segments)]) is None


def test_plain_text_has_none_and_a_page_has_one() -> None:
    assert crawler.extract_text("\n".join([TEXT * 2] * 5)).extraction.quality is None
    html = "<article>" + "".join(f"<p>{n}. {TEXT * 2}</p>" for n in range(6)) + "</article>"
    quality = crawler.extract(html, "https://example.org/a").extraction.quality
    assert quality is not None
    assert 0.8 < quality <= 1


def test_the_shipped_weights_fit_the_measures() -> None:
    model = shipped_quality_model()
    assert {len(model.mean), len(model.scale), len(model.weights)} == {len(MEASURES)}
    assert len(measure(BLOCKS, SURE, CERTAIN)) == len(MEASURES)


@given(st.lists(st.floats(-5, 1), min_size=len(MEASURES), max_size=len(MEASURES)))
def test_between_0_and_1(values: list[float]) -> None:
    assert 0 <= predict(shipped_quality_model(), values) <= 1


def test_fit_finds_the_measure_that_counts() -> None:
    examples = [
        Example("own", n % 5, (n / 40, *[(n * k % 11) / 11 for k in range(2, len(MEASURES) + 1)]), 0.99 - n / 80)
        for n in range(40)
    ]
    model = fit(examples)
    assert spearman([e.word_f1 for e in examples], [predict(model, e.measures) for e in examples]) > 0.95


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [([1, 2, 3], [2, 4, 9], 1.0), ([1, 2, 3], [3, 2, 1], -1.0), ([1, 1, 2, 3], [5, 5, 6, 7], 1.0)],
)
def test_spearman(one: list[float], other: list[float], expected: float) -> None:
    assert spearman(one, other) == pytest.approx(expected)
