"""Copies on a real crawl: bytes that are known are not read again, near-duplicates are marked or dropped."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from crawler.urls import normalized_url, record_id

if TYPE_CHECKING:
    from tests.conftest import Bench, CommandLine, Inline, Web

ADDED = (
    "<p>This report came from an agency and was shortened by the desk of this paper, which added a line of its own.</p>"
)
OTHER = """<p>Snow closed the pass for the third time in a week, and the road crew has asked drivers to turn back at
the last village before dark.</p><p>A bus with eleven passengers stood at the upper bend for two hours until a plough
came through from the southern side; nobody was hurt.</p><p>The forecast speaks of clearing skies by Thursday, when the
railway wants to run its first train over the summit line again.</p>"""


@pytest.fixture
def paper(web: Web, bench: Bench) -> Web:
    """A story, its bytes at another address, a print page that names it, and a copy with a paragraph more."""
    page = bench.page_of(1)
    web.add("/story/1", page)
    web.add("/copies/1", page)
    web.add("/near/1", page.replace("</article>", f"{ADDED}</article>"))
    canonical = f'<link rel="canonical" href="{web.url}/story/1">'
    web.add("/print/1", page.replace("</article>", f"{ADDED}</article>").replace("<head>", f"<head>{canonical}"))
    begin, _, end = page.partition("<p>")
    web.add("/story/2", f"{begin}{OTHER}{end[end.rindex('</article>') :]}")
    return web


def _feed(bench: Bench, web: Web, *paths: str) -> None:
    web.add("/feed.xml", bench.feed_of(web, [*paths]), "application/rss+xml")


def _crawl(winnow: CommandLine, bench: Bench, web: Web, more: str = "") -> dict[str, dict[str, Any]]:
    """Run once; return the ledger by path."""
    bench.sites_toml(winnow.folder, web, more=more)
    ended = winnow.run("crawl", "--workers", 1, "-o", "out", "--allow-address", web.allow)
    assert ended.code == 0, ended.err
    with closing(sqlite3.connect(winnow.folder / "out" / "state.sqlite")) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute("SELECT * FROM ledger").fetchall()
    return {row["url"].removeprefix(web.url): dict(row) for row in rows}


def test_copies_of_what_was_written_before(winnow: CommandLine, inline: Inline, bench: Bench, paper: Web) -> None:
    _feed(bench, paper, "/story/1")
    _crawl(winnow, bench, paper)
    _feed(bench, paper, "/story/1", "/story/2", "/copies/1", "/near/1", "/print/1")
    rows = _crawl(winnow, bench, paper)
    story = record_id(normalized_url(f"{paper.url}/story/1"))
    assert (rows["/copies/1"]["state"], rows["/copies/1"]["original_id"]) == ("duplicate", story)
    assert rows["/copies/1"]["detail"] == "the same bytes"
    assert (rows["/print/1"]["state"], rows["/print/1"]["detail"]) == ("duplicate", "")
    lines = {line["url"].removeprefix(paper.url): line for line in bench.written(winnow.folder / "out")}
    assert lines.keys() == {"/story/1", "/story/2", "/near/1"}
    near = lines["/near/1"]
    assert (near["duplicate_of"], near["duplicate_cluster_id"]) == (story, min(story, near["id"]))
    assert 0.7 < near["similarity"] < 1
    assert lines["/story/2"]["duplicate_of"] is None
    shown = inline.run("clusters", "-o", "out")
    assert "1 cluster of 4 articles" in shown.err
    # A third run finds nothing to do: every copy is known by its URL.
    assert {row["state"] for row in _crawl(winnow, bench, paper).values()} <= {"new", "duplicate"}
    assert len(bench.written(winnow.folder / "out")) == 3


def test_near_duplicates_can_be_dropped(winnow: CommandLine, bench: Bench, paper: Web) -> None:
    _feed(bench, paper, "/story/1")
    _crawl(winnow, bench, paper, 'near_duplicates = "drop"\n')
    _feed(bench, paper, "/story/1", "/near/1", "/story/2")
    rows = _crawl(winnow, bench, paper, 'near_duplicates = "drop"\n')
    story = record_id(normalized_url(f"{paper.url}/story/1"))
    assert (rows["/near/1"]["state"], rows["/near/1"]["original_id"]) == ("duplicate", story)
    assert 0.7 < rows["/near/1"]["similarity"] < 1
    assert {line["url"] for line in bench.written(winnow.folder / "out")} == {
        f"{paper.url}/story/1", f"{paper.url}/story/2",
    }  # fmt: skip
