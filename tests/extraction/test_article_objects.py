"""Which JSON-LD object is the article's."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.extraction.article_objects import article_node
from crawler.extraction.structured import JsonObject

URL = "https://example.org/news/1"
QUERIED = "https://example.org/article.php?id=5"


def article(headline: str, **properties: Any) -> JsonObject:
    return {"@type": "NewsArticle", "headline": headline, **properties}


@pytest.mark.parametrize(
    ("objects", "headline"),
    [
        pytest.param([{"@type": "WebPage"}, article("A")], "A", id="only-one"),
        pytest.param([article("A", url="https://example.org/2"), article("B", url=URL)], "B", id="url-decides"),
        pytest.param(
            [
                article("A", url="https://example.org/2"),
                article("B", mainEntityOfPage={"@id": "http://www.example.org/news/1/?x"}),
            ],
            "B",
            id="page-as-object-and-spelt-otherwise",
        ),
        pytest.param([article("A", url="https://example.org/2"), article("B")], "B", id="unnamed-before-other-page"),
        pytest.param([article("A", url="https://example.org/2")], "A", id="single-with-other-address"),
        pytest.param(
            [article("A", url="https://example.org/2"), article("B", url="https://example.org/3")],
            None,
            id="only-others",
        ),
        pytest.param([{"@type": "Review", "name": "R"}, article("A")], "A", id="surer-type"),
        pytest.param(
            [{"@type": ["Thing", "http://schema.org/BlogPosting"], "headline": "A"}],
            "A",
            id="type-list-and-address",
        ),
        pytest.param([{"@type": "WebPage", "mainEntity": article("A", author="B")}], "A", id="main-entity"),
        pytest.param([{"@type": "ItemList", "itemListElement": [article("A")]}], None, id="teasers-in-a-list"),
        pytest.param([{"@type": {"a": 1}, "headline": "A"}, {"headline": "B"}], None, id="wrong-types"),
    ],
)
def test_the_article_of_the_page(objects: list[JsonObject], headline: str | None) -> None:
    node = article_node(objects, URL)
    assert (node or {}).get("headline") == headline


@pytest.mark.parametrize(
    ("objects", "headline"),
    [
        (
            [article("Other", url="https://example.org/article.php?id=6"), article("Own", url=QUERIED)],
            "Own",
        ),
        ([article("Other", url="https://example.org/article.php?id=6")], None),
        ([article("Bridge closed", url="https://example.org/article.php?id=6")], "Bridge closed"),
        ([article("Own", url=f"{QUERIED}&utm_source=feed")], "Own"),
        ([article("Own", url="https://example.org/article.php")], "Own"),
        ([article("Teased"), article("The bridge closed for years")], "The bridge closed for years"),
        ([article("Older headline")], "Older headline"),
        ([{"@type": "SocialMediaPosting", "url": "https://social.example/1", "author": "Joe"}], None),
        ([article("Bridge closed", url="https://agency.example/1")], "Bridge closed"),
        ([article("Bank robbed", url="https://agency.example/1")], None),
    ],
    ids=[
        "query", "only another's query", "another address", "tracking", "no query", "several unnamed", "one unnamed",
        "embedded post", "copy", "teaser",
    ],
)  # fmt: skip
def test_an_object_of_another_article_is_not_believed(objects: list[JsonObject], headline: str | None) -> None:
    node = article_node(objects, QUERIED, ["Bridge closed for years", "Bridge closed for years | Example Post"])
    assert (node or {}).get("headline") == headline
