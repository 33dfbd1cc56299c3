"""Text of one extractor mapped back to the blocks it came from."""

from __future__ import annotations

import time

import pytest

from crawler.extraction.alignment import kept_shares
from crawler.items import Block, BlockKind

LONG = "The council opened the old bridge again on Monday morning."
OTHER = "A second sentence that has nothing to do with any bridge."


def blocks(*texts: str) -> list[Block]:
    return [Block(i, t, f"/p[{i}]", BlockKind.PARAGRAPH, "p", 0) for i, t in enumerate(texts)]


@pytest.mark.parametrize(
    ("texts", "lines", "expected"),
    [
        ([LONG, OTHER], [LONG], [1.0, 0.0]),
        ([LONG], [LONG.upper().replace(" ", "  ")], [1.0]),
        ([LONG, LONG], [LONG], [1.0, 1.0]),
        (["Sport", "Sport"], ["Sport"], [1.0, 0.0]),
        (["Sport", LONG], [LONG], [0.0, 1.0]),
        (["Sport", LONG], ["Sport", LONG], [1.0, 1.0]),
        (["Why", LONG, "Yes"], ["Why " + LONG + " Yes"], [1.0, 1.0, 1.0]),
        (["opened"], [LONG], [0.0]),
        ([], [LONG], []),
        ([LONG], [], [0.0]),
    ],
    ids=[
        "kept or not",
        "form does not count",
        "long repeat",
        "short repeat",
        "short word elsewhere",
        "short line",
        "joined in one line",
        "word inside a line",
        "no blocks",
        "no lines",
    ],
)
def test_shares(texts: list[str], lines: list[str], expected: list[float]) -> None:
    assert list(kept_shares(blocks(*texts), lines)) == expected


def test_a_block_that_was_cut_has_a_share() -> None:
    (share,) = kept_shares(blocks(f"{LONG} {OTHER}"), [LONG])
    assert 0.3 < share < 0.7


def test_many_equal_blocks_take_no_square_of_time() -> None:
    """A page of 8,000 equal entries took 13 s; these would take minutes."""
    many = 20_000
    began = time.process_time()
    assert sum(kept_shares(blocks(*["Share"] * many), ["Share"] * many)) == many
    assert sum(kept_shares(blocks(*["Share"] * many), ["Share it"] * many)) == 0
    assert sum(kept_shares(blocks(*[LONG] * many), [LONG] * many)) == many
    assert time.process_time() - began < 20
