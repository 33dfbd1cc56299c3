"""Page tree -> blocks in document order.

A block is one run of inline text of one block-level element. A run ends where a block-level element starts or
ends and at two line breaks in a row. For plain text each line with a word is a block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from typing import NamedTuple

from lxml.html import HtmlElement

from crawler.extraction.clean_text import clean_line
from crawler.items import Block, BlockKind, Container

INVISIBLE_TAGS = frozenset(
    "script style noscript template svg head iframe object embed canvas math select textarea option datalist "
    "audio video map".split()
)
"""Elements whose text a reader of the article never sees as text."""

INLINE_TAGS = frozenset(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img input ins kbd label mark nobr picture q "
    "rp rt ruby s samp small source span strike strong sub sup time tt u var wbr amp-img o:p".split()
)
"""Phrasing content of HTML, https://html.spec.whatwg.org/multipage/dom.html#phrasing-content, with the old tags."""

_SKIPPED, _BREAK, _INLINE = range(3)
_WALK = dict.fromkeys(INLINE_TAGS, _INLINE) | dict.fromkeys(INVISIBLE_TAGS, _SKIPPED) | {"br": _BREAK}
"""How an element is walked; all others are block-level."""

EMPHASIS_TAGS = frozenset({"b", "strong", "em"})
SPACED_TAGS = frozenset({"a", "span", "time", "label"})
"""Neighbours of these kinds are set apart by style, not by a space in the source."""

KIND_OF_TAG = {
    "li": BlockKind.LIST_ITEM, "dt": BlockKind.LIST_ITEM, "dd": BlockKind.LIST_ITEM,
    "blockquote": BlockKind.QUOTE,
    "td": BlockKind.TABLE, "th": BlockKind.TABLE, "caption": BlockKind.TABLE,
    "pre": BlockKind.CODE,
    "figcaption": BlockKind.CAPTION,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), BlockKind.HEADING),
}  # fmt: skip

WORD = re.compile(r"\w")
ATTRIBUTE_WORD = re.compile(r"[A-Za-z][a-z0-9]*|[A-Z]+(?![a-z])|[0-9]+")
WORD_ATTRIBUTES = (
    "class",
    "id",
    "role",
    "itemprop",
    "aria-label",
    "data-testid",
    "data-component",
    "data-type",
)
NAMING = frozenset(WORD_ATTRIBUTES)
MAX_ATTRIBUTE_CHARS = 300
"""Characters of one attribute that are read for words; generated class lists run into kilobytes."""
MAX_HREF_CHARS = 500
MAX_FIELDS = 40
MAX_FIELD_WORDS = 8
"""Fields of a form that are read, and different ones that are kept. Chosen, not measured."""
UNTOLD_FIELDS = frozenset({"hidden", "submit", "button", "image", "reset"})


@dataclass(frozen=True, slots=True)
class BlockTree:
    """The blocks of a page and the containers that they stand in.

    `containers[block.container]` is the block's own element; following `parent` leads to the root.
    """

    blocks: tuple[Block, ...]
    containers: tuple[Container, ...]

    def enclosing(self, block: Block) -> Iterator[Container]:
        """Yield the block's own container, then its ancestors up to the root."""
        at: int | None = block.container
        while at is not None:
            container = self.containers[at]
            yield container
            at = container.parent


class _Open:
    """An element that is being walked through.

    `container` is that of the text in it: its own, or that of the element round it where it is inline. `children` are
    those still to come, `seen` the block-level ones so far by tag: all of them once the walk is over.
    """

    __slots__ = ("children", "container", "element", "seen", "tag")

    def __init__(self, element: HtmlElement, tag: str, container: int) -> None:
        self.element = element
        self.tag = tag
        self.container = container
        self.children: Iterator[HtmlElement] = iter(element)
        self.seen: dict[str, int] = {}


class _Found(NamedTuple):
    """What a block is made of, once the walk is over."""

    text: str
    owner: int
    linked: int
    emphasised: int
    hrefs: tuple[str, ...]
    words: tuple[str, ...]


class _Step(NamedTuple):
    """Where a container's element stands: its tag, which child of that tag it is, and all its siblings by tag."""

    tag: str
    nth: int
    siblings: dict[str, int]

    def __str__(self) -> str:
        """Write the step as `getpath` of lxml does, without its walk over all siblings each time."""
        return f"{self.tag}[{self.nth}]" if self.siblings[self.tag] > 1 else self.tag


@dataclass(slots=True)
class _Run:
    """The inline text that is being gathered for the next block."""

    pieces: list[str] = field(default_factory=list)
    linked: int = 0
    emphasised: int = 0
    breaks: int = 0
    has_text: bool = False
    owner: int = 0
    hrefs: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


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
    return _Splitter(root).split()


def attribute_words(element: HtmlElement) -> tuple[str, ...]:
    """Return the lower-case words in the element's naming attributes: `articleBody-main` gives article, body, main."""
    naming = [pair for pair in element.items() if pair[0] in NAMING]
    if not naming:
        return ()
    if len(naming) == 1:
        return _words_of(naming[0][1][:MAX_ATTRIBUTE_CHARS])
    named = dict(naming)
    values = [named[name][:MAX_ATTRIBUTE_CHARS] for name in WORD_ATTRIBUTES if name in named]
    return tuple(chain.from_iterable(map(_words_of, values)))


def field_words(form: HtmlElement) -> tuple[str, ...]:
    """Return what a form asks for, as `email field`: by that a search, a login and a newsletter are told apart."""
    found: dict[str, None] = {}
    for field_element in islice(form.iterdescendants("input", "textarea", "select"), MAX_FIELDS):
        tag = _tag(field_element)
        kind = (field_element.get("type") or "text").lower() if tag == "input" else tag
        if kind in UNTOLD_FIELDS:
            continue
        named = _words_of((field_element.get("name") or "")[:MAX_ATTRIBUTE_CHARS])[-1:] if kind == "text" else (kind,)
        found.update(dict.fromkeys(f"{word} field" for word in named))
    return tuple(found)[:MAX_FIELD_WORDS]


@lru_cache(maxsize=8192)
def _words_of(value: str) -> tuple[str, ...]:
    """The pages of a site have the same class lists again and again."""
    return tuple(word.lower() for word in ATTRIBUTE_WORD.findall(value))


def _kind_of_line(line: str) -> BlockKind:
    return BlockKind.LIST_ITEM if line[:2] in {"- ", "* ", "• ", "– "} else BlockKind.PARAGRAPH


def _tag(element: HtmlElement) -> str:
    """The tag of an element; lxml's other tags (comments, QName) do not come here."""
    tag = element.tag
    assert isinstance(tag, str)
    return tag


class _Splitter:
    """One walk over one tree; iterative, since pages nest deeper than Python recurses."""

    def __init__(self, root: HtmlElement) -> None:
        body = root.find("body")
        self.start = root if body is None else body
        self.root = root
        self.found: list[_Found] = []
        self.containers: list[Container] = []
        self.steps: list[_Step | HtmlElement | None] = []
        """To each container from the one round it; an element where an inline one stands between, whose path lxml
        writes. No other element is kept: what lives long makes garbage collections slow."""
        self.paths: dict[int, str] = {}
        self.kinds: list[BlockKind] = []
        self.run = _Run()
        self.open_links: list[str] = []
        self.emphasis_depth = 0

    def split(self) -> BlockTree:
        tag = _tag(self.start).lower()
        self._open_container(self.start, None, tag)
        self._add(self.start.text, 0)
        stack = [_Open(self.start, tag, 0)]
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
        # Only now is it known which tags stand alone in their parents, so that their paths need no number.
        blocks = tuple(self._block(index, found) for index, found in enumerate(self.found))
        return BlockTree(blocks, tuple(self.containers))

    def _enter(self, element: HtmlElement, parent: _Open) -> _Open | None:
        """Start an element; None where it is not walked into: comments have no tag of letters."""
        tag = element.tag
        if not isinstance(tag, str):
            return None
        tag = tag.lower()
        walk = _WALK.get(tag)
        if walk is None:
            self._flush()
            container = self._open_container(element, parent, tag)
            self._add(element.text, container)
            if len(element):
                return _Open(element, tag, container)
            self._flush()
        elif walk == _INLINE:
            self._open_inline(element, tag)
            self._add(element.text, parent.container)
            if len(element):
                return _Open(element, tag, parent.container)
            self._close_inline(element, tag)
        elif walk == _BREAK:
            self._break()
        else:
            self.run.pieces.append(" ")
        return None

    def _leave(self, left: _Open, outer: int) -> None:
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
        if element.get("class"):
            self.run.words += attribute_words(element)

    def _open_container(self, element: HtmlElement, parent: _Open | None, tag: str) -> int:
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
        self.steps.append(None if parent is None else self._step(element, parent))
        return index

    def _step(self, element: HtmlElement, parent: _Open) -> _Step | HtmlElement:
        name = _tag(element)
        nth = parent.seen[name] = parent.seen.get(name, 0) + 1
        return element if parent.tag in INLINE_TAGS else _Step(name, nth, parent.seen)

    def _path(self, container: int) -> str:
        """Return the path of a container's element as `getpath` of lxml writes it."""
        missing: list[int] = []
        at: int | None = container
        while at is not None and at not in self.paths:
            missing.append(at)
            at = self.containers[at].parent
        for index in reversed(missing):
            step, outer = self.steps[index], self.containers[index].parent
            if outer is None or step is None:
                path = f"/{_tag(self.root)}" + ("" if self.start is self.root else "/body")
            elif isinstance(step, _Step):
                path = f"{self.paths[outer]}/{step}"
            else:
                path = str(self.root.getroottree().getpath(step))
            self.paths[index] = path
        return self.paths[container]

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
            return
        self.run = _Run(hrefs=list(self.open_links))
        text = clean_line("".join(run.pieces))
        if not WORD.search(text):
            return
        self.found.append(
            _Found(text, run.owner, run.linked, run.emphasised, tuple(filter(None, run.hrefs)), tuple(run.words))
        )

    def _block(self, index: int, found: _Found) -> Block:
        return Block(
            index=index,
            text=found.text,
            xpath=self._path(found.owner),
            kind=self.kinds[found.owner],
            tag=self.containers[found.owner].tag,
            container=found.owner,
            linked_chars=min(found.linked, len(found.text)),
            emphasised_chars=min(found.emphasised, len(found.text)),
            hrefs=found.hrefs,
            inline_words=found.words,
        )
