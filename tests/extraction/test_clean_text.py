from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.extraction.clean_text import cap, clean_line, clean_text, strip_control_references

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        pytest.param("a\x00b\x07c", "abc", id="c0"),
        pytest.param("a\x80b\x9fc\x7f", "abc", id="c1-and-delete"),
        pytest.param("one\ttwo\nthree", "one\ttwo\nthree", id="tab-and-newline-stay"),
        pytest.param("one\r\ntwo\rthree\x0bfour\x85five", "one\ntwo\nthree\nfour\nfive", id="line-breaks"),
        pytest.param("a\ud800b", "ab", id="lone-surrogate"),
        pytest.param("\ud83d\ude00", "😀", id="surrogate-pair-joined"),
        pytest.param("a\ufffeb\uffffc\ufdd0d\U0001fffe", "abcd", id="noncharacters"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="joiner-stays"),
    ],
)
def test_clean_text(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


@given(ANY_TEXT)
def test_clean_text_leaves_only_what_can_be_written(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert clean_text(cleaned) == cleaned
    assert not [c for c in cleaned if unicodedata.category(c) == "Cc" and c not in "\n\t"]


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        pytest.param("  two\n lines\u00a0here ", "two lines here", id="white-space"),
        pytest.param("Heli\u00adkopter\u200bplatz", "Helikopterplatz", id="soft-hyphen-and-zero-width-space"),
        pytest.param("\ufeffTitle", "Title", id="byte-order-mark"),
        pytest.param("\u202eevil\u202c", "evil", id="direction-override"),
        pytest.param("a\u2028b", "a b", id="line-separator"),
        pytest.param("red\x1b[31m", "red[31m", id="terminal-escape"),
        pytest.param("\u200b \u00ad", "", id="nothing-visible"),
        pytest.param("a\U000e0069\U000e0067b\U000e007f", "ab", id="tag-characters"),
        pytest.param("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f", id="flag-of-a-region"),
    ],
)
def test_clean_line(dirty: str, clean: str) -> None:
    assert clean_line(dirty) == clean


@given(ANY_TEXT)
def test_clean_line_is_one_line(text: str) -> None:
    line = clean_line(text)
    assert len(line.splitlines()) <= 1
    assert clean_line(line) == line


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_cap_keeps_the_limit(text: str, limit: int) -> None:
    capped = cap(text, limit)
    assert len(capped) <= limit
    assert capped == text or capped.endswith("…")


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        pytest.param("a&#27;b&#x1B;c&#x1bd", "abc&#x1bd", id="longer-number-is-another-character"),
        pytest.param("a&#27b&#0;c&#000000000000;d", "abcd", id="without-semicolon-and-zeros"),
        pytest.param("&#xD800;&#57343;&#x110000;&#99999999999999999999;", "", id="surrogates-and-beyond-unicode"),
        pytest.param("10&#150;20 &#x93;quoted&#148;", "10–20 “quoted”", id="windows-1252"),
        pytest.param("a&#129;b", "ab", id="unused-in-windows-1252"),
        pytest.param("&#8364; &#x1F600; &#10;&#9;&amp;#27;", "&#8364; &#x1F600; &#10;&#9;&amp;#27;", id="others-stay"),
        pytest.param("&#&#27;27;", " ", id="hidden-in-another"),
    ],
)
def test_strip_control_references(dirty: str, clean: str) -> None:
    assert strip_control_references(dirty) == clean


@given(st.text("&#xX0123456789abAB;\x00\x1b<p>"))
def test_no_parser_sees_a_control_character(markup: str) -> None:
    tree = html.fromstring(f"<body><p>x {strip_control_references(markup)}</p></body>")
    text = tree.text_content()
    assert clean_text(text) == text.replace("\r", "\n")
