"""Tables that lay out a page, told from tables of figures: their cells hold paragraphs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from crawler.items import BlockKind, Container

CELL_BLOCKS = 2
CELL_CHARS = 200
"""Blocks of one cell, and their characters, from which its table lays out the page. Chosen."""
CELLS = frozenset({"td", "th"})


def layout_cells(
    blocks: Iterable[tuple[int, int]], containers: Sequence[Container], kinds: Sequence[BlockKind]
) -> set[int]:
    """Return the containers of kind table whose table lays out the page.

    `blocks` has for each block the number of its container and its characters, `kinds` the kind of each container.
    """
    in_cell: defaultdict[int, list[int]] = defaultdict(list)
    for owner, chars in blocks:
        if kinds[owner] is BlockKind.TABLE:
            cell = _nearest(owner, containers, CELLS)
            if cell is not None:
                in_cell[cell].append(chars)
    tables = {
        _nearest(cell, containers, {"table"})
        for cell, chars in in_cell.items()
        if len(chars) >= CELL_BLOCKS and sum(chars) >= CELL_CHARS
    }
    if not tables:
        return set()
    cells = {owner for owner, kind in enumerate(kinds) if kind is BlockKind.TABLE}
    return {owner for owner in cells if _nearest(owner, containers, {"table"}) in tables}


def _nearest(number: int, containers: Sequence[Container], tags: Iterable[str]) -> int | None:
    """Return the container itself or the nearest round it that has one of the tags."""
    at: int | None = number
    while at is not None and containers[at].tag not in tags:
        at = containers[at].parent
    return at
