from __future__ import annotations

import pytest

from crawler.report.sparklines import HEIGHT, bars, line_of_blocks, width_of


@pytest.mark.parametrize(
    ("numbers", "line"),
    [((), ""), ((0, 0), "▁▁"), ((1, 0, 1), "▅▁▅"), ((0, 4, 9), "▁▄█"), ((100, 1), "█▁")],
    ids=["none", "nothing", "ones", "rising", "falling"],
)
def test_blocks_of_a_terminal(numbers: tuple[int, ...], line: str) -> None:
    assert line_of_blocks(numbers) == line


def test_bars_stand_on_the_ground_and_stay_inside() -> None:
    numbers = (0, 3, 12, 6)
    drawn = bars(numbers)
    assert [bar.y + bar.height for bar in drawn] == [HEIGHT] * 4
    assert max(bar.height for bar in drawn) == HEIGHT
    assert drawn[-1].x < width_of(numbers)
