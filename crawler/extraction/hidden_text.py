"""Text that the markup hides from readers: notes for scripts, words for search engines and language models.

What a script reveals, as a folded article or the answers of a list of questions, is hidden in the source too: it is
most of the page's text, or a good part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crawler.extraction.blocks import BlockTree
from crawler.items import Label, Segment

FOLDED_SHARE = 0.2
"""Share of the page's text that is hidden from which it is the article's. Of 2,136 pages 47 have hidden blocks among
their text: on 15 of them they are more than two fifths of it, and the article's on all 12 that say; of the 17 that
have under a fifth and say, on 2 (measured)."""
HIDDEN_SCORE = 0.9
QUOTED_CHARS = 60


def without_hidden(tree: BlockTree, segments: Sequence[Segment]) -> Sequence[Segment]:
    """Return the segments; hidden blocks are no text where they are a small part of it, hidden parts of lines never."""
    text = sum(len(segment.text) for segment in segments if segment.label.in_text)
    hidden = [b.index for b in tree.blocks if b.container in tree.hidden and segments[b.index].label.in_text]
    sifted = list(segments)
    if sum(len(segments[i].text) for i in hidden) < FOLDED_SHARE * text:
        for i in hidden:
            reason = "hidden from readers by its markup"
            sifted[i] = replace(sifted[i], label=Label.OTHER, score=HIDDEN_SCORE, reason=reason)
    for i, parts in tree.hidden_parts.items():
        if sifted[i].label.in_text:
            sifted[i] = _without(sifted[i], parts)
    return sifted


def _without(segment: Segment, parts: Sequence[str]) -> Segment:
    rest = segment.text
    for part in parts:
        rest = " ".join(rest.replace(part, " ", 1).split())
    if rest == segment.text:
        return segment
    if not rest:
        reason = "hidden from readers by its markup"
        return replace(segment, label=Label.OTHER, score=HIDDEN_SCORE, reason=reason)
    quoted = parts[0] if len(parts[0]) <= QUOTED_CHARS else f"{parts[0][:QUOTED_CHARS]}…"
    return replace(segment, text=rest, reason=f"without “{quoted}”, which its markup hides from readers")
