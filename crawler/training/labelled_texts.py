"""Where the texts that readers labelled stand among a page's blocks, should these be split otherwise by now."""

from __future__ import annotations

from collections.abc import Sequence

LOOK_AHEAD = 60
"""Blocks among which the next labelled text is looked for. Chosen: more than what one change of the splitter moves."""


def places_of(labelled: Sequence[str], texts: Sequence[str]) -> list[int | None]:
    """Return the block that holds each labelled text, both in the page's order; None for one that is in none.

    A block may hold several in a row: what was split is one now.
    """
    wanted, given = [list(map(_letters, of)) for of in (labelled, texts)]
    if wanted == given[: len(wanted)]:
        return list(range(len(wanted)))
    places: list[int | None] = []
    block, end = 0, 0
    for text in wanted:
        for at in range(block, min(block + LOOK_AHEAD, len(given))):
            start = given[at].find(text, end if at == block else 0)
            if start >= 0 and (at == block or start == 0):
                block, end = at, start + len(text)
                places.append(at)
                break
        else:
            places.append(None)
    return places


def labels_of(labelled: Sequence[tuple[str, int]], texts: Sequence[str], unknown: int) -> tuple[int, ...]:
    """Return the label of each block: that of the longest labelled text in it, `unknown` where it holds none."""
    longest = [0] * len(texts)
    labels = [unknown] * len(texts)
    places = places_of([text for text, _ in labelled], texts)
    for (text, label), place in zip(labelled, places, strict=True):
        if place is not None and len(text) > longest[place]:
            longest[place], labels[place] = len(text), label
    return tuple(labels)


def _letters(text: str) -> str:
    """Return letters and digits: white space and marks for hyphenation are not what tells two blocks apart."""
    return "".join(filter(str.isalnum, text))
