"""Spaces that a source leaves out where style sets words apart."""

from __future__ import annotations

from lxml.html import HtmlElement

CLOSING_MARKS = tuple(",.;:!?)]}…%،؛؟。、，；：？！）")
"""Marks that stand close to the word before them. Quotation marks do not: in some languages they open alike."""


def lacks_space_behind(element: HtmlElement) -> bool:
    """Whether a word ends with this inline element though the source has nothing behind it."""
    return element.tail is None and _is_set_apart(element) and not _is_initial(element)


def _is_set_apart(element: HtmlElement) -> bool:
    """Whether a word ends with this element, whose source has no space behind it, as far as one can tell.

    Where another element begins it does, unless with a mark that stands close. Where the text of one round it goes on,
    as in `<b><a>Ada Berg</a></b>, who`, the source would have a space; that text begins with a capital or a figure
    where style sets it apart.
    """
    at: HtmlElement | None = element
    while at is not None:
        if at.tail is not None:
            return at.tail[:1].isupper() or at.tail[:1].isdigit()
        beside = at.getnext()
        if beside is not None:
            return not (beside.text or "").startswith(CLOSING_MARKS)
        at = at.getparent()
    return False


def _is_initial(element: HtmlElement) -> bool:
    """Whether this is the large first letter of the word that goes on behind it."""
    letter, rest = element.text or "", element.getnext()
    if len(letter) != 1 or not letter.isupper() or len(element):
        return False
    return rest is not None and (rest.text or "")[:1].islower()
