"""Labelled blocks -> the article's text: paragraphs, lead and captions in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, takewhile

from crawler.extraction.blocks import BlockTree
from crawler.items import Block, BlockKind, Label, Paragraph, ParagraphKind, Segment

KIND_OF_BLOCK = {
    BlockKind.PARAGRAPH: ParagraphKind.PARAGRAPH,
    BlockKind.HEADING: ParagraphKind.SUBHEADING,
    BlockKind.LIST_ITEM: ParagraphKind.LIST_ITEM,
    BlockKind.QUOTE: ParagraphKind.QUOTE,
    BlockKind.TABLE: ParagraphKind.TABLE,
    BlockKind.CODE: ParagraphKind.CODE,
    BlockKind.CAPTION: ParagraphKind.PARAGRAPH,
}
CELL_SEPARATOR = " | "
REPEATED_CHARS = 40
"""Characters from which a paragraph that came before on the page is left out. Chosen: shorter ones (`Yes.`, `***`,
names in an interview) are repeated on purpose."""

LONG_CHARS = 80
"""Characters of a paragraph from which the headline's part of the page is over. Chosen, not measured."""
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Article:
    """The readable part of a page."""

    text: str
    paragraphs: tuple[Paragraph, ...]
    lead: str | None
    captions: tuple[str, ...]
    byline: str | None


def assemble(tree: BlockTree, segments: Sequence[Segment], headlines: Sequence[str] = ()) -> Article:
    """Return the article that the labels describe; `segments` has one entry a block, in the same order.

    Paragraphs that repeat one of the page's `headlines` are left out.
    """
    labelled = list(zip(tree.blocks, segments, strict=True))
    kept = [(block, segment) for block, segment in labelled if segment.label.in_text]
    paragraphs = tuple(_without_headlines(_without_repeats(_paragraphs(tree, kept)), headlines))
    leads = [p.text for p in paragraphs if p.kind is ParagraphKind.LEAD]
    return Article(
        text="\n\n".join(p.text for p in paragraphs),
        paragraphs=paragraphs,
        lead="\n\n".join(leads) or None,
        captions=_texts(segments, Label.CAPTION),
        byline=" · ".join(_texts(segments, Label.BYLINE)[:3]) or None,
    )


def _paragraphs(tree: BlockTree, kept: list[tuple[Block, Segment]]) -> Iterable[Paragraph]:
    """One paragraph a block, but one a row for tables, and one a listing."""
    for whole, group in groupby(kept, key=lambda pair: _whole(tree, *pair)):
        if whole is None:
            for block, segment in group:
                yield Paragraph(_kind(block, segment), segment.text)
            continue
        if whole in tree.listings:
            texts = [segment.text for _, segment in group]
            listing = tree.listings[whole]
            # Else a part of it was taken out: its button to copy, say.
            text = listing.text if len(texts) == listing.blocks else "\n".join(texts)
            yield Paragraph(ParagraphKind.CODE, text)
        else:
            yield Paragraph(ParagraphKind.TABLE, _row(tree, whole, group))


def _row(tree: BlockTree, row: int, group: Iterable[tuple[Block, Segment]]) -> str:
    """Return the cells of a row, each at its place; empty ones at its end are left out."""
    texts: dict[int, list[str]] = {}
    for block, segment in group:
        cell = next(c.index for c in tree.enclosing(block) if row in {c.parent, c.index})
        texts.setdefault(cell, []).append(segment.text)
    within = takewhile(lambda c: c.parent is not None and c.parent >= row, islice(tree.containers, row + 1, None))
    places = [row] * (row in texts) + [container.index for container in within if container.parent == row]
    cells = [" ".join(texts.get(place, [tree.signs.get(place, "")])) for place in places]
    while not cells[-1]:
        cells.pop()
    return CELL_SEPARATOR.join(cells).strip()


def _whole(tree: BlockTree, block: Block, segment: Segment) -> int | None:
    """Return the container, a row or a listing, whose blocks are one paragraph."""
    if block.kind is BlockKind.TABLE:
        return next((c.index for c in tree.enclosing(block) if c.tag == "tr"), None)
    return tree.listing_round(block) if segment.label is Label.BODY else None


def _kind(block: Block, segment: Segment) -> ParagraphKind:
    if segment.label is Label.LEAD:
        return ParagraphKind.LEAD
    if segment.label is Label.SUBHEADING:
        return ParagraphKind.SUBHEADING
    return KIND_OF_BLOCK[block.kind]


def _without_repeats(paragraphs: Iterable[Paragraph]) -> Iterable[Paragraph]:
    seen: set[str] = set()
    for paragraph in paragraphs:
        key = paragraph.text.casefold()
        if len(key) >= REPEATED_CHARS and key in seen:
            continue
        seen.add(key)
        yield paragraph


def _without_headlines(paragraphs: Iterable[Paragraph], headlines: Sequence[str]) -> Iterable[Paragraph]:
    """Leave out whole headlines, and above the first long paragraph parts of one: its kicker, its second line."""
    wanted = [f" {_bare(headline)} " for headline in headlines]
    is_above = True
    for paragraph in paragraphs:
        bare = _bare(paragraph.text)
        if f" {bare} " in wanted or (is_above and " " in bare and any(f" {bare} " in text for text in wanted)):
            continue
        is_above = is_above and len(bare) < LONG_CHARS
        yield paragraph


def _bare(text: str) -> str:
    """Return the words in lower case, a space between two: punctuation does not tell a headline from its repeat."""
    return " ".join(WORD.findall(text.casefold()))


def _texts(segments: Sequence[Segment], label: Label) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s.text for s in segments if s.label is label))
