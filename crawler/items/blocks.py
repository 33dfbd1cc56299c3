"""What a page is taken apart into: containers, blocks, and blocks with their labels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crawler.items.labels import Label


class BlockKind(StrEnum):
    """The form of a block as the page marks it up."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    TABLE = "table"
    CODE = "code"
    CAPTION = "caption"


@dataclass(frozen=True, slots=True)
class Container:
    """A block-level element that holds blocks, with the words of its attributes."""

    index: int
    parent: int | None
    """Index of the enclosing container, None for the root."""
    tag: str
    words: tuple[str, ...]
    """Words of class, id, role, itemprop, aria-label and data-* names, lower case, in this order."""


@dataclass(frozen=True, slots=True)
class Block:
    """One run of inline text of one block-level element, or one line of plain text."""

    index: int
    text: str
    """White space collapsed; never empty; holds at least one word character."""
    xpath: str
    """Path of the block-level element in the parsed tree; `line[n]`, n from 1, for plain text."""
    kind: BlockKind
    tag: str
    container: int
    """Index of the innermost container, which is the block's own element."""
    linked_chars: int = 0
    """Characters of `text` that stand in links."""
    emphasised_chars: int = 0
    """Characters of `text` that stand in b, strong or em."""
    hrefs: tuple[str, ...] = ()
    inline_words: tuple[str, ...] = ()
    """Class words of the inline elements in the block."""

    @property
    def link_density(self) -> float:
        """Share of the block's characters that stand in links, 0 to 1 (Kohlschütter et al. 2010)."""
        return min(1.0, self.linked_chars / len(self.text))


@dataclass(frozen=True, slots=True)
class Segment:
    """A block with its label. `score` is the labeller's confidence, 0 to 1.

    `reason` names its evidence; of HTML, it is empty for the article's own blocks and for navigation unless asked for.
    """

    label: Label
    text: str
    xpath: str
    score: float
    reason: str

    def __reduce__(self) -> tuple[type[Segment], tuple[Label, str, str, float, str]]:
        """A page has hundreds, and they go from process to process: so in two thirds of the time."""
        return Segment, (self.label, self.text, self.xpath, self.score, self.reason)
