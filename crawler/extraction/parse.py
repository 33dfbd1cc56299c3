"""Markup -> one tree, within the caps."""

from __future__ import annotations

import re
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from crawler.errors import EmptyPage, NotHtml, PageTooLarge
from crawler.extraction.clean_text import strip_control_references
from crawler.extraction.flat_tree import flat_tree, is_deeper
from crawler.extraction.html_standard import as_browsers_do, without_early_ends
from crawler.extraction.markup_bounds import check_bounds
from crawler.extraction.options import ExtractionOptions

XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")

BINARY_SIGNATURES = (
    b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"\x00\x00\x00", b"ID3",
    b"OggS", b"\x7fELF", b"BZh", b"\xd0\xcf\x11\xe0", b"wOFF", b"wOF2",
)  # fmt: skip
"""First bytes of what is sent as a page and is none, https://mimesniff.spec.whatwg.org/#matching-a-mime-type-pattern."""

LISTING = re.compile(
    rb"\A(?:\s|<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>]*>)*<(rss|feed|rdf:RDF|urlset|sitemapindex|opml)[\s>]", re.DOTALL
)
"""Root elements of feeds and sitemaps: RSS 2.0 and 1.0, RFC 4287, sitemaps.org, OPML 2.0."""

PAGE_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml", "")


def check_document(body: bytes, content_type: str | None, options: ExtractionOptions) -> None:
    """Raise what keeps a document from being read at all: NotHtml, PageTooLarge, EmptyPage."""
    if len(body) > options.max_bytes:
        raise PageTooLarge(f"{len(body):,} bytes, the cap is {options.max_bytes:,}")
    start = body[:1024].lstrip()
    if not start:
        raise EmptyPage("the document has no bytes" if not body else "the document has no text")
    for signature in BINARY_SIGNATURES:
        if start.startswith(signature):
            raise NotHtml(f"the bytes are not a page (they begin with {signature[:4]!r})")
    media_type = (content_type or "").split(";")[0].strip().lower()
    if media_type not in PAGE_TYPES and not looks_like_html(start):
        raise NotHtml(f"content type {media_type}")
    if start[:1] in b"{[" and not looks_like_html(body[:4096]):
        raise NotHtml("the document is JSON")
    if listing := LISTING.match(start):
        raise NotHtml(f"<{listing[1].decode()}>: a feed or sitemap is a source of pages; name it in sites.toml")


def parse(markup: str, options: ExtractionOptions) -> HtmlElement:
    """Return the tree of the decoded page, without comments, processing instructions and the insides of drawings.

    Elements deeper than the cap are put side by side.

    Raises PageTooLarge over the caps on elements and attributes, EmptyPage where nothing can be parsed.
    """
    markup = strip_control_references(XML_DECLARATION.sub("", markup.lstrip("\ufeff")))
    check_bounds(markup, options)
    try:
        # libxml2 wants UTF-8 anyway; encoded here, the page is parsed a fifth sooner (measured).
        encoded = without_early_ends(markup.encode())
        root = cast("HtmlElement | None", etree.fromstring(encoded, html_parser()))
        if root is None:
            raise EmptyPage("nothing to parse (Document is empty)")
        if is_deeper(root, options.max_depth):
            root = flat_tree(encoded.decode(), options.flat_depth)
        return as_browsers_do(root)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise EmptyPage(f"nothing to parse ({error})") from error


def html_parser() -> etree.HTMLParser:
    """Return a parser whose elements are all plain `HtmlElement`s.

    That of lxml.html asks a Python function for the class of each element, each time that one is looked at.
    """
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    return parser


def looks_like_html(start: bytes) -> bool:
    """Whether the first bytes of a document have the marks of HTML."""
    lowered = start.lower()
    return any(mark in lowered for mark in (b"<html", b"<!doctype html", b"<body", b"<head", b"<p>", b"<div"))
