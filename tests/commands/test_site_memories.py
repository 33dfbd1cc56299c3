"""Site memory on the command line: `winnow extract --site-memory`, `winnow state show --site` and `forget`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.flow import record_of
from crawler.items import DiscoveredVia, Label, Link, Page
from crawler.site_learning import SiteLearning
from crawler.site_memory.storage import read_memories, write_memories
from crawler.state.store import CrawlStore
from crawler.state.values import Candidate, Poll
from tests.site_memory.small_site import FOOTER, article

if TYPE_CHECKING:
    from tests.conftest import CommandLine, Inline

PAGES = 5


@pytest.fixture(scope="module")
def memory() -> bytes:
    """What five pages teach."""
    learning = SiteLearning(lambda _: None, len(Label))
    for number in range(PAGES):
        url = f"https://news.example/{number}"
        record = record_of(Page(article(number), url=url, site_memory=learning.snapshot("news")))
        learning.learn("news", record.site_observation)
    return learning.unsaved()["news"]


def page_list(folder: Path) -> Path:
    path = folder / "pages.jsonl"
    lines = [{"url": f"https://news.example/{n}", "html_text": article(n).decode()} for n in range(PAGES)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_the_first_page_too_is_read_with_what_the_others_repeat(winnow: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "sites.jsonl"
    ended = winnow.run("extract", page_list(tmp_path), "--site-memory", path)
    assert ended.code == 0, ended.err
    records = [json.loads(line) for line in ended.out.splitlines()]
    assert [record["url"] for record in records] == [f"https://news.example/{n}" for n in range(PAGES)]
    footers = [b for record in records for b in record["boilerplate"] if b["text"] == FOOTER]
    assert len(footers) == PAGES
    assert all("stands on 4 of 4 other pages of this site" in footer["reason"] for footer in footers)
    assert list(read_memories(path)) == ["news.example"]
    again = winnow.run("extract", page_list(tmp_path), "--site-memory", path)
    assert again.out == ended.out


def test_a_file_that_is_no_memory(inline: Inline, tmp_path: Path) -> None:
    (tmp_path / "sites.jsonl").write_text("{}\n", encoding="utf-8")
    ended = inline.run("extract", page_list(tmp_path), "--site-memory", "sites.jsonl")
    assert (ended.code, ended.out) == (2, b"")
    assert "sites.jsonl, line 1: no site memory" in ended.err


@pytest.mark.parametrize(("place", "words"), [("none/sites.jsonl", "its folder is missing"), (".", "is a folder")])
def test_a_place_where_no_memory_can_be(inline: Inline, tmp_path: Path, place: str, words: str) -> None:
    ended = inline.run("extract", page_list(tmp_path), "--site-memory", place)
    assert (ended.code, ended.out) == (2, b"")
    assert words in ended.err


@pytest.fixture
def output(tmp_path: Path, memory: bytes) -> Path:
    folder = tmp_path / "output"
    run = CrawlStore.open(folder, "20261122T104501Z-0000", datetime(2026, 11, 22, 10, 45, 1, tzinfo=UTC))
    link = Link("https://news.example/1", DiscoveredVia.FEED, "https://news.example/feed")
    poll = Poll("https://news.example/feed", "news", "feed", 200, None, None, None, "2026-11-22T10:45:01Z")
    run.record_poll(poll, [Candidate(link, link.url, "news")])
    run.keep_site_memories({"news": memory})
    assert (run.site_memory("news"), run.site_memory("other")) == (memory, None)
    run.finish({"sites": {}})
    return folder


@pytest.mark.usefixtures("output")
def test_what_was_learned_is_shown_and_forgotten(inline: Inline) -> None:
    shown = inline.run("state", "show", "--site", "news")
    assert f"Site memory: {PAGES} articles" in shown.out.decode()
    assert FOOTER in shown.out.decode()
    as_object = json.loads(inline.run("state", "show", "--site", "news", "--json").out)["site_memory"]
    assert as_object["articles"] == PAGES
    assert {"text": FOOTER, "share": 1.0} in [{k: text[k] for k in ("text", "share")} for text in as_object["texts"]]
    assert inline.run("state", "forget", "--url", "https://news.example/1").code == 0
    assert inline.run("state", "forget", "--site", "news").code == 0
    run = CrawlStore.open(Path("output"), "20261122T104502Z-0000", datetime(2026, 11, 22, 10, 45, 2, tzinfo=UTC))
    assert run.site_memory("news") is None
    run.abort()


def test_memories_in_a_file_are_those_of_the_state(tmp_path: Path, memory: bytes) -> None:
    write_memories(tmp_path / "sites.jsonl", {"news": memory})
    assert read_memories(tmp_path / "sites.jsonl") == {"news": memory}
