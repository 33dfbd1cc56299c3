"""The view's HTML file: everything is in it, nothing is loaded, nothing escapes its place."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from lxml import html as lxml_html

from crawler.items import Label, Record, Segment
from crawler.view.html import ViewOptions, view_html
from crawler.view.viewed import Viewed

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.html import HtmlElement


def parsed(document: str) -> HtmlElement:
    return lxml_html.document_fromstring(document.encode())


def test_every_block_has_label_score_and_reason(make_viewed: Callable[..., Viewed]) -> None:
    viewed = make_viewed()
    buttons = parsed(view_html([viewed], ViewOptions())).cssselect(".block")
    assert len(buttons) == len(viewed.record.segments)
    for button, segment in zip(buttons, viewed.record.segments, strict=True):
        assert button.get("data-label") == segment.label
        assert button.get("data-reason") == segment.reason
        words = button.text_content()
        assert words.startswith(segment.text)
        assert f"score {segment.score:.0%}" in words


def test_legend_counts_the_labels(make_viewed: Callable[..., Viewed]) -> None:
    viewed = make_viewed()
    chips = parsed(view_html([viewed], ViewOptions())).cssselect(".chips .chip")
    shown = {str(chip.get("data-label")): int(chip.cssselect("b")[0].text_content()) for chip in chips}
    assert shown == {str(share.label): share.blocks for share in viewed.shares}


def test_the_policy_admits_its_own_style_and_script_only(make_viewed: Callable[..., Viewed]) -> None:
    root = parsed(view_html([make_viewed()], ViewOptions(correct=True)))
    (policy,) = [meta.get("content") or "" for meta in root.cssselect("meta[http-equiv]")]
    for tag, words in (("style", "style-src"), ("script:not([type])", "script-src")):
        (element,) = root.cssselect(tag)
        digest = base64.b64encode(sha256((element.text or "").encode()).digest()).decode()
        assert f"{words} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_nothing_is_loaded(make_viewed: Callable[..., Viewed]) -> None:
    document = view_html([make_viewed()], ViewOptions())
    root = parsed(document)
    assert not root.cssselect("img, link, iframe, object, embed, base, form, [src], [style], [srcset]")
    assert not re.search(r"url\(|@import", document)
    assert not [name for element in root.iter("*") for name in element.attrib if name.startswith("on")]


def test_text_of_strangers_stays_text(ferry: Record, hostile: str) -> None:
    segment = Segment(Label.OTHER, hostile, hostile, 0.5, hostile)
    record = replace(
        ferry, title=hostile, url="javascript:alert(1)", site_name=hostile, authors=(hostile,), language=hostile,
        segments=(segment, replace(segment, text="lone \ud800 surrogate")), origins={"title": hostile},
    )  # fmt: skip
    document = view_html([Viewed(record), Viewed(record)], ViewOptions())
    root = parsed(document)
    assert len(root.cssselect("script")) == 1
    assert not root.cssselect("img")
    links = {link.get("href") or "" for link in root.cssselect("a")}
    assert all(link.startswith("#") for link in links)
    assert not [element for element in root.iter("*") if element.get("onerror")]


@pytest.mark.parametrize("hostile_html", ["</script><script>alert(1)</script>", "<!--<script>"], ids=["end", "comment"])
def test_a_page_that_travels_along_cannot_end_its_element(
    make_viewed: Callable[..., Viewed], hostile_html: str
) -> None:
    viewed = make_viewed()
    assert viewed.page is not None
    page = replace(viewed.page, html_text=hostile_html)
    root = parsed(view_html([Viewed(viewed.record, page)], ViewOptions(correct=True)))
    script, data = root.cssselect("script[type]")[0], root.cssselect("script")
    assert len(data) == 2
    assert json.loads(script.text or "")["heads"][0]["html_text"] == hostile_html


def test_links_are_followed_without_a_trace(make_viewed: Callable[..., Viewed]) -> None:
    root = parsed(view_html([make_viewed()], ViewOptions()))
    links = [link for link in root.cssselect("a") if (link.get("href") or "").startswith("http")]
    assert links
    assert all({"noreferrer", "noopener"} <= set((link.get("rel") or "").split()) for link in links)


def test_records_of_a_crawl_say_what_is_missing(make_viewed: Callable[..., Viewed]) -> None:
    document = view_html([make_viewed(whole=False)], ViewOptions(left_out=3))
    assert "not where on the page" in document
    assert "3 more records are not on this page" in document


def test_the_json_is_the_record(make_viewed: Callable[..., Viewed]) -> None:
    viewed = make_viewed()
    (pre,) = parsed(view_html([viewed], ViewOptions())).cssselect("pre.scrolls")
    assert json.loads(pre.text_content()) == json.loads(json.dumps(viewed.record.to_dict()))
