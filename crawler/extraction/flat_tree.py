"""A tree of bounded depth from markup of any depth.

libxml2 stops building at 2,048 levels and drops what follows, and the extractors lose text from 256 on, both without
a word. Its events have no such bound, so a page that is too deep is read again, its deepest elements put side by side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

_SLICE_CHARS = 1 << 16
_NOT_IN_TAGS = re.compile(r"[&<>/\"'\s]")
"""What lxml takes in no name of an HTML element, though its parser gives it: `<n&&m` of a script, say."""


def is_deeper(root: HtmlElement, levels: int) -> bool:
    """Whether an element stands that many levels below the root."""
    return bool(root.xpath("boolean(." + "/*" * levels + ")"))


def flat_tree(markup: str, max_depth: int) -> HtmlElement:
    """Return the tree of the markup with no element deeper than `max_depth`; no text is lost."""
    target = _Flattener(max_depth)
    events: Any = target
    parser = etree.HTMLParser(target=events, remove_comments=True, remove_pis=True, huge_tree=True, no_network=True)
    for start in range(0, len(markup), _SLICE_CHARS):
        parser.feed(markup[start : start + _SLICE_CHARS])
    root: Any = parser.close()
    return cast("HtmlElement", root)


class _Flattener:
    """Builds the tree from parser events.

    An element in an empty one of its own kind is left out: it only wraps. Below the deepest level an element with
    text ends its neighbour and takes its place.
    """

    def __init__(self, max_depth: int) -> None:
        self._builder = etree.TreeBuilder(element_factory=HTMLParser().makeelement)
        self._max_depth = max_depth
        self._open: list[str] = []
        self._is_built: list[bool] = []
        """For each element that the markup has open, whether it stands in the tree."""
        self._is_empty = False
        self._pending: tuple[str, dict[str, str]] | None = None
        """The innermost element below the deepest level, until it has text."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        tag = _NOT_IN_TAGS.sub("", tag)
        wraps = self._is_empty and tag == self._open[-1]
        is_built = not wraps and len(self._open) < self._max_depth
        self._is_built.append(is_built)
        if is_built:
            self._begin(tag, dict(attributes))
        elif not wraps:
            self._pending = tag, dict(attributes)

    def end(self, tag: str) -> None:
        if self._is_built and self._is_built.pop() and self._open:
            self._builder.end(self._open.pop())
            self._is_empty, self._pending = False, None

    def data(self, text: str) -> None:
        if not text.isspace():
            if self._pending is not None:
                self._builder.end(self._open.pop())
                self._begin(*self._pending)
            self._is_empty, self._pending = False, None
        if self._open:
            self._builder.data(text)

    def close(self) -> HtmlElement:
        while self._open:
            self._builder.end(self._open.pop())
        return cast("HtmlElement", self._builder.close())

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        # What a template left in a tag, `{{#if`, is no name to a builder: a namespace stands in such brackets.
        self._builder.start(tag, {name: value for name, value in attributes.items() if not name.startswith("{")})
        self._open.append(tag)
        self._is_empty = True
