"""`winnow state` as an operator meets it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.items import DiscoveredVia, Extraction, Link, Record, Status
from crawler.records.reader import read_records
from crawler.state.store import CrawlStore
from crawler.state.values import Candidate, Outcome, Poll

if TYPE_CHECKING:
    from tests.conftest import CommandLine, Inline

RUN = "20261122T104501Z-0000"
BEGAN = datetime(2026, 11, 22, 10, 45, 1, tzinfo=UTC)
NOW = "2026-11-22T10:45:01Z"
FEED = "https://news.example/feed"
RAW_TERMINAL = "a\x1b[31mb"


def _url(number: int) -> str:
    return f"https://news.example/{number}"


def _record(number: int) -> Record:
    return Record(
        id=f"{number:032x}", url=_url(number), requested_url=_url(number), normalized_url=_url(number),
        domain="news.example", text=f"Text {number}", text_hash=f"sha256:{number:064x}", fetched_at=NOW,
        extraction=Extraction(Status.OK, None, "model", {}),
    )  # fmt: skip


def _crawl(folder: Path, run_id: str = RUN) -> CrawlStore:
    """Find three URLs: one record, one failure, one that waits. The run is left open."""
    run = CrawlStore.open(folder, run_id, BEGAN)
    links = [Link(_url(number), DiscoveredVia.FEED, FEED) for number in range(3)]
    poll = Poll(FEED, "news", "feed", 200, '"1"', None, None, NOW)
    run.record_poll(poll, [Candidate(link, link.url, "news") for link in links])
    run.record_poll(Poll("https://[news]/x", RAW_TERMINAL, "feed", None, None, None, None, NOW, "http_failed"), [])
    rows = {row.url: row for row in run.take_waiting("news", 3)}
    if run.claim(_record(0)).state == "new":
        run.write(_record(0), "news", _url(0))
    run.settle(Outcome(_url(1), rows[_url(1)].url, "news", "failed", "http_refused"))
    run.park("slow.example", "2099-01-01T00:00:00Z", "http_failed")
    run.flush()
    return run


def _finish(run: CrawlStore) -> None:
    account = run.account()["news"]
    run.finish({"sites": {"news": {"found": account.found, "states": dict(account.states)}}})


@pytest.fixture
def output(tmp_path: Path) -> Path:
    folder = tmp_path / "output"
    _finish(_crawl(folder))
    return folder


@pytest.mark.usefixtures("output")
def test_show_as_tables(inline: Inline) -> None:
    ended = inline.run("state", "show")
    assert (ended.code, ended.err) == (0, "")
    text = ended.out.decode()
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "news new 1" in lines
    assert "news failed http_refused 1" in lines
    assert "Waiting: 1" in lines
    assert any(line.startswith(RUN[:10]) or RUN in line for line in lines)
    assert "slow.example http_failed 2099-01-01 00:00" in lines
    assert "\x1b" not in text


@pytest.mark.usefixtures("output")
def test_show_as_json(inline: Inline) -> None:
    seen = json.loads(inline.run("state", "show", "--json").out)
    first, second = sorted(seen["sources"], key=lambda source: str(source["site"]), reverse=True)
    assert (first["url"], first["http_status"], first["interval_seconds"], first["failures"]) == (FEED, 200, 3600, 0)
    assert (second["site"], second["cause"], second["ask_whole"]) == (RAW_TERMINAL, "http_failed", False)
    assert {"site": "news", "state": "failed", "cause": "http_refused", "urls": 1} in seen["ledger"]
    assert seen["waiting"] == 1
    (run,) = seen["runs"]
    assert (run["run_id"], run["started_at"], run["found"], run["new"], run["failed"]) == (RUN, NOW, 3, 1, 1)
    assert [host["host"] for host in seen["hosts"]] == ["slow.example"]


@pytest.mark.usefixtures("output")
def test_show_one_site(inline: Inline) -> None:
    seen = json.loads(inline.run("state", "show", "--json", "--site", "news").out)
    assert {source["site"] for source in seen["sources"]} == {"news"}
    assert len(seen["runs"]) == 1
    ended = inline.run("state", "show", "--site", "other")
    assert ended.code == 2
    assert "the state has no site “other”; it has a\\x1b[31mb, news" in ended.err


def test_show_while_a_run_is_at_work(winnow: CommandLine, inline: Inline, tmp_path: Path) -> None:
    with _crawl(tmp_path / "output"):
        ended = winnow.run("state", "show", "--json")
        assert ended.code == 0
        seen = json.loads(ended.out)
        assert seen["waiting"] == 1
        assert seen["runs"][0]["finished_at"] is None
        assert inline.run("state", "forget", "--site", "news").code == 75
        (tmp_path / "output" / "state.sqlite").rename(tmp_path / "elsewhere")
        (tmp_path / "output" / "state.sqlite-wal").rename(tmp_path / "elsewhere-wal")
        assert inline.run("state", "rebuild").code == 75


def test_show_leaves_everything_as_it_is(inline: Inline, output: Path) -> None:
    before = {path.name: path.read_bytes() for path in output.iterdir() if path.is_file()}
    inline.run("state", "show")
    assert {path.name: path.read_bytes() for path in output.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("word", ["show", "forget"])
def test_where_no_state_is(inline: Inline, word: str) -> None:
    more = ["--site", "news"] if word == "forget" else []
    ended = inline.run("state", word, *more)
    assert ended.code == 2
    assert "state.sqlite: no such file; name the folder of a crawl with --output" in ended.err
    assert list(inline.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        pytest.param(["--url", _url(0) + "?utm_source=x#top"], "forgot 1 URL, 1 record among them", id="url"),
        pytest.param(["--site", "news"], "forgot 3 URLs, 1 record among them", id="site"),
        pytest.param(["--before", "2000-01-01"], "forgot 0 URLs, 0 records among them", id="before"),
        pytest.param(["--before", "2099-01-01T00:00:00+02:00"], "forgot 2 URLs, 1 record among them", id="before-time"),
    ],
)
@pytest.mark.usefixtures("output")
def test_forget(inline: Inline, choice: list[str], said: str) -> None:
    ended = inline.run("state", "forget", *choice)
    assert (ended.code, ended.out) == (0, b"")
    assert said in ended.err


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        pytest.param([], "Say what to forget", id="nothing-named"),
        pytest.param(["--before", "last week"], "“last week” is no date", id="no-date"),
        pytest.param(["--site", "nwes"], "the state has no site “nwes”", id="no-site"),
        pytest.param(["--url", "mailto:a@b"], "mailto", id="no-page"),
    ],
)
def test_forget_with_a_wrong_choice(inline: Inline, output: Path, choice: list[str], said: str) -> None:
    before = (output / "state.sqlite").read_bytes()
    ended = inline.run("state", "forget", *choice)
    assert ended.code == 2
    assert said in ended.err
    assert (output / "state.sqlite").read_bytes() == before


def test_rebuild(inline: Inline, output: Path, tmp_path: Path) -> None:
    ended = inline.run("state", "rebuild")
    assert ended.code == 2
    assert "state.sqlite is there and is not overwritten: move it away" in ended.err

    (output / "state.sqlite").rename(tmp_path / "broken")
    assert "run `winnow state rebuild --output FOLDER`" in inline.run("state", "show").err
    (tmp_path / "sites.toml").write_text('[[site]]\nname = "news"\nurl = "https://news.example/"\n')
    ended = inline.run("state", "rebuild", "--sites", "sites.toml")
    assert (ended.code, ended.out) == (0, b"")
    assert ended.err == "output: rebuilt from 1 record in 1 file, 1 run report\n"
    with closing(sqlite3.connect(output / "state.sqlite")) as connection:
        assert connection.execute("SELECT site, state FROM ledger").fetchall() == [("news", "new")]
    run = _crawl(output, "20261122T120000Z-0000")
    states = run.account()["news"].states
    _finish(run)
    assert (states["known"], states["failed"], states["waiting"], states["new"]) == (1, 1, 1, 0)
    assert len(list(read_records(output))) == 1


def test_help_has_examples(inline: Inline) -> None:
    for word in ("show", "forget", "rebuild"):
        assert b"winnow state " + word.encode() in inline.run("state", word, "--help").out
