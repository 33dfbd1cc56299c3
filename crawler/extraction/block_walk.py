"""One walk over a page's tree, which gathers runs of inline text into blocks."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from crawler.extraction.clean_text import clean_line
from crawler.extraction.element_kinds import (
    BLOCK_TAGS,
    BREAK,
    EMPHASIS_TAGS,
    INLINE,
    INLINE_TAGS,
    KIND_OF_TAG,
    SPACED_TAGS,
    WALK,
)
from crawler.extraction.element_paths import ElementPaths, Step
from crawler.extraction.element_words import attribute_words, field_words
from crawler.extraction.hiding import is_hidden
from crawler.extraction.layout_tables import layout_cells
from crawler.extraction.listings import is_listing
from crawler.extraction.walk_state import FoundBlock, InlineRun, OpenElement
from crawler.items import Block, BlockKind, Container

WORD = re.compile(r"\w")
MAX_HREF_CHARS = 500
SIGN_CHARS = 8
"""Characters of a cell without a word that are kept. Chosen: `–`, `✓`, `***`."""
HIDDEN_CHARS = 40
"""Characters of a hidden part of a line from which it is kept apart. Chosen: words for screen readers are shorter."""


class BlockWalk:
    """One walk over one tree; iterative, since pages nest deeper than Python recurses."""

    def __init__(self, root: HtmlElement) -> None:
        body = root.find("body")
        self.start = root if body is None else body
        self.found: list[FoundBlock] = []
        self.containers: list[Container] = []
        self.paths = ElementPaths(root, self.start)
        self.kinds: list[BlockKind] = []
        self.run = InlineRun()
        self.listings: dict[int, HtmlElement] = {}
        """Container of each listing -> its element."""
        self.hidden: set[int] = set()
        """Containers that are hidden, or stand in one that is."""
        self.signs: dict[int, str] = {}
        """Cells of tables without a word -> what they hold."""
        self.open_links: list[str] = []
        self.emphasis_depth = 0

    def hidden_parts(self) -> dict[int, tuple[str, ...]]:
        """Return what is hidden within visible lines, by block; once the walk is over."""
        return {
            index: found.hidden
            for index, found in enumerate(self.found)
            if found.hidden and found.owner not in self.hidden
        }

    def blocks(self) -> tuple[Block, ...]:
        """Walk, once; `containers` holds what the blocks stand in."""
        tag = _tag(self.start).lower()
        self._open_container(self.start, None, tag)
        self._add(self.start.text, 0)
        stack = [OpenElement(self.start, tag, 0)]
        while stack:
            outer = stack[-1]
            for child in outer.children:  # goes on behind the child that was walked into
                inner = self._enter(child, outer)
                if inner is not None:
                    stack.append(inner)
                    break
                self._add(child.tail, outer.container)
            else:
                stack.pop()
                if stack:
                    self._leave(outer, stack[-1].container)
        self._flush()
        sizes = [(found.owner, len(found.text)) for found in self.found]
        for owner in layout_cells(sizes, self.containers, self.kinds):
            self.kinds[owner] = BlockKind.PARAGRAPH
        # Only now is it known which tags stand alone in their parents, so that their paths need no number.
        return tuple(self._block(index, found) for index, found in enumerate(self.found))

    def _enter(self, element: HtmlElement, parent: OpenElement) -> OpenElement | None:
        """Start an element; None where it is not walked into: comments have no tag of letters."""
        tag = element.tag
        if not isinstance(tag, str):
            return None
        tag = tag.lower()
        walk = WALK.get(tag)
        if walk is None and tag not in BLOCK_TAGS and _is_within_line(element):
            walk = INLINE
        if walk is None:
            self._flush()
            container = self._open_container(element, parent, tag)
            self._add(element.text, container)
            if len(element):
                return OpenElement(element, tag, container)
            self._flush()
        elif walk == INLINE:
            self._open_inline(element, tag)
            self._add(element.text, parent.container)
            if len(element):
                return OpenElement(element, tag, parent.container)
            self._close_inline(element, tag)
        elif walk == BREAK:
            self._break()
        else:
            self.run.pieces.append(" ")
        return None

    def _leave(self, left: OpenElement, outer: int) -> None:
        if left.container != outer:
            self._flush()
        else:
            self._close_inline(left.element, left.tag)
        self._add(left.element.tail, outer)

    def _close_inline(self, element: HtmlElement, tag: str) -> None:
        if tag == "a":
            self.open_links.pop()
        elif tag in EMPHASIS_TAGS:
            self.emphasis_depth -= 1
        if tag in SPACED_TAGS and element.tail is None:
            self.run.pieces.append(" ")

    def _open_inline(self, element: HtmlElement, tag: str) -> None:
        if tag == "a":
            href = (element.get("href") or "")[:MAX_HREF_CHARS]
            self.open_links.append(href)
            self.run.hrefs.append(href)
        elif tag in EMPHASIS_TAGS:
            self.emphasis_depth += 1
        if not element.attrib:
            return
        if element.get("class"):
            self.run.words += attribute_words(element)
        if is_hidden(element, tag):
            text = clean_line(element.text_content())
            if len(text) >= HIDDEN_CHARS:
                self.run.hidden.append(text)

    def _open_container(self, element: HtmlElement, parent: OpenElement | None, tag: str) -> int:
        index = len(self.containers)
        outer = None if parent is None else parent.container
        inherited = BlockKind.PARAGRAPH if outer is None else self.kinds[outer]
        if inherited is BlockKind.HEADING:
            inherited = BlockKind.PARAGRAPH
        words = attribute_words(element)
        if tag == "form":
            words = (*field_words(element), *words)
        self.containers.append(Container(index, outer, tag, words))
        self.kinds.append(KIND_OF_TAG.get(tag, inherited))
        if outer in self.hidden or is_hidden(element, tag):
            self.hidden.add(index)
        if is_listing(element, tag):
            self.listings[index] = element
        self.paths.steps.append(None if parent is None else self._step(element, parent))
        return index

    def _step(self, element: HtmlElement, parent: OpenElement) -> Step | HtmlElement:
        name = _tag(element)
        nth = parent.seen[name] = parent.seen.get(name, 0) + 1
        return element if parent.tag in INLINE_TAGS else Step(name, nth, parent.seen)

    def _add(self, text: str | None, owner: int) -> None:
        if not text:
            return
        run = self.run
        run.pieces.append(text)
        visible = len(text.strip())
        if not visible:
            return
        run.breaks = 0
        if not run.has_text:
            run.has_text, run.owner = True, owner
        if self.open_links:
            run.linked += visible
        if self.emphasis_depth > 0:
            run.emphasised += visible

    def _break(self) -> None:
        self.run.pieces.append(" ")
        self.run.breaks += 1
        if self.run.breaks >= 2:
            self._flush()

    def _flush(self) -> None:
        # A link that is still open goes on in the next run: `<a><h3>...</h3><p>...</p></a>`.
        run = self.run
        if not run.has_text:
            run.pieces.clear()
            run.words.clear()
            run.hrefs[:] = self.open_links
            run.breaks = 0
            run.hidden.clear()
            return
        self.run = InlineRun(hrefs=list(self.open_links))
        text = clean_line("".join(run.pieces))
        if not WORD.search(text):
            if self.kinds[run.owner] is BlockKind.TABLE and len(text) <= SIGN_CHARS:
                self.signs[run.owner] = text
            return
        hrefs, words, hidden = tuple(filter(None, run.hrefs)), tuple(run.words), tuple(run.hidden)
        self.found.append(FoundBlock(text, run.owner, run.linked, run.emphasised, hrefs, words, hidden))

    def _block(self, index: int, found: FoundBlock) -> Block:
        return Block(
            index=index,
            text=found.text,
            xpath=self.paths.path(found.owner, self.containers),
            kind=self.kinds[found.owner],
            tag=self.containers[found.owner].tag,
            container=found.owner,
            linked_chars=min(found.linked, len(found.text)),
            emphasised_chars=min(found.emphasised, len(found.text)),
            hrefs=found.hrefs,
            inline_words=found.words,
        )


def _is_within_line(element: HtmlElement) -> bool:
    """Whether words stand beside an element that holds parts of lines alone."""
    before, parent = element.getprevious(), element.getparent()
    text = (before.tail if before is not None else parent.text if parent is not None else None) or ""
    is_beside = bool(WORD.search(text) or WORD.search(element.tail or ""))
    return is_beside and all(part.tag in INLINE_TAGS for part in element.iterdescendants() if isinstance(part.tag, str))


def _tag(element: HtmlElement) -> str:
    """The tag of an element; lxml's other tags (comments, QName) do not come here."""
    tag = element.tag
    assert isinstance(tag, str)
    return tag
