"""Blocks: what is one, where it stands, and that no text is lost or glued."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import PageTooLarge
from crawler.extraction.blocks import BlockTree, split_text, split_tree
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import parse
from crawler.extraction.read_page import read_page
from crawler.items import BlockKind, Page


def blocks_of(body: str) -> BlockTree:
    return split_tree(parse(f"<html><body>{body}</body></html>", DEFAULT_OPTIONS))


def texts(body: str) -> list[str]:
    return [block.text for block in blocks_of(body).blocks]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>One.</p><p>Two.</p>", ["One.", "Two."]),
        ("<p>One <b>bold</b> word.</p>", ["One bold word."]),
        ("<p>Ta<b>ke</b>n apart</p>", ["Taken apart"]),
        ("<p><span>H</span>e went</p>", ["He went"]),
        ("<ul><li><a>One</a><a>Two</a></li></ul>", ["One Two"]),
        ("<div>before<p>inside</p>after</div>", ["before", "inside", "after"]),
        ("<p>line<br>break</p>", ["line break"]),
        ("<p>one<br><br>two</p>", ["one", "two"]),
        ("<p>a</p><script>var x = 1</script><style>p {}</style><p>b</p>", ["a", "b"]),
        ("<p>a<!-- no --> b</p>", ["a b"]),
        ("<p>soft\u00adhyphen and\u00a0no-break\u200b</p>", ["softhyphen and no-break"]),
        ("<p>***</p><p>word</p>", ["word"]),
        ("<p>x<template><b>hidden</b></template>y</p>", ["x y"]),
        ("<custom-box>mine</custom-box>", ["mine"]),
    ],
)
def test_runs_of_inline_text(body: str, expected: list[str]) -> None:
    assert texts(body) == expected


def test_a_body_without_a_body_element() -> None:
    assert [b.text for b in split_tree(parse("just words", DEFAULT_OPTIONS)).blocks] == ["just words"]


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("<h2>Head</h2><p>text</p>", [BlockKind.HEADING, BlockKind.PARAGRAPH]),
        ("<ul><li>x</li><li><p>y</p></li></ul>", [BlockKind.LIST_ITEM] * 2),
        ("<blockquote><p>said</p></blockquote>", [BlockKind.QUOTE]),
        ("<table><tr><td>1</td><th>2</th></tr></table>", [BlockKind.TABLE] * 2),
        ("<pre>code</pre>", [BlockKind.CODE]),
        ("<figure><figcaption>seen</figcaption></figure>", [BlockKind.CAPTION]),
        ("<li><h3>teaser</h3><p>more</p></li>", [BlockKind.HEADING, BlockKind.LIST_ITEM]),
    ],
)
def test_kinds(body: str, kinds: list[BlockKind]) -> None:
    assert [b.kind for b in blocks_of(body).blocks] == kinds


def test_xpaths_are_those_of_lxml() -> None:
    root = parse("<body><div><p>a</p><p>b<p>c</div><section><div>d</div></section></body>", DEFAULT_OPTIONS)
    tree = split_tree(root)
    for block in tree.blocks:
        found = root.getroottree().xpath(block.xpath)
        assert isinstance(found, list)
        assert len(found) == 1
        assert block.text in " ".join(found[0].itertext())


def test_links_and_emphasis_are_counted() -> None:
    block = blocks_of('<p>See <a href="/x">this page</a> and <strong>that</strong>.</p>').blocks[0]
    assert (block.linked_chars, block.emphasised_chars, block.hrefs) == (9, 4, ("/x",))
    assert 0 < block.link_density < 1


def test_a_link_round_blocks_reaches_them_all() -> None:
    blocks = blocks_of('<a href="/story"><h3>Title</h3><p>Teaser</p></a><p>free</p>').blocks
    assert [b.hrefs for b in blocks] == [("/story",), ("/story",), ()]
    assert [b.link_density for b in blocks] == [1.0, 1.0, 0.0]


def test_containers_lead_to_the_root() -> None:
    tree = blocks_of('<div class="articleBody main-text"><section id="newsletter"><p>Sign up</p></section></div>')
    tags = [c.tag for c in tree.enclosing(tree.blocks[0])]
    words = [c.words for c in tree.enclosing(tree.blocks[0])]
    assert tags == ["p", "section", "div", "body"]
    assert words[1] == ("newsletter",)
    assert words[2] == ("article", "body", "main", "text")


def test_a_form_says_what_it_asks_for() -> None:
    tree = blocks_of(
        '<form class="box"><p>Stay in touch</p><input type="hidden" name="token"><input type="email" name="mail">'
        '<input name="your_company"><textarea name="note"></textarea><input type="submit"></form>'
    )
    (form,) = [container for container in tree.containers if container.tag == "form"]
    assert form.words == ("email field", "company field", "textarea field", "box")


def test_plain_text_lines() -> None:
    tree = split_text("First line.\n\n- a bullet\n***\n  Last  line ")
    assert [(b.text, b.xpath, b.kind) for b in tree.blocks] == [
        ("First line.", "line[1]", BlockKind.PARAGRAPH),
        ("- a bullet", "line[3]", BlockKind.LIST_ITEM),
        ("Last line", "line[5]", BlockKind.PARAGRAPH),
    ]


def test_deep_nesting_is_walked_without_recursion() -> None:
    depth = 1_500
    assert texts("<div>" * depth + "deep" + "</div>" * depth) == ["deep"]


MARKUP = st.recursive(
    st.sampled_from(["word ", "<br>", "<b>bold</b>", "<a href='/x'>link</a>", "<script>no</script>", " "]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(["p", "div", "ul", "li", "span", "em", "section", "td", "h2", "blockquote"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("page", [Page(b"<p>a<p>b<p>c<p>d"), Page(b"a\nb\n\nc\nd", plain_text=True)])
def test_a_page_of_too_many_blocks(page: Page) -> None:
    with pytest.raises(PageTooLarge, match="4 blocks of text, the cap is 3"):
        read_page(page, replace(DEFAULT_OPTIONS, max_blocks=3))
    assert len(read_page(page, replace(DEFAULT_OPTIONS, max_blocks=4)).segments) == 4


@given(MARKUP)
def test_every_visible_word_is_in_one_block_in_order(markup: str) -> None:
    visible = re.findall(r"word|bold|link", re.sub(r"<script>no</script>", "", markup))
    found = re.findall(r"word|bold|link", "".join(texts(markup)))
    assert found == visible
    for block in blocks_of(markup).blocks:
        assert block.text == " ".join(block.text.split())
        assert 0 <= block.link_density <= 1


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<ruby>橋<rt>はし</rt></ruby>が<ruby>閉<rt>へい</rt>鎖<rt>さ</rt></ruby>された", "橋が閉鎖された"),
        ("<ruby>弾劾<rp>（</rp><rt>だん<b>がい</b></rt><rp>）</rp></ruby>を", "弾劾（だんがい）を"),
    ],
)
def test_readings_above_words(markup: str, text: str) -> None:
    assert [block.text for block in split_tree(parse(f"<p>{markup}</p>", DEFAULT_OPTIONS)).blocks] == [text]
