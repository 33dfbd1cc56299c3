"""A good part of the hostile cases, through the real commands with shorter bounds.

All of them, with the bounds that ship: `python -m tests.benchmarks.hostile crawl` and `scrape`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.crawls.hostile import judge, run
from tests.crawls.hostile.server import HostileServer
from tests.crawls.hostile.table import CASES, CRAWLED, SCRAPED

if TYPE_CHECKING:
    from tests.crawls.hostile.case import Case


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with HostileServer(CASES) as server:
        yield server


@pytest.fixture(scope="module")
def crawled(server: HostileServer, tmp_path_factory: pytest.TempPathFactory) -> run.HostileRun:
    return run.crawl(server, CRAWLED, tmp_path_factory.mktemp("crawl"))


@pytest.fixture(scope="module")
def scraped(server: HostileServer, tmp_path_factory: pytest.TempPathFactory) -> run.HostileRun:
    return run.scrape(server, SCRAPED, tmp_path_factory.mktemp("scrape"))


@pytest.mark.parametrize("case", CRAWLED, ids=lambda case: f"{case.family}-{case.name}")
def test_crawl(case: Case, crawled: run.HostileRun, server: HostileServer) -> None:
    assert judge.faults_of_crawl(case, crawled, server) == []


@pytest.mark.parametrize("case", SCRAPED, ids=lambda case: f"{case.family}-{case.name}")
def test_scrape(case: Case, scraped: run.HostileRun, server: HostileServer) -> None:
    assert judge.faults_of_scrape(case, scraped, server) == []


def test_nothing_inside_was_asked(crawled: run.HostileRun, scraped: run.HostileRun, server: HostileServer) -> None:
    assert (crawled.code, scraped.code) == (3, 3)
    assert server.canary_hits == []


def test_lines_and_logs_can_be_read_by_anyone(
    crawled: run.HostileRun, scraped: run.HostileRun, schema_of_records: Any
) -> None:
    lines = scraped.out.decode().splitlines()
    assert len(lines) == len(scraped.out.split(b"\n")) - 1
    for line in lines:
        schema_of_records.validate(json.loads(line))
        assert line.isprintable()
    for words in (crawled.err, scraped.err):
        assert all(line.isprintable() for line in words.split("\n"))
        assert "Traceback" not in words


def test_each_article_once(crawled: run.HostileRun) -> None:
    ids = Counter(outcome.record["id"] for outcome in crawled.pages.values() if outcome.record)
    assert [number for number in ids.values() if number > 1] == []
