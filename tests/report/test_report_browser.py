"""The report in a real browser, from disk: numbers lead to URLs, and the page can be used by all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crawler.report.gathering import summaries
from crawler.report.html import Neighbours, index_html, run_html
from crawler.report.summary import ReportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Browser
    from tests.report.conftest import Desk

pytestmark = pytest.mark.browser


@pytest.fixture
def pages(busy: Desk, tmp_path: Path) -> Path:
    later, earlier = summaries(busy.folder, busy.run_ids[::-1], ReportOptions())
    (tmp_path / f"{later.run.run_id}.html").write_text(run_html(later, Neighbours(earlier.run.run_id, None)))
    (tmp_path / f"{earlier.run.run_id}.html").write_text(run_html(earlier, Neighbours(None, later.run.run_id)))
    (tmp_path / "index.html").write_text(index_html([later, earlier], 0))
    return tmp_path


def test_a_number_leads_to_its_urls(browser: Browser, pages: Path, busy: Desk) -> None:
    page = browser.open(pages / "index.html")
    page.locator("td a[href$='all-state-failed']").first.click()
    failed: Any = page.locator("#all-state-failed")
    assert failed.locator("a").is_visible()
    assert failed.locator("a").get_attribute("href") == busy.key("de/4")
    page.locator("summary").filter(has_text="failed").first.click()
    assert not failed.locator("a").is_visible()
    page.locator("a[href='#all-state-failed']").first.click()
    assert failed.locator("a").is_visible()
    page.locator("[rel=prev]").click()
    assert "2026-11-20" in page.locator("h1").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 390], ids=["desktop", "phone"])
@pytest.mark.parametrize("which", ["index", "run"])
def test_everyone_can_use_it(browser: Browser, pages: Path, busy: Desk, which: str, width: int, scheme: str) -> None:
    name = "index" if which == "index" else busy.run_ids[-1]
    page = browser.open(pages / f"{name}.html", width=width, scheme=scheme)
    for details in page.locator("details").all():
        details.locator("summary").click()
    browser.check(page)
