"""MathML within a sentence, as one line of text."""

from __future__ import annotations

from lxml.html import HtmlElement

SILENT_TAGS = frozenset({"annotation", "annotation-xml"})
"""The same formula in other notations, https://w3c.github.io/mathml-core/#semantics-and-presentation."""


def formula(element: HtmlElement) -> str:
    """Return what a `math` element says: its own words for it, else its signs in their order."""
    said = " ".join((element.get("alttext") or "").split())
    return said or "".join(_signs(element))


def _signs(element: HtmlElement) -> list[str]:
    found, stack = [], [element]
    while stack:
        inner = stack.pop()
        if not isinstance(inner.tag, str) or inner.tag in SILENT_TAGS:
            continue
        found.append((inner.text or "").strip())
        stack += reversed(inner)
    return found
