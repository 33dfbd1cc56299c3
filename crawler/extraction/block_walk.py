"""One walk over a page's tree, which gathers runs of inline text into blocks."""

from __future__ import annotations

from lxml.html import HtmlElement

from crawler.extraction.element_kinds import BLOCK_TAGS, BREAK, INLINE, INLINE_TAGS, KIND_OF_TAG, WALK
from crawler.extraction.element_paths import ElementPaths, Step
from crawler.extraction.element_words import attribute_words, field_words
from crawler.extraction.formulas import formula
from crawler.extraction.hiding import is_hidden
from crawler.extraction.inline_run import WORD, InlineRun, InlineText
from crawler.extraction.layout_tables import layout_cells
from crawler.extraction.listings import is_listing
from crawler.extraction.walk_state import FoundBlock, OpenElement
from crawler.items import Block, BlockKind, Container

SIGN_CHARS = 8
"""Characters of a cell without a word that are kept. Chosen: `–`, `✓`, `***`."""
WHOLE_KINDS = frozenset({BlockKind.HEADING, BlockKind.CODE})
"""Kinds of blocks whose lines belong together."""


class BlockWalk:
    """One walk over one tree; iterative, since pages nest deeper than Python recurses."""

    def __init__(self, root: HtmlElement) -> None:
        body = root.find("body")
        self.start = root if body is None else body
        self.found: list[FoundBlock] = []
        self.containers: list[Container] = []
        self.paths = ElementPaths(root, self.start)
        self.kinds: list[BlockKind] = []
        self.inline = InlineText()
        self.listings: dict[int, HtmlElement] = {}
        """Container of each listing -> its element."""
        self.hidden: set[int] = set()
        """Containers that are hidden, or stand in one that is."""
        self.signs: dict[int, str] = {}
        """Cells of tables without a word -> what they hold."""

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
        self.inline.add(self.start.text, 0)
        stack = [OpenElement(self.start, tag, 0)]
        while stack:
            outer = stack[-1]
            for child in outer.children:  # goes on behind the child that was walked into
                inner = self._enter(child, outer)
                if inner is not None:
                    stack.append(inner)
                    break
                self.inline.add(child.tail, outer.container)
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
            self.inline.add(element.text, container)
            if len(element):
                return OpenElement(element, tag, container)
            self._flush()
        elif walk == INLINE:
            self.inline.open(element, tag)
            self.inline.add(element.text, parent.container)
            if len(element):
                return OpenElement(element, tag, parent.container)
            self.inline.close(element, tag)
        elif walk == BREAK:
            if self.inline.break_line():
                self._flush()
        elif tag == "math":
            self.inline.add(formula(element), parent.container)
        else:
            self.inline.run.pieces.append(" ")
        return None

    def _leave(self, left: OpenElement, outer: int) -> None:
        if left.container != outer:
            self._flush()
        else:
            self.inline.close(left.element, left.tag)
        self.inline.add(left.element.tail, outer)

    def _open_container(self, element: HtmlElement, parent: OpenElement | None, tag: str) -> int:
        index = len(self.containers)
        outer = None if parent is None else parent.container
        inherited = BlockKind.PARAGRAPH if outer is None else self.kinds[outer]
        if inherited is BlockKind.HEADING:
            inherited = BlockKind.PARAGRAPH
        attributes = element.items()
        words = attribute_words(attributes) if attributes else ()
        if tag == "form":
            words = (*field_words(element), *words)
        self.containers.append(Container(index, outer, tag, words))
        self.kinds.append(KIND_OF_TAG.get(tag, inherited))
        if outer in self.hidden or is_hidden(attributes, tag):
            self.hidden.add(index)
        if is_listing(element, tag):
            self.listings[index] = element
        self.paths.steps.append(None if parent is None else self._step(element, parent))
        return index

    def _step(self, element: HtmlElement, parent: OpenElement) -> Step | HtmlElement:
        name = _tag(element)
        nth = parent.seen[name] = parent.seen.get(name, 0) + 1
        return element if parent.tag in INLINE_TAGS else Step(name, nth, parent.seen)

    def _flush(self) -> None:
        # A link that is still open goes on in the next run: `<a><h3>...</h3><p>...</p></a>`.
        inline = self.inline
        run, owner = inline.run, inline.run.owner
        if not run.has_text:
            run.clear(inline.open_links)
            return
        inline.run = InlineRun(hrefs=list(inline.open_links))
        for found in run.found(may_split=self.kinds[owner] not in WHOLE_KINDS):
            if WORD.search(found.text):
                self.found.append(found)
            elif self.kinds[owner] is BlockKind.TABLE and len(found.text) <= SIGN_CHARS:
                self.signs[owner] = found.text

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
