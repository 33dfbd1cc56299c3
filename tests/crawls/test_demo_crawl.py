"""The demo's news web, crawled by `winnow crawl`: every page's expectation, and what lies in the folder."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pytest

from crawler import read_records
from crawler.demo.expectations import DemoKind, DemoPage, expectations
from crawler.urls import normalized_url

if TYPE_CHECKING:
    from tests.crawls.conftest import DemoCrawl

PROSE_CHARS = 130
"""Blocks from this length on are paragraphs of prose: no heading, list entry or cell."""


def pages(*kinds: DemoKind) -> list[DemoPage]:
    return [page for page in expectations() if page.kind in kinds]


def page_id(page: DemoPage) -> str:
    return f"{page.kind}:{page.site}{page.url_path}"


def test_the_run_succeeds(demo: DemoCrawl) -> None:
    assert (demo.first.code, demo.first.out) == (0, b"")
    assert demo.report["finish_reason"] == "finished"


@pytest.mark.parametrize("page", pages(DemoKind.ARTICLE, DemoKind.NEAR_COPY), ids=page_id)
def test_an_article_has_one_record_with_the_prose_of_its_body(demo: DemoCrawl, page: DemoPage) -> None:
    record = demo.record_for(page)
    assert page.article is not None
    prose = [block for block in page.article.expected_text.split("\n\n") if len(block) >= PROSE_CHARS]
    kept = record["text"].split("\n\n")
    assert [block for block in kept if block in prose] == prose


def test_duplicates_name_a_record_that_is_there(demo: DemoCrawl) -> None:
    ids = {record["id"] for record in demo.records}
    duplicates = [row for row in demo.ledger.values() if row["state"] == "duplicate"]
    assert duplicates
    assert {row["original_id"] for row in duplicates} <= ids
    assert not {row["record_id"] for row in duplicates} & ids


@pytest.mark.parametrize("page", pages(DemoKind.ALIAS), ids=page_id)
def test_an_alias_has_none_of_its_own(demo: DemoCrawl, page: DemoPage) -> None:
    assert page.original is not None
    assert demo.row_of(page) == demo.row_of(page.original)
    assert len(demo.records_of(page)) <= 1
    assert demo.asked_at_first[demo.server.url(page)] + demo.asked_at_first[demo.server.url(page.original)] == 1


@pytest.mark.parametrize(
    ("kind", "state", "cause"),
    [
        (DemoKind.CONSENT_PAGE, "skipped", "consent_page"),
        (DemoKind.MISSING, "failed", "http_refused"),
        (DemoKind.ROBOTS_DISALLOWED, "skipped", "robots_disallowed"),
    ],
)
def test_what_is_no_article_has_its_cause(demo: DemoCrawl, kind: DemoKind, state: str, cause: str) -> None:
    for page in pages(kind):
        row = demo.row_of(page)
        assert demo.records_of(page) == [], page_id(page)
        assert row is not None
        assert (row["state"], row["cause"]) == (state, cause), page_id(page)


def test_what_robots_forbids_was_never_asked_for(demo: DemoCrawl) -> None:
    for page in pages(DemoKind.ROBOTS_DISALLOWED):
        assert demo.asked_in_all[demo.server.url(page)] == 0


def test_nothing_is_in_the_ledger_that_no_page_stands_for(demo: DemoCrawl) -> None:
    assert set(demo.ledger) <= {normalized_url(demo.server.url(page)) for page in expectations()}


def test_every_line_is_a_record_of_the_schema(demo: DemoCrawl, schema_of_records: Any) -> None:
    for record in demo.records:
        schema_of_records.validate(record)
    assert len({record["id"] for record in demo.records}) == len(demo.records)
    assert len({record["text_hash"] for record in demo.records}) == len(demo.records)


def test_the_report_says_what_the_files_say(demo: DemoCrawl) -> None:
    rows = Counter((row["site"], row["state"]) for row in demo.ledger.values())
    for name, account in demo.report["sites"].items():
        assert account["holds"]
        assert account["accepted"] == sum(account["states"].values())
        assert account["found"] == account["accepted"] + account["refused"]
        for state, number in account["states"].items():
            assert rows[name, state] == number
    assert sum(site["states"]["new"] for site in demo.report["sites"].values()) == len(demo.records)
    assert {record["run_id"] for record in demo.records} == {demo.report["run_id"]}


def test_a_second_run_finds_nothing_new(demo: DemoCrawl) -> None:
    assert demo.second.code == 0
    assert demo.records_after_second == demo.records
    for page in expectations():
        url = demo.server.url(page)
        assert demo.asked_in_all[url] == demo.asked_at_first[url] or page.url_path == "/"


def test_pages_are_asked_for_once(demo: DemoCrawl) -> None:
    assert {url: n for url, n in demo.asked_at_first.items() if n > 1} == {}


def test_the_public_reader_reads_the_folder(demo: DemoCrawl) -> None:
    assert [record.to_dict() for record in read_records(demo.output)] == demo.records


def test_duckdb_reads_the_folder(demo: DemoCrawl) -> None:
    query = f"SELECT id, title, language, length(text), len(boilerplate) FROM '{demo.output}/records/**/*.jsonl'"
    with duckdb.connect() as connection:
        rows = connection.execute(query).fetchall()
    assert {row[0] for row in rows} == {record["id"] for record in demo.records}
    assert {row[2] for row in rows} >= {"de", "en", "fr"}


def test_pandas_reads_the_folder(demo: DemoCrawl) -> None:
    files = sorted(demo.output.glob("records/*/*.jsonl"))
    frame = pd.concat([pd.read_json(file, lines=True) for file in files])
    assert sorted(frame["id"]) == sorted(record["id"] for record in demo.records)
    assert frame["text"].str.len().min() > 0
