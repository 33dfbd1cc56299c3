"""What is not read at all, and the caps."""

from __future__ import annotations

import pytest

from crawler.errors import EmptyPage, NotHtml, PageError, PageTooLarge
from crawler.extraction.options import DEFAULT_OPTIONS, ExtractionOptions
from crawler.extraction.parse import check_document, parse

SMALL = ExtractionOptions(max_bytes=1_000, max_elements=20, max_attributes=10)


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        (b"", "text/html", EmptyPage),
        (b"  \n ", "text/html", EmptyPage),
        (b"%PDF-1.7 ...", "text/html", NotHtml),
        (b"\x89PNG\r\n", None, NotHtml),
        (b"\xff\xd8\xff\xe0", "text/html", NotHtml),
        (b"plain", "application/pdf", NotHtml),
        (b'{"a": 1}', "application/json", NotHtml),
        (b'<?xml version="1.0"?>\n<!-- made -->\n<rss version="2.0"><channel>', "text/html", NotHtml),
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', None, NotHtml),
        (b"<urlset>", "application/xml", NotHtml),
        (b'{"a": 1}', "text/html", NotHtml),
        (b"x" * 1_001, "text/html", PageTooLarge),
    ],
)
def test_refused(body: bytes, content_type: str | None, error: type[PageError]) -> None:
    with pytest.raises(error):
        check_document(body, content_type, SMALL)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<p>hello</p>", "text/html; charset=utf-8"),
        (b"<p>hello</p>", None),
        (b"<html><p>hello</p></html>", "application/octet-stream"),
        (b"words", "text/plain"),
        (b"{curly} words <html>", "text/html"),
    ],
)
def test_taken(body: bytes, content_type: str | None) -> None:
    check_document(body, content_type, SMALL)


@pytest.mark.parametrize(
    ("markup", "error"),
    [
        ("<p>x</p>" * 21, PageTooLarge),
        ("<p " + " ".join(f"a{n}=1" for n in range(30)) + ">x</p>", PageTooLarge),
        ("", EmptyPage),
        ("<!-- nothing -->", EmptyPage),
    ],
)
def test_caps(markup: str, error: type[PageError]) -> None:
    with pytest.raises(error):
        parse(markup, SMALL)


def test_words_in_an_attribute_are_no_attributes() -> None:
    assert parse(f'<p title="{"word " * 50}">x</p>', SMALL).text_content() == "x"


def test_entities_of_a_doctype_are_not_read() -> None:
    markup = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">]><p>a &x; b</p>'
    assert "a &x; b" in parse(markup, DEFAULT_OPTIONS).text_content()


def test_an_xml_declaration_does_not_hinder() -> None:
    assert parse('<?xml version="1.0" encoding="iso-8859-1"?><p>grün</p>', DEFAULT_OPTIONS).text_content() == "grün"
