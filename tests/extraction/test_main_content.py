"""Trafilatura as it is called: its paragraphs, and the tree as it was."""

from __future__ import annotations

from lxml import etree

from crawler.extraction.main_content import find_main_content, trafilatura_version
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import parse

SENTENCES = [f"The ferry to island number {n} was late again, and the harbour master said why." for n in range(12)]
PAGE = f"""<html><head><title>Ferries are late</title></head><body><nav><ul><li><a href="/">Start</a></li></ul></nav>
<article><h1>Ferries are late</h1>{"".join(f"<p>{sentence}</p>" for sentence in SENTENCES)}</article>
<footer><form><input name="q"></form><p>Imprint</p></footer><script>var x = "<p>no</p>";</script></body></html>"""


def test_paragraphs_in_order() -> None:
    lines = find_main_content(parse(PAGE, DEFAULT_OPTIONS), url="https://example.org/ferries")
    assert [line for line in lines if line in SENTENCES] == SENTENCES
    assert not any("Imprint" in line or line == "no" for line in lines)


def test_the_tree_is_left_as_it_was() -> None:
    tree = parse(PAGE, DEFAULT_OPTIONS)
    before = etree.tostring(tree)
    find_main_content(tree, url=None)
    assert etree.tostring(tree) == before


def test_nothing_to_find() -> None:
    assert find_main_content(parse("<p></p>", DEFAULT_OPTIONS), url=None) == ()


def test_a_date_that_no_calendar_has_loses_nothing() -> None:
    head = '<meta property="article:published_time" content="2026-11-22T10:00:00+99:99">'
    lines = find_main_content(parse(PAGE.replace("<head>", f"<head>{head}"), DEFAULT_OPTIONS), url=None)
    assert SENTENCES[0] in lines


def test_version() -> None:
    assert trafilatura_version()[0].isdecimal()
