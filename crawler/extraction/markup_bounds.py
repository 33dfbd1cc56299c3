"""Bounds on markup before a parser sees it, by one pass over its tags: elements, attributes, binary bytes."""

from __future__ import annotations

import re
from functools import cache

from crawler.errors import NotHtml, PageTooLarge
from crawler.extraction.options import ExtractionOptions

_ATTRIBUTES = r"""(?:[^\s/>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?|[\s/]++)*+>?"""
"""What stands in a tag by the HTML standard (13.2.5.32 and on): a > in a quoted value does not end it."""

_TOKEN = re.compile(
    rf"""<!--(?:.*?-->|.*)
    |<(?P<raw>script|style|svg|textarea|title|xmp|iframe|noembed|noframes)(?=[\s/>]){_ATTRIBUTES}(?:.*?</(?P=raw)(?=[\s/>])|.*)
    |<[A-Za-z][^\s/>]*+(?P<attributes>{_ATTRIBUTES})""".replace("\n    ", ""),
    re.DOTALL | re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]*+\"?|'[^']*+'?")
_ATTRIBUTE = re.compile(r"[^\s/>=]+(?:\s*+=\s*+[^\s>]*+)?")
_BEFORE_ATTRIBUTES = b" \t\n\r\f/\"'"
_COUNTED_CHARS = 200
"""Characters of a tag from which its attributes are counted; shorter ones have no more than a hundred."""

_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd]")
_SAMPLE_CHARS = 20_000
_NOT_TEXT_SHARE = 0.04


def check_bounds(markup: str, options: ExtractionOptions) -> None:
    """Raise PageTooLarge over the caps on elements and attributes.

    Scripts, style sheets and drawings count once, whatever is in them. The parser itself needs minutes for a tag
    with 100,000 attributes, for it compares each with each.
    """
    if _is_small(markup, options):
        return
    elements = attributes_in_all = 0
    counted_chars = min(_COUNTED_CHARS, 2 * options.max_attributes)
    for token in _TOKEN.finditer(markup):
        elements += 1
        start, end = token.span("attributes")
        if end - start < counted_chars:
            continue
        attributes = sum(1 for _ in _ATTRIBUTE.finditer(_QUOTED.sub("x ", token["attributes"])))
        attributes_in_all += attributes
        if attributes > options.max_attributes:
            raise PageTooLarge(f"a tag with {attributes:,} attributes, the cap is {options.max_attributes:,}")
        if attributes_in_all > options.max_attributes_in_all:
            raise PageTooLarge(f"more than {options.max_attributes_in_all:,} attributes")
    if elements > options.max_elements:
        raise PageTooLarge(f"{elements:,} elements, the cap is {options.max_elements:,}")


def _is_small(markup: str, options: ExtractionOptions) -> bool:
    """Whether no count can be over its cap, by two looks that cost a third of counting.

    Every start tag has its `<`, every attribute a space, a slash or a quotation mark before it.
    """
    cap = options.max_elements
    if len(markup) > cap and markup.count("<") > cap:
        return False
    cap = options.max_attributes_in_all
    if len(markup) > cap:
        encoded = markup.encode("utf-8", "surrogatepass")
        if len(encoded) - len(encoded.translate(None, _BEFORE_ATTRIBUTES)) > cap:
            return False
    return _many_attributes(options.max_attributes).search(markup) is None


@cache
def _many_attributes(cap: int) -> re.Pattern[str]:
    """Match what may be a tag with more attributes than the cap; scripts and comments may hold such a thing too."""
    attribute = r"""(?>[\s/=]*+[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+)?)?+)"""
    return re.compile(rf"<[A-Za-z][^\s/>]*+{attribute}{{{cap}}}")


def check_text(text: str) -> None:
    """Raise NotHtml for decoded bytes that are no text: random bytes have one control character in nine or more."""
    sample = text[:_SAMPLE_CHARS]
    odd = sum(1 for _ in _NOT_TEXT.finditer(sample))
    if odd > 20 and odd > _NOT_TEXT_SHARE * len(sample):
        raise NotHtml(f"the bytes are no text ({odd:,} of {len(sample):,} characters are none)")
