"""Small bars: one a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

STEPS = "▁▂▃▄▅▆▇█"
HEIGHT = 24
BAR = 5
GAP = 1


class Bar(NamedTuple):
    """A rectangle of an SVG, in its own units."""

    x: int
    y: float
    height: float


def bars(numbers: Sequence[int], height: int = HEIGHT) -> list[Bar]:
    """Return a bar a number; the highest fills the height, nothing is a line of one unit."""
    highest = max(numbers, default=0) or 1
    drawn = []
    for place, number in enumerate(numbers):
        tall = round(max(1.0, height * number / highest), 1)
        drawn.append(Bar(place * (BAR + GAP), round(height - tall, 1), tall))
    return drawn


def width_of(numbers: Sequence[int]) -> int:
    return max(1, len(numbers) * (BAR + GAP) - GAP)


def line_of_blocks(numbers: Sequence[int]) -> str:
    """Return the numbers as block characters, for a terminal."""
    highest = max(numbers, default=0) or 1
    return "".join(STEPS[min(len(STEPS) - 1, number * len(STEPS) // (highest + 1))] for number in numbers)
