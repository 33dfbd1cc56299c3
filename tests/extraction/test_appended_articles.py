"""A page that goes on below its article with the next one."""

from __future__ import annotations

from lxml import html

from crawler import extract
from crawler.extraction.appended_articles import find_appended
from crawler.extraction.blocks import split_tree
from crawler.items import Label

FIRST = (
    "The council voted on Tuesday night to close the old swing bridge for eighteen months, after a long dispute.",
    "Engineers had warned in March that two of its bearings were cracked, and that no bus should cross it any more.",
    "Shopkeepers on the east bank fear for their trade, since the next bridge is eleven miles upstream and often full.",
)
NEXT = (
    "Owners of boats will pay twelve per cent more from January, the harbour board decided after a heated meeting.",
    "The board said that dredging had become more expensive since the storm, and that fees had not risen for years.",
)


def article(headline: str, paragraphs: tuple[str, ...], box: str = "article", **words: str) -> str:
    named = "".join(f' {name.rstrip("_")}="{value}"' for name, value in words.items())
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<{box}{named}><h1>{headline}</h1>{text}</{box}>"


def page(*articles: str) -> str:
    return f"<html><head><title>Bridge to close</title></head><body><main>{''.join(articles)}</main></body></html>"


def found(*articles: str, titles: tuple[str, ...] = ("Bridge to close",)) -> list[str]:
    tree = split_tree(html.fromstring(page(*articles)))
    return [tree.blocks[other.start].text for _, other in find_appended(tree, titles)]


def test_the_next_article_is_found_by_its_own_headline() -> None:
    first, second = article("Bridge to close", FIRST), article("Harbour fees rise", NEXT)
    assert found(first, second, second) == ["Harbour fees rise", "Harbour fees rise"]


def test_what_stands_in_the_article_is_not_another() -> None:
    inner = article("Harbour fees rise", NEXT)
    assert found(f"<article><h1>Bridge to close</h1><p>{FIRST[0]}</p>{inner}</article>") == []


def test_the_articles_own_headline_again_is_not_another() -> None:
    first = article("Bridge to close", FIRST)
    assert found(first, article("Bridge to close", NEXT)) == []


def test_below_a_headline_that_is_not_the_pages_nothing_is_known() -> None:
    assert found(article("Most read today", FIRST), article("Bridge to close", NEXT)) == []


def test_elements_are_articles_by_their_class_words_without_numbers() -> None:
    first = article("Bridge to close", FIRST, "div", class_="story", id="story-12")
    assert found(first, article("Harbour fees rise", NEXT, "div", class_="story", id="story-13")) != []
    assert found(first, article("Harbour fees rise", NEXT, "div", class_="teaser")) == []


def test_sections_of_one_page_are_not_articles() -> None:
    first = article("Bridge to close", FIRST, "section", class_="block")
    assert found(first, article("What comes next", NEXT, "section", class_="block")) == []


def test_the_record_has_nothing_of_the_next_article() -> None:
    second = article("Harbour fees rise", ("By Sue Ito", *NEXT))
    record = extract(page(article("Bridge to close", FIRST), second), "https://tide.example/news/bridge-1")
    assert tuple(paragraph.text for paragraph in record.paragraphs) == FIRST
    assert "Sue Ito" not in record.authors
    below = [segment for segment in record.segments if segment.text in NEXT]
    assert all(segment.label.is_boilerplate for segment in below)
    assert record.segments[0].label is Label.TITLE
