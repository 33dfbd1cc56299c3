from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crawler import errors
from crawler.state.forgetting import Choice, Forgotten
from crawler.state.forgetting import forget as forget_rows
from crawler.state.values import FoundCounts

if TYPE_CHECKING:
    from crawler.items import Record
    from tests.state.conftest import Desk

ETAG = '"1"'


@pytest.fixture
def desk(any_desk: Desk) -> Desk:
    return any_desk


def forget(desk: Desk, choice: Choice) -> Forgotten:
    if desk.redis is None:
        return forget_rows(desk.folder, choice)
    from crawler.engines.connection import RedisServer
    from crawler.engines.forgetting import forget as forget_on_redis

    server = RedisServer(desk.redis)
    try:
        return forget_on_redis(server, choice)
    finally:
        server.close()


@pytest.fixture
def crawled(desk: Desk) -> Desk:
    """Two sites: each with two records and one URL that waits."""
    run = desk.open()
    for site in ("news", "paper"):
        run.record_poll(desk.poll(site, etag=ETAG), [desk.candidate(n, site) for n in range(3)])
        for row in run.take_waiting(site, 2):
            record = _record(desk, row.normalized_url)
            assert run.claim(record).state == "new"
            run.write(record, site, row.normalized_url)
        run.keep_site_memories({site: b"learned"})
    run.finish({})
    return desk


def _record(desk: Desk, key: str) -> Record:
    site, number = key.split(".example/")
    unique = int(number) + 100 * (site == "paper")
    return replace(desk.record(unique), normalized_url=key, requested_url=f"https://{key}?x")


def _written(desk: Desk, site: str) -> str:
    """Return the key of one of the site's written rows."""
    run = desk.open()
    waiting = {row.normalized_url for row in run.take_waiting(site, 9)}
    run.abort()
    return min({f"{site}.example/{n}" for n in range(3)} - waiting)


@pytest.mark.parametrize(
    ("choice", "urls", "records"),
    [
        pytest.param(Choice(site="news"), 3, 2, id="site"),
        pytest.param(Choice(before=datetime(2000, 1, 1, tzinfo=UTC)), 0, 0, id="long-ago"),
        pytest.param(Choice(before=datetime.now(UTC) + timedelta(days=1)), 4, 2 * 2, id="all-that-is-settled"),
        pytest.param(Choice(site="news", before=datetime(2000, 1, 1, tzinfo=UTC)), 0, 0, id="both-must-hold"),
    ],
)
def test_what_is_forgotten(crawled: Desk, choice: Choice, urls: int, records: int) -> None:
    assert forget(crawled, choice) == Forgotten(urls, records)
    assert forget(crawled, choice) == Forgotten(0, 0)


def test_a_site_that_the_state_does_not_know(crawled: Desk) -> None:
    with pytest.raises(errors.UsageError, match="no site “other”; it has news, paper"):
        forget(crawled, Choice(site="other"))


@pytest.mark.parametrize(
    ("choice", "is_kept"),
    [
        pytest.param(Choice(site="news"), False, id="the-site"),
        pytest.param(Choice(site="paper"), True, id="another"),
        pytest.param(Choice(site="news", before=datetime.now(UTC) + timedelta(days=1)), True, id="some-of-it"),
    ],
)
def test_with_a_site_goes_what_its_pages_repeat(crawled: Desk, choice: Choice, is_kept: bool) -> None:
    forget(crawled, choice)
    assert (crawled.open().site_memory("news") is not None) == is_kept


def test_a_forgotten_url_is_fetched_and_written_anew(crawled: Desk) -> None:
    key = _written(crawled, "news")
    record = _record(crawled, key)
    choice = Choice(url=f"https://{key}?x", key=key)
    assert forget(crawled, choice) == Forgotten(1, 1)
    run = crawled.open()
    source = run.source(crawled.poll().url)
    assert source is not None
    assert (source.etag, run.is_due(source.url, datetime(2000, 1, 1, tzinfo=UTC))) == (None, True)
    paper = run.source(crawled.poll("paper").url)
    assert paper is not None
    assert paper.etag == ETAG
    counts = run.record_poll(crawled.poll(), [crawled.candidate(n) for n in range(3)])
    assert counts == FoundCounts(1, 1, 0, 1)
    assert key in {row.normalized_url for row in run.take_waiting("news", 9)}
    assert run.claim(record).state == "new"
    run.write(record, "news", key)
    assert run.account()["news"].holds


def test_versions_go_on_after_it(crawled: Desk) -> None:
    """The output has the earlier ones still: no two records have one id and one version."""
    key = _written(crawled, "news")
    record = _record(crawled, key)
    for version in (2, 3):
        forget(crawled, Choice(url=f"https://{key}?x", key=key))
        run = crawled.open()
        run.record_poll(crawled.poll(), [crawled.candidate(n) for n in range(3)])
        run.take_waiting("news", 9)
        verdict = run.claim(record)
        assert (verdict.state, verdict.version, verdict.previous_text_hash) == ("new", version, record.text_hash)
        written = run.write(record, "news", key)
        run.finish({})
        assert (written["version"], written["previous_text_hash"]) == (version, record.text_hash)


def test_a_forgotten_page_may_have_an_earlier_text_of_its_own(crawled: Desk) -> None:
    """What stood there before its last version is no text of another."""
    key = _written(crawled, "news")
    first = _record(crawled, key)
    run = crawled.open()
    run.schedule_revisits("news", (3600,), datetime.now(UTC) + timedelta(hours=2))
    (row,) = [row for row in run.take_waiting("news", 9) if row.normalized_url == key]
    other = replace(first, text_hash=f"sha256:{999:064x}")
    assert run.claim(other, row).state == "changed"
    run.write(other, "news", key)
    run.finish({})
    forget(crawled, Choice(url=f"https://{key}?x", key=key))
    run = crawled.open()
    run.record_poll(crawled.poll(), [crawled.candidate(n) for n in range(3)])
    run.take_waiting("news", 9)
    verdict = run.claim(first)
    assert (verdict.state, verdict.version) == ("new", 3)
    run.write(first, "news", key)
    run.finish({})


def test_it_waits_for_no_run_that_is_at_work(crawled: Desk) -> None:
    run = crawled.open()
    run.take_waiting("news", 1)
    with pytest.raises((errors.LockHeld, errors.OutputError)):
        forget(crawled, Choice(site="news"))
