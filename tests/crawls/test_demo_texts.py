"""The demo's news web to the letter: what only an extraction without a fault gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.demo.expectations import DemoKind, DemoPage, expectations

if TYPE_CHECKING:
    from tests.crawls.conftest import DemoCrawl


def pages(*kinds: DemoKind) -> list[DemoPage]:
    return [page for page in expectations() if page.kind in kinds]


def page_id(page: DemoPage) -> str:
    return f"{page.kind}:{page.site}{page.url_path}"


@pytest.mark.parametrize("page", pages(DemoKind.ARTICLE, DemoKind.NEAR_COPY), ids=page_id)
def test_an_article_has_one_record_with_its_text(demo: DemoCrawl, page: DemoPage) -> None:
    assert page.article is not None
    record = demo.record_for(page)
    # A row of a table is one paragraph, its cells set apart; the expectation names each cell.
    assert record["text"].replace(" | ", "\n\n").split("\n\n") == page.article.expected_text.split("\n\n")


@pytest.mark.parametrize("page", pages(DemoKind.EXACT_COPY), ids=page_id)
def test_of_an_exact_copy_and_its_original_one_has_the_record(demo: DemoCrawl, page: DemoPage) -> None:
    assert page.original is not None
    rows = [row for row in (demo.row_of(page), demo.row_of(page.original)) if row is not None]
    assert sorted(row["state"] for row in rows) == ["duplicate", "new"]
    new, duplicate = sorted(rows, key=lambda row: str(row["state"]), reverse=True)
    assert duplicate["original_id"] == new["record_id"]
    assert len(demo.records_of(page)) + len(demo.records_of(page.original)) == 1


@pytest.mark.parametrize("page", pages(DemoKind.NOT_ARTICLE), ids=page_id)
def test_a_listing_is_no_article(demo: DemoCrawl, page: DemoPage) -> None:
    """One that no source listed as an article was not asked for at all: that is right too."""
    row = demo.row_of(page)
    assert demo.records_of(page) == []
    assert row is None or (row["state"], row["cause"]) == ("skipped", "not_article")
