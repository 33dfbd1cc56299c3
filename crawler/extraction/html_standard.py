"""Where libxml2 reads markup as HTML 4 does and loses text that browsers show, mended to the HTML standard."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement

OF_HEAD = frozenset(
    "base basefont bgsound head link meta noframes noscript script style template title".split()
)  # fmt: skip
"""What may stand in a head, https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-inhead."""
BREAK_OUT = (
    "b big blockquote br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 hr i img li listing menu nobr ol p pre "
    "ruby s small span strong strike sub sup table tt u ul var"
).split()
"""What ends a drawing, https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-inforeign."""
MAY_HOLD_HTML = frozenset({"foreignobject", "desc", "title"})
_END = re.compile(rb"</(?:body|html)[\s/]*>", re.IGNORECASE)


def without_early_ends(markup: bytes) -> bytes:
    """Return the markup, in UTF-8, without the end tags of body and document.

    What follows them belongs to the body all the same
    (https://html.spec.whatwg.org/multipage/parsing.html#parsing-main-afterbody); libxml2 drops it. On 3 of 2,136 pages
    that is text, on one of them all of the article (measured). In bytes the search takes .1 ms a page, in text .9.
    """
    return _END.sub(b"", markup)


def as_browsers_do(root: HtmlElement) -> HtmlElement:
    """Return the tree, changed in place: its body begins where the standard has it, shadow trees are part of it.

    Drawings are emptied. The reading set above a word in ruby is no text, unless it has brackets for those who cannot
    set it there.
    """
    for drawing in list(root.iter("svg")):
        if len(drawing):
            _break_out(drawing)
            del drawing[:]
    _end_head(root)
    for reading in root.iter("rt"):
        before = reading.getprevious()
        if before is None or before.tag != "rp":
            reading.clear(keep_tail=True)
    for template in root.iter("template"):
        if template.get("shadowrootmode"):
            template.tag = "div"
    return root


def _break_out(drawing: HtmlElement) -> None:
    """Put behind a drawing what ends it for browsers, and all that follows: its end tag is missing."""
    at = next((e for e in drawing.iter(*BREAK_OUT) if not any(o.tag in MAY_HOLD_HTML for o in e.iterancestors())), None)
    outer = drawing.getparent()
    if at is None or outer is None:
        return
    moved = [at]
    while at is not None and at is not drawing:
        moved += at.itersiblings()
        at = at.getparent()
    place, tail, drawing.tail = outer.index(drawing) + 1, drawing.tail, None
    for element in reversed(moved):
        outer.insert(place, element)
    moved[-1].tail = (moved[-1].tail or "") + (tail or "")


def _end_head(root: HtmlElement) -> None:
    """Begin the body at the first element with text that no head may hold.

    Pages may leave out `</head><body>`, and libxml2 ends the head only at elements that HTML 4 knows: not at `main`,
    `header` or `article`.
    """
    head = root.find("head")
    children = () if head is None else tuple(head)
    first = next((n for n, child in enumerate(children) if child.tag not in OF_HEAD and _has_text(child)), None)
    if first is None:
        return
    body = root.find("body")
    if body is None:
        body = etree.SubElement(root, "body")
    last = children[-1]
    last.tail, body.text = (last.tail or "") + (body.text or ""), None
    for child in reversed(children[first:]):
        body.insert(0, child)


def _has_text(element: HtmlElement) -> bool:
    return any(not text.isspace() for text in element.itertext())
