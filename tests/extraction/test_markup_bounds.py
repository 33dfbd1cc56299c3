"""Counts by tags, as a parser sees them; and trees of bounded depth that lose no text."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import NotHtml, PageTooLarge
from crawler.extraction.flat_tree import flat_tree, is_deeper
from crawler.extraction.markup_bounds import check_bounds, check_text
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import parse
from crawler.flow import record_or_status
from crawler.items import Page

SMALL = replace(DEFAULT_OPTIONS, max_elements=20, max_attributes=20, max_attributes_in_all=60)


def attributes(number: int) -> str:
    return " ".join(f"a{n}=1" for n in range(number))


@pytest.mark.parametrize(
    "markup",
    [
        "<b>x</b>" * 20,
        "<script>" + "'<p>'" * 100 + "</script>",
        "<STYLE>" + "<p>" * 100 + "</STYLE >",
        "<!-- " + "<p>" * 100 + " -->",
        "<svg>" + "<path d=x />" * 100 + "</svg>",
        f"<p {attributes(20)}>",
        '<p title="' + "a=1 " * 100 + '">',
        "<p title='" + "<b> " * 100 + "'>",
        "1 < 2 " * 100,
    ],
)
def test_within_bounds(markup: str) -> None:
    check_bounds(markup, SMALL)


@pytest.mark.parametrize(
    "markup",
    [
        "<b>x</b>" * 21,
        "<script></script>" * 21,
        f"<p {attributes(21)}>",
        f"<p {attributes(30)}",
        f'<p x="<" {attributes(30)}>',
        f'<p x=">" {attributes(30)}>',
        f"<p x='<a' {attributes(30)}>",
        f"<i {attributes(19)}></i>" * 4,
        "<p " + " ".join(f'a{n}=">"' for n in range(30)) + ">",
        "<p " + "".join(f'a{n}="x"' for n in range(30)) + ">",
        "<p/" + "/".join(f"a{n}" for n in range(30)) + ">",
        "<p " + "= ".join(f"a{n}" for n in range(50)) + ">",
    ],
)
def test_over_bounds(markup: str) -> None:
    with pytest.raises(PageTooLarge):
        check_bounds(markup, SMALL)


TAG_PIECES = st.sampled_from(
    ["<p", "<a ", " ", "/", "=", '"', "'", ">", "x", "a=1 ", 'b="c"', "<script>", "</script>", "<!--", "-->"]
)


@settings(max_examples=300)
@given(st.lists(TAG_PIECES, max_size=60).map("".join))
def test_the_quick_look_never_lets_through_what_counting_refuses(markup: str) -> None:
    tight = replace(DEFAULT_OPTIONS, max_elements=2, max_attributes=3, max_attributes_in_all=6)
    with patch("crawler.extraction.markup_bounds._is_small", return_value=False):
        try:
            check_bounds(markup, tight)
        except PageTooLarge:
            counted = True
        else:
            counted = False
    if counted:
        with pytest.raises(PageTooLarge):
            check_bounds(markup, tight)


@pytest.mark.parametrize("bait", ['<a x="', "<!-", "<script", "<a b='", "<", "<a =", '<a x="y" ', "<svg><", "</title"])
def test_time_grows_with_the_markup_and_no_faster(bait: str) -> None:
    started = time.process_time()
    with contextlib.suppress(PageTooLarge):
        check_bounds(bait * (2_000_000 // len(bait)), DEFAULT_OPTIONS)
    assert time.process_time() - started < 10


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(NotHtml):
        check_text(bytes(n * 7919 % 256 for n in range(5_000)).decode("cp1252", "replace"))
    check_text("Ein Satz.\n\tNoch einer.\r\n" * 100)
    check_text("Ein Satz, in dem am Ende zwei Zeichen nicht gut sind, eines so und das andere so: \x00 \ufffd. " * 100)


@pytest.mark.parametrize("tag", ["div", "section", "span", "b", "blockquote", "ul><li", "table><tr><td"])
@pytest.mark.parametrize("levels", [130, 3_000, 20_000])
def test_depth_hides_no_text(tag: str, levels: int) -> None:
    opened = f"<{tag}>" * levels
    tree = parse(
        f"<html><body>{opened}<p>innermost</p></div></span></b></li>tail<p>after</p></body></html>", DEFAULT_OPTIONS
    )
    text = tree.text_content()
    assert "innermost" in text
    assert "tail" in text
    assert "after" in text
    assert not is_deeper(tree, DEFAULT_OPTIONS.max_depth)


def test_what_only_wraps_is_left_out() -> None:
    tree = flat_tree("<body><div><div><div><p>a</p><p>b</p></div></div></div><p>c</p></body>", 40)
    assert [p.text for p in tree.iter("p")] == ["a", "b", "c"]
    assert len(tree.findall(".//div")) == 1


def test_what_a_template_left_in_a_tag_is_no_name() -> None:
    tree = flat_tree("<body><div><p {{#if}} {}=1 {a}b=2 class=x>a</p><i.x&&n\"'.y z&=1>b</div></body>", 40)
    assert [dict(p.attrib) for p in tree.iter("p")] == [{"class": "x"}]
    assert tree.text_content() == "ab"


TAGS = "<div> </div> <p> </p> <b> </b> <table> <td> </table> <li> <ul> </ul> <script> </script> <!-- -->".split()
ODD = [
    "<meta charset=idna>",
    '<script type="application/ld+json">{"@type":',
    "&#27;",
    "&#xD800;",
    "\x00",
    "<title>",
    "<svg>",
]
pieces = st.sampled_from(TAGS) | st.text("abc xyz", min_size=1, max_size=6)
documents = st.lists(pieces | st.sampled_from(ODD), max_size=40).map(lambda found: "".join(found).encode())


@settings(deadline=None)
@given(st.lists(pieces, max_size=60).map("".join), st.integers(3, 8))
def test_a_flat_tree_has_the_text_of_the_deep_one(markup: str, depth: int) -> None:
    markup = f"<html><body>x {markup}"
    deep = parse(markup, DEFAULT_OPTIONS)
    flat = flat_tree(markup, depth)
    assert "".join(flat.text_content().split()) == "".join(deep.text_content().split())
    assert not is_deeper(flat, depth)


@settings(deadline=None, max_examples=30)  # the first page loads the models
@given(st.binary(max_size=200) | documents, st.sampled_from([None, "text/html; charset=utf-7", "text/html"]))
def test_any_bytes_give_a_record_or_a_status(body: bytes, content_type: str | None) -> None:
    record = record_or_status(Page(body, url="https://news.example/a", content_type=content_type))
    assert record.text.isprintable() or "\n" in record.text
