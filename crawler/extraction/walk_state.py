"""What the walk over a page's tree has in hand: elements that are open, and the blocks found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml.html import HtmlElement


class OpenElement:
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


class FoundBlock(NamedTuple):
    """What a block is made of, once the walk is over."""

    text: str
    owner: int
    linked: int
    emphasised: int
    hrefs: tuple[str, ...]
    words: tuple[str, ...]
    hidden: tuple[str, ...]
