"""The report's HTML files."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from lxml import html as lxml_html

from crawler.report.gathering import summaries
from crawler.report.html import Neighbours, index_html, run_html
from crawler.report.run_files import RunFile
from crawler.report.summary import ReportOptions, RunSummary

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from tests.report.conftest import Desk

ALONE = Neighbours(None, None)


@pytest.fixture
def both(busy: Desk) -> list[RunSummary]:
    return list(summaries(busy.folder, busy.run_ids[::-1], ReportOptions()))


def parsed(document: str) -> HtmlElement:
    return lxml_html.document_fromstring(document.encode())


def ids_of(root: HtmlElement) -> set[str]:
    found = [element.get("id") or "" for element in root.iter("*") if element.get("id")]
    assert len(found) == len(set(found))
    return set(found)


def test_alarms_stand_before_everything_else(both: list[RunSummary]) -> None:
    headings = [heading.text_content() for heading in parsed(run_html(both[0], ALONE)).cssselect("h2")]
    assert headings[0] == "Alarms"


def test_every_link_within_leads_somewhere(both: list[RunSummary]) -> None:
    for summary in both:
        root = parsed(run_html(summary, ALONE))
        targets = {link.get("href") or "" for link in root.cssselect("a[href^='#']")}
        assert len(targets) > 10
        assert {target[1:] for target in targets} <= ids_of(root)


def test_the_indexs_links_lead_into_the_pages(both: list[RunSummary]) -> None:
    pages = {f"{s.run.run_id}.html": ids_of(parsed(run_html(s, ALONE))) for s in both}
    links = [link.get("href") or "" for link in parsed(index_html(both, 0)).cssselect("main a")]
    assert len(links) > 10
    for link in links:
        page, _, fragment = link.partition("#")
        assert not fragment or fragment in pages[page]


def test_every_number_of_the_account_is_a_link(both: list[RunSummary]) -> None:
    root = parsed(run_html(both[0], ALONE))
    for table in root.cssselect("#h-refusals + table"):
        table.drop_tree()  # links that were refused are counted, not kept
    numbers = [
        cell for cell in root.cssselect("dd, tbody td") if re.fullmatch(r"[1-9]\d*", cell.text_content().strip())
    ]
    assert len(numbers) > 10
    assert [cell.text_content() for cell in numbers if not cell.cssselect("a")] == []


def test_the_trend_is_told_in_words(both: list[RunSummary]) -> None:
    words = [svg.get("aria-label") for svg in parsed(run_html(both[0], ALONE)).cssselect("svg.spark")]
    assert words == ["new: 1, 1", "new: 2, 1"]


def test_names_of_strangers_stay_text(both: list[RunSummary]) -> None:
    name = '"><script>alert(1)</script>'
    run = both[0].run
    report = dict(run.report) | {"sites": {name: {**run.sites["de"], "alarms": [name]}}, "finish_reason": name}
    sites = (replace(both[0].sites[0], name=name, figures=report["sites"][name]),)
    odd = replace(both[0], run=RunFile(run.run_id, report), sites=sites)
    for document in (run_html(odd, ALONE), index_html([odd], 0)):
        root = parsed(document)
        assert len(root.cssselect("script")) == 1
        assert "alert" not in (root.cssselect("script")[0].text or "")


def test_pages_load_nothing(both: list[RunSummary]) -> None:
    for document in (run_html(both[0], ALONE), index_html(both, 4)):
        root = parsed(document)
        assert not root.cssselect("img, link, iframe, [src], [style]")
        assert (root.cssselect("meta[http-equiv]")[0].get("content") or "").startswith("default-src 'none'; ")
    assert "4 older runs have no page" in index_html(both, 4)
