"""Where the texts that readers labelled stand among a page's blocks, should these be split otherwise by now."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

LEAST_SHARE = 0.5
"""Share of a labelled text that must stand in blocks for it to be found at all. Chosen."""
LEAST_RUN = 6
"""Letters in a row that texts must share to be the same: single ones are in any two. Chosen."""


def places_of(labelled: Sequence[str], texts: Sequence[str]) -> list[int | None]:
    """Return the block that holds most of each labelled text, both in the page's order; None for one that is gone.

    A block may hold several in a row, and a text may stand in several: what was split is one now, or the other way.
    """
    found: list[Counter[int]] = [Counter() for _ in labelled]
    for text, block, letters in _overlaps(labelled, texts):
        found[text][block] += letters
    sizes = [len(_letters(text)) for text in labelled]
    return [
        max(blocks, key=lambda block: (blocks[block], -block)) if blocks.total() > LEAST_SHARE * size else None
        for blocks, size in zip(found, sizes, strict=True)
    ]


def labels_of(labelled: Sequence[tuple[str, int]], texts: Sequence[str], unknown: int) -> tuple[int, ...]:
    """Return the label of each block: that of the text that most of it is from, `unknown` where it is from none."""
    found: list[Counter[int]] = [Counter() for _ in texts]
    for text, block, letters in _overlaps([text for text, _ in labelled], texts):
        found[block][labelled[text][1]] += letters
    return tuple(labels.most_common(1)[0][0] if labels else unknown for labels in found)


def _overlaps(labelled: Sequence[str], texts: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield number of the labelled text, number of the block, and letters that they share, in the page's order."""
    wanted, given = [list(map(_letters, of)) for of in (labelled, texts)]
    same = next((n for n, pair in enumerate(zip(wanted, given, strict=False)) if pair[0] != pair[1]), None)
    if same is None:  # nearly all pages; a truncated one has fewer texts than blocks
        yield from ((n, n, max(len(letters), 1)) for n, letters in enumerate(wanted[: len(given)]))
        return
    for kind, first, last, start, end in SequenceMatcher(None, wanted, given, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from ((first + n, start + n, max(len(wanted[first + n]), 1)) for n in range(last - first))
        elif kind == "replace":
            for text, block, letters in _shared_letters(wanted[first:last], given[start:end]):
                yield first + text, start + block, letters


def _shared_letters(wanted: Sequence[str], given: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield what texts and blocks share that are not alike one by one, letter by letter."""
    text_at, block_at = _owners(wanted), _owners(given)
    runs = SequenceMatcher(None, "".join(wanted), "".join(given), autojunk=False).get_matching_blocks()
    long = (run for run in runs if run.size and run.size >= min(LEAST_RUN, len(wanted[text_at[run.a]])))
    shared = Counter((text_at[a + n], block_at[b + n]) for a, b, size in long for n in range(size))
    yield from ((text, block, letters) for (text, block), letters in sorted(shared.items()))


def _owners(texts: Sequence[str]) -> list[int]:
    """Return for each letter of all texts the number of its text."""
    return [n for n, text in enumerate(texts) for _ in text]


def _letters(text: str) -> str:
    """Return letters and digits: white space, hyphenation and raised figures do not tell two blocks apart."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text)))
