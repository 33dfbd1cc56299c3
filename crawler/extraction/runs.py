"""Lines come in runs: the cheapest way through a two-state sequence, article or chaff."""

from __future__ import annotations

from collections.abc import Sequence

SWITCH_COST = 1.5
"""Cost of a change between article and chaff. Chosen with the seed and a text of our own in view, not measured."""


def best_path(costs: Sequence[tuple[float, float]]) -> list[bool]:
    """Return for each line whether it is article, by Viterbi; `costs` are those of article and of chaff."""
    if not costs:
        return []
    best = [costs[0]]
    came: list[tuple[int, int]] = []
    for article, chaff in costs[1:]:
        before = best[-1]
        stay_article, from_chaff = before[0], before[1] + SWITCH_COST
        stay_chaff, from_article = before[1], before[0] + SWITCH_COST
        came.append((0 if stay_article <= from_chaff else 1, 1 if stay_chaff <= from_article else 0))
        best.append((min(stay_article, from_chaff) + article, min(stay_chaff, from_article) + chaff))
    state = 0 if best[-1][0] <= best[-1][1] else 1
    path = [state]
    for step in reversed(came):
        state = step[state]
        path.append(state)
    return [state == 0 for state in reversed(path)]
