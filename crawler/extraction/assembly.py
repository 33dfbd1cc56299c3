"""Labelled blocks -> the article's text: paragraphs, lead and captions in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

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


@dataclass(frozen=True, slots=True)
class Article:
    """The readable part of a page."""

    text: str
    paragraphs: tuple[Paragraph, ...]
    lead: str | None
    captions: tuple[str, ...]
    byline: str | None


def assemble(tree: BlockTree, segments: Sequence[Segment]) -> Article:
    """Return the article that the labels describe; `segments` has one entry a block, in the same order."""
    labelled = list(zip(tree.blocks, segments, strict=True))
    kept = [(block, segment) for block, segment in labelled if segment.label.in_text]
    paragraphs = tuple(_without_repeats(_paragraphs(tree, kept)))
    leads = [p.text for p in paragraphs if p.kind is ParagraphKind.LEAD]
    return Article(
        text="\n\n".join(p.text for p in paragraphs),
        paragraphs=paragraphs,
        lead="\n\n".join(leads) or None,
        captions=_texts(segments, Label.CAPTION),
        byline=" · ".join(_texts(segments, Label.BYLINE)[:3]) or None,
    )


def _paragraphs(tree: BlockTree, kept: list[tuple[Block, Segment]]) -> Iterable[Paragraph]:
    """One paragraph a block, but one a row for tables."""
    for row, group in groupby(kept, key=lambda pair: _row(tree, pair[0])):
        if row is None:
            for block, segment in group:
                yield Paragraph(_kind(block, segment), segment.text)
        else:
            yield Paragraph(ParagraphKind.TABLE, CELL_SEPARATOR.join(segment.text for _, segment in group))


def _row(tree: BlockTree, block: Block) -> int | None:
    if block.kind is not BlockKind.TABLE:
        return None
    return next((c.index for c in tree.enclosing(block) if c.tag == "tr"), None)


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


def _texts(segments: Sequence[Segment], label: Label) -> tuple[str, ...]:
    return tuple(dict.fromkeys(s.text for s in segments if s.label is label))
