"""Page tree -> blocks in document order.

A block is one run of inline text of one block-level element. A run ends where a block-level element starts or
ends and at two line breaks in a row; a line between breaks that is wholly a link, or wholly bold, is a block of its
own. For plain text each line with a word is a block.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml.html import HtmlElement

from crawler.errors import PageTooLarge
from crawler.extraction.block_walk import BlockWalk
from crawler.extraction.clean_text import clean_line
from crawler.extraction.inline_run import WORD
from crawler.extraction.listings import Listing, listing_text
from crawler.items import Block, BlockKind, Container


@dataclass(frozen=True, slots=True)
class BlockTree:
    """The blocks of a page and the containers that they stand in.

    `containers[block.container]` is the block's own element; following `parent` leads to the root.
    """

    blocks: tuple[Block, ...]
    containers: tuple[Container, ...]
    listings: Mapping[int, Listing] = field(default_factory=dict)
    """Container -> the listing of code that it is."""
    hidden: frozenset[int] = frozenset()
    """Containers that the markup hides from readers."""
    hidden_parts: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Block -> pieces of its text that the markup hides, in their order."""
    signs: Mapping[int, str] = field(default_factory=dict)
    """Container -> what stands in it, of cells of tables without a word: `–`, `✓`."""

    def enclosing(self, block: Block) -> Iterator[Container]:
        """Yield the block's own container, then its ancestors up to the root."""
        at: int | None = block.container
        while at is not None:
            container = self.containers[at]
            yield container
            at = container.parent

    def listing_round(self, block: Block) -> int | None:
        """Return the container that is the listing in which the block stands."""
        if block.kind is not BlockKind.CODE:
            return None
        return next((c.index for c in self.enclosing(block) if c.index in self.listings), None)


def split_text(text: str) -> BlockTree:
    """Return one block for each line of plain text that has a word; xpath is `line[n]`, n counted from 1."""
    root = Container(0, None, "text", ())
    blocks: list[Block] = []
    for number, line in enumerate(text.splitlines(), 1):
        cleaned = clean_line(line)
        if WORD.search(cleaned):
            blocks.append(Block(len(blocks), cleaned, f"line[{number}]", _kind_of_line(cleaned), "line", 0))
    return BlockTree(tuple(blocks), (root,))


def split_tree(root: HtmlElement) -> BlockTree:
    """Return the blocks of a parsed HTML document; the tree is not changed."""
    walk = BlockWalk(root)
    blocks, listings = walk.blocks(), dict.fromkeys(walk.listings, Listing("", 0))
    tree = BlockTree(blocks, tuple(walk.containers), listings, frozenset(walk.hidden), walk.hidden_parts(), walk.signs)
    if not walk.listings:
        return tree
    of_each = Counter(map(tree.listing_round, blocks))
    return replace(
        tree, listings={at: Listing(listing_text(element), of_each[at]) for at, element in walk.listings.items()}
    )


def within_cap(tree: BlockTree, most: int) -> BlockTree:
    """Return the tree. Raises PageTooLarge where it has more than `most` blocks."""
    if len(tree.blocks) > most:
        raise PageTooLarge(f"{len(tree.blocks):,} blocks of text, the cap is {most:,}")
    return tree


def _kind_of_line(line: str) -> BlockKind:
    return BlockKind.LIST_ITEM if line[:2] in {"- ", "* ", "• ", "– "} else BlockKind.PARAGRAPH
