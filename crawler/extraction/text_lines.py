"""Plain text: which lines are article, when nothing but the lines is known.

A two-state sequence model (article, boilerplate) with the best path by Viterbi: what a line says about itself, and
that articles and their tails come in runs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.extraction.hints import Hint

SWITCH_COST = 2.5
"""Evidence needed to change between article and boilerplate. Chosen on text versions of pages, not on the seed."""
WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"[.!?…。！？:;][\"'”’»«)\]]*$")
BULLET = ("- ", "* ", "• ", "– ")


def split_body(lines: Sequence[str], strongest: Sequence[Hint | None]) -> list[bool]:
    """Return for each line whether it is article text; `strongest` is the boilerplate evidence of each line."""
    if not lines:
        return []
    costs = [_costs(line, hint) for line, hint in zip(lines, strongest, strict=True)]
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
    return [s == 0 for s in reversed(path)]


def _costs(line: str, hint: Hint | None) -> tuple[float, float]:
    """Return the cost of calling the line article, and of calling it boilerplate."""
    words = len(WORD.findall(line))
    if hint is not None:
        return (4.0 if hint.certain else 2.0), 0.0
    if words >= 25 and SENTENCE_END.search(line):
        return 0.0, 3.0 if not line.startswith(BULLET) else 1.5
    if SENTENCE_END.search(line):
        return 0.0, 1.0
    return (0.8, 0.0) if line.startswith(BULLET) or words <= 6 else (0.2, 0.0)
