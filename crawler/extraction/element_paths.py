"""The paths of block-level elements as `getpath` of lxml writes them, without its walk over all siblings each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lxml.html import HtmlElement

from crawler.items import Container


class Step(NamedTuple):
    """Where a container's element stands: its tag, which child of that tag it is, and all its siblings by tag."""

    tag: str
    nth: int
    siblings: dict[str, int]

    def __str__(self) -> str:
        """Write the step; only at the end of the walk is it known which tags stand alone in their parents."""
        return f"{self.tag}[{self.nth}]" if self.siblings[self.tag] > 1 else self.tag


class ElementPaths:
    """Gathers the steps while the tree is walked through and writes the paths after it."""

    def __init__(self, root: HtmlElement, start: HtmlElement) -> None:
        self.root = root
        self.steps: list[Step | HtmlElement | None] = []
        """To each container from the one round it; an element where an inline one stands between, whose path lxml
        writes. No other element is kept: what lives long makes garbage collections slow."""
        self.start = f"/{root.tag!s}" + ("" if start is root else "/body")
        self.known: dict[int, str] = {}

    def path(self, container: int, containers: Sequence[Container]) -> str:
        """Return the path of the container's element."""
        missing: list[int] = []
        at: int | None = container
        while at is not None and at not in self.known:
            missing.append(at)
            at = containers[at].parent
        for index in reversed(missing):
            step, outer = self.steps[index], containers[index].parent
            if outer is None or step is None:
                path = self.start
            elif isinstance(step, Step):
                path = f"{self.known[outer]}/{step}"
            else:
                path = str(self.root.getroottree().getpath(step))
            self.known[index] = path
        return self.known[container]
