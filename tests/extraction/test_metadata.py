from __future__ import annotations

import json
import time
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html
from lxml.html import HtmlElement

from crawler.extraction.candidates import MAX_TAGS, language_tag
from crawler.extraction.clean_text import clean_line
from crawler.extraction.metadata import Metadata, read_metadata, with_guessed_date

NOW = datetime(2026, 11, 22, tzinfo=UTC)
URL = "https://example.org/news/bridge"


def tree_of(head: str = "", json_ld: Any = None, *, attributes: str = "", body: str = "<p>x</p>") -> HtmlElement:
    script = json.dumps(json_ld).replace("</", "<\\/")
    head += f'<script type="application/ld+json">{script}</script>'
    page = f"<html {attributes}><head>{head}</head><body>{body}</body></html>"
    return html.document_fromstring(page, parser=html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True))


def read(head: str = "", json_ld: Any = None, *, attributes: str = "", body: str = "") -> Metadata:
    tree = tree_of(head, json_ld, attributes=attributes, body=body)
    return read_metadata(tree, url=URL, link=None, now=NOW)


def article(**properties: Any) -> dict[str, Any]:
    return {"@type": "NewsArticle", "headline": "Bridge closed", **properties}


def test_a_whole_page() -> None:
    node = article(
        author={"name": "Ada Berg"},
        datePublished="2026-11-20T10:15:30+01:00",
        dateModified="2026-11-21",
        articleSection=["Local", "Traffic"],
        keywords="bridge, repairs, Bridge",
        isAccessibleForFree="False",
        articleBody="One.\r\nTwo.",
        publisher={"name": "Example Post"},
    )
    head = (
        '<link rel="canonical" href="/news/bridge?x=1"><meta property="og:image" content="/i.jpg">'
        '<meta name="description" content="The old bridge is closed.">'
        '<meta name="robots" content="index, NOARCHIVE"><meta name="tdm-reservation" content="1">'
    )
    found = read(head, node, attributes='lang="en-gb"')
    assert found == Metadata(
        title="Bridge closed",
        authors=("Ada Berg",),
        date_published="2026-11-20T10:15:30+01:00",
        date_published_raw="2026-11-20T10:15:30+01:00",
        date_published_precision="second",
        date_modified="2026-11-21",
        date_modified_raw="2026-11-21",
        date_modified_precision="day",
        language_declared="en-GB",
        section="Local",
        tags=("bridge", "repairs"),
        description="The old bridge is closed.",
        image_url="https://example.org/i.jpg",
        site_name="Example Post",
        canonical_url="https://example.org/news/bridge?x=1",
        is_accessible_for_free=False,
        robots_meta=("index", "noarchive"),
        tdm={"tdm-reservation": "1"},
        origins={
            "title": "json_ld", "authors": "json_ld", "date_published": "json_ld", "date_modified": "json_ld",
            "language_declared": "html", "section": "json_ld", "tags": "json_ld", "description": "meta",
            "image_url": "meta", "site_name": "json_ld", "canonical_url": "html",
            "is_accessible_for_free": "json_ld",
        },
        headlines=("Bridge closed",),
        article_body="One.\nTwo.",
        names_people=True,
        declared_article=True,
    )  # fmt: skip


def test_an_empty_page() -> None:
    assert read() == Metadata()


def test_a_date_is_guessed_where_nothing_gave_one() -> None:
    tree = html.fromstring("<html><body><p>Seen 15 November 2026</p></body></html>")
    found = with_guessed_date(Metadata(), tree, NOW)
    assert (found.date_published, found.origins["date_published"]) == ("2026-11-15", "htmldate")
    declared = Metadata(date_published="2026-11-01", origins={"date_published": "json_ld"})
    assert with_guessed_date(declared, tree, NOW) is declared


def test_links_to_tags_and_categories_are_asked_last() -> None:
    page = '<p><a rel="category tag" href="/c">Local</a> <a rel="tag" href="/t">bridge</a> <a rel="tag">repairs</a></p>'
    found = read(body=page)
    assert (found.section, found.tags) == ("Local", ("bridge", "repairs"))
    assert found.origins["section"] == found.origins["tags"] == "html"
    assert read('<meta property="article:tag" content="ferry">', body=page).tags == ("ferry",)


def test_many_links_to_tags_take_no_square_of_time() -> None:
    began = time.process_time()
    links = "".join(f'<li><a rel="tag" href="/t">tag {number}</a></li>' for number in range(8_000))
    assert len(read(body=f"<ul>{links}</ul>").tags) == MAX_TAGS
    assert time.process_time() - began < 10  # with a look through the page for each link: minutes


@pytest.mark.parametrize(
    ("properties", "free"),
    [
        ({"isAccessibleForFree": True}, True),
        ({"isAccessibleForFree": "http://schema.org/False"}, False),
        ({"isAccessibleForFree": "maybe"}, None),
        ({"isAccessibleForFree": 1}, None),
        ({"hasPart": {"isAccessibleForFree": "False"}}, False),
        ({"hasPart": [{"isAccessibleForFree": True}, None, "x"]}, None),
        ({}, None),
    ],
)
def test_free_access(properties: dict[str, Any], free: bool | None) -> None:
    assert read(json_ld=article(**properties)).is_accessible_for_free is free


@pytest.mark.parametrize(
    ("base", "canonical"),
    [
        ("https://cdn.example.org/x/", "https://cdn.example.org/x/bridge"),
        ("/en/", "https://example.org/en/bridge"),
        ("javascript:0", "https://example.org/news/bridge"),
    ],
)
def test_addresses_are_relative_to_the_base_that_the_page_names(base: str, canonical: str) -> None:
    assert read(f'<base href="{base}"><link rel="canonical" href="bridge">').canonical_url == canonical


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "http://[",
        "",
        "https://",
        "ftp://example.org/",
        "https://user:secret@example.org/a",
        "//user@example.org/a",
    ],
)
def test_only_web_addresses(href: str) -> None:
    found = read(f'<link rel="canonical" href="{href}"><meta property="og:image" content="{href}">')
    assert found.image_url is None
    assert found.canonical_url in {None, URL}


@pytest.mark.parametrize(
    ("value", "tag"),
    [("de", "de"), ("DE_at", "de-AT"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419"),
     ("en-US.UTF-8", "en"),
     ("english", None), ("", None), (None, None), (7, None)],
)  # fmt: skip
def test_language_tags(value: object, tag: str | None) -> None:
    assert language_tag(value) == tag


def test_lists_are_capped() -> None:
    found = read(json_ld=article(keywords=[f"tag {number}" for number in range(10_000)]))
    assert len(found.tags) == MAX_TAGS


def test_the_tree_stays_as_it_is() -> None:
    tree = tree_of('<meta name="author" content="Ada Berg">', article(), body="<h1>Bridge</h1><p>22 November 2026</p>")
    before = html.tostring(tree)
    read_metadata(tree, url=URL, link=None, now=NOW)
    assert html.tostring(tree) == before


NAMES = (
    "@type @id url headline author name givenName datePublished dateModified keywords articleSection image "
    "publisher inLanguage isAccessibleForFree hasPart description articleBody mainEntityOfPage mainEntity @graph"
)
LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["NewsArticle", URL, "2026-11-20"])
)
ANY_JSON = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=8),
    max_leaves=30,
)
ARTICLE = st.dictionaries(st.sampled_from(NAMES.split()), ANY_JSON, max_size=12).map(
    lambda node: {**node, "@type": "NewsArticle"}
)


def strings_of(metadata: Metadata) -> list[str]:
    values = [getattr(metadata, spec.name) for spec in fields(metadata) if spec.name != "article_body"]
    return [s for v in values for s in (v if isinstance(v, tuple) else (v,)) if isinstance(s, str)]


@settings(deadline=None)
@example({"@type": "NewsArticle"}, "0 ?", "og:image")
@given(
    ARTICLE | ANY_JSON,
    st.text(max_size=60),
    st.sampled_from(["og:title", "author", "date", "robots", "og:image", "keywords"]),
)
def test_any_page_is_survived(node: Any, content: str, name: str) -> None:
    tree = tree_of(json_ld=node)
    meta = html.Element("meta", name=name)
    meta.set("content", clean_line(content))
    tree.insert(0, meta)
    found = read_metadata(tree, url=URL, link=None, now=NOW)
    for text in strings_of(found):
        text.encode("utf-8")
        assert clean_line(text) == text
    assert set(found.origins) <= {spec.name for spec in fields(found)}


@pytest.mark.parametrize("depth", [500, 900, 5_000])
def test_deep_json_is_survived(depth: int) -> None:
    deep = "[" * depth + "]" * depth
    script = (
        '{"@type": "NewsArticle", "headline": "A", '
        + ", ".join(f'"{name}": {deep}' for name in NAMES.split()[3:])
        + "}"
    )
    tree = tree_of()
    element = tree.find(".//script")
    assert element is not None
    element.text = script
    read_metadata(tree, url=URL, link=None, now=NOW)
