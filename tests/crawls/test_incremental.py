"""Runs one after another over a site that publishes, revises and loses articles, as its server sees them."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Answer, Bench, CommandLine, Ended, Handler, Web

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=6)


@dataclass
class Paper:
    """A site with home page, feed and sitemap that answer conditional requests, and articles that change."""

    web: Web
    bench: Bench
    winnow: CommandLine
    revisions: dict[int, int] = field(default_factory=dict)
    """Article -> how often it was revised; in order of publication."""
    asked: list[tuple[str, int, bool]] = field(default_factory=list)
    """Path, status and whether the request was conditional."""
    dated: Counter[int] = field(default_factory=Counter)
    """Article -> changes that leave the text as it is."""

    def publish(self, *numbers: int) -> None:
        for number in numbers:
            self.revisions[number] = 0
            self.web.answers[f"/story/{number}"] = self._answer(lambda n=number: self._page(n))
        self.web.answers["/feed.xml"] = self._answer(self._feed, "application/rss+xml")
        self.web.answers["/sitemap.xml"] = self._answer(self._sitemap, "application/xml")
        robots = f"User-agent: *\nDisallow: /private/\nSitemap: {self.web.url}/sitemap.xml\n"
        self.web.add("/robots.txt", robots, "text/plain")
        self.web.answers["/"] = self._answer(self._home)

    def crawl(self, *more: str) -> tuple[Ended, dict[str, Any], Counter[tuple[str, int]]]:
        """Run once; return how it ended, the site's account, and the requests by kind and status.

        Each in a second of its own: names of runs are in order by seconds, and a lastmod is later by one.
        """
        time.sleep(1 - time.time() % 1)
        self.asked.clear()
        path = self.winnow.folder / "sites.toml"
        path.write_text(f'[[site]]\nname = "paper"\nurl = "{self.web.url}/"\ndelay = 0\n', encoding="utf-8")
        ended = self.winnow.run("crawl", "--workers", 1, "-o", "out", "--allow-address", self.web.allow, *more)
        report = self.bench.reports(self.winnow.folder / "out")[-1]
        requests = Counter(("story" if "/story/" in path else "source", status) for path, status, _ in self.asked)
        return ended, report["sites"]["paper"], requests

    @property
    def records(self) -> list[dict[str, Any]]:
        return self.bench.written(self.winnow.folder / "out")

    def _answer(self, body: Any, kind: str = "text/html; charset=utf-8") -> Answer:
        def answer(handler: Handler) -> None:
            content = body().encode()
            etag = f'"{hash(content):x}"'
            given = handler.headers.get("If-None-Match")
            status = 304 if given == etag else 200
            self.asked.append((handler.path, status, given is not None))
            handler.give(status, b"" if status == 304 else content, {"Content-Type": kind, "ETag": etag})

        return answer

    def _modified(self, number: int) -> datetime:
        changes = self.revisions[number] + self.dated[number]
        # A revision stands in the sitemap as of now: its lastmod is later than what we fetched.
        return datetime.now(UTC).replace(microsecond=0) if changes else BEGAN + timedelta(minutes=number)

    def _page(self, number: int) -> str:
        text = self.bench.page_of(number)
        for revision in range(self.revisions[number]):
            more = f"<p>Correction {revision + 1}: the rent of workshop {number} is paid by the quarter.</p>"
            text = text.replace("</article>", more + "</article>")
        return text.replace("</footer>", f"<p>Seen {self.dated[number]} times</p></footer>")

    def _feed(self) -> str:
        entries = "".join(
            f"<item><title>Workshop {n}</title><link>{self.web.url}/story/{n}?utm_source=rss</link>"
            f"<pubDate>{format_datetime(BEGAN + timedelta(minutes=n))}</pubDate></item>"
            for n in self.revisions
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>{entries}</channel></rss>'

    def _sitemap(self) -> str:
        entries = "".join(
            f"<url><loc>{self.web.url}/story/{n}</loc><lastmod>{self._modified(n).isoformat()}</lastmod></url>"
            for n in self.revisions
        )
        return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'

    def _home(self) -> str:
        links = "".join(f'<h2><a href="/story/{n}">Workshop number {n} opens</a></h2>' for n in self.revisions)
        return (
            '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head>'
            f'<body>{links}<a href="/private/1">Our own</a></body></html>'
        )


@pytest.fixture
def paper(winnow: CommandLine, web: Web, bench: Bench) -> Paper:
    return Paper(web, bench, winnow)


def test_the_life_of_a_site(paper: Paper) -> None:
    paper.publish(*range(8))
    ended, account, requests = paper.crawl()
    assert (ended.code, len(paper.records), requests["story", 200]) == (0, 8, 8)
    assert account["states"]["new"] == 8
    assert paper.web.asked["/private/1"] == 0
    assert (account["requests"], account["bytes"] > 8000) == (len(paper.asked) + 2, True), "with robots.txt and tdmrep"

    ended, account, requests = paper.crawl()
    assert (ended.code, requests) == (0, Counter({("source", 304): 3})), "nothing is new: only conditional requests"
    assert all(conditional for _, _, conditional in paper.asked)
    assert (len(paper.records), account["states"]["new"]) == (8, 0)

    paper.publish(8, 9, 10)
    _, account, requests = paper.crawl()
    assert (requests["story", 200], account["states"]["new"], account["states"]["known"]) == (3, 3, 8)
    assert {record["title"] for record in paper.records[8:]} == {f"Workshop number {n} opens" for n in (8, 9, 10)}

    paper.revisions[2] += 1
    paper.revisions[9] += 1
    paper.dated[5] += 1
    _, account, requests = paper.crawl()
    assert requests["story", 200] == 3, "what lastmod says is fetched again, and nothing else"
    assert (account["states"]["changed"], account["states"]["unchanged"], account["states"]["known"]) == (2, 1, 8)
    first = {record["id"]: record for record in paper.records[:11]}
    for version in paper.records[11:]:
        earlier = first[version["id"]]
        assert (version["version"], version["previous_text_hash"]) == (2, earlier["text_hash"])
        assert "Correction 1" in version["text"]


def test_a_revisited_article_that_is_gone(paper: Paper) -> None:
    paper.publish(*range(3))
    paper.crawl()
    paper.dated[1] += 1
    del paper.web.answers["/story/1"]
    ended, account, _ = paper.crawl()
    assert ended.code == 0
    assert (account["states"]["skipped"], account["causes"]) == (1, {"gone": 1})
    assert len(paper.records) == 3, "what was written stays"


@pytest.mark.parametrize("hour", ["wall", "maintenance", "redirect"])
def test_a_bad_hour_of_the_site_costs_no_article(paper: Paper, hour: str) -> None:
    paper.publish(*range(5))
    kept = dict(paper.web.answers)
    words = "We are mending the machines of this paper and will be back before the evening, with all of its stories. "
    wall = "<html><title>Just a moment...</title><body><p>Checking your browser.</p></body></html>"
    text = f"<html><title>Mending</title><body><article><h1>Mending</h1><p>{words * 4}</p></article></body></html>"
    for number in range(5):
        if hour == "redirect":
            paper.web.answers[f"/story/{number}"] = lambda handler: handler.give(302, b"", {"Location": "/mending"})
        else:
            paper.web.add(f"/story/{number}", wall if hour == "wall" else text)
    paper.web.add("/mending", text)
    paper.crawl()
    before = len(paper.records)
    assert before <= 1  # the text of the maintenance itself
    paper.web.answers.update(kept)
    _, _, requests = paper.crawl()
    assert requests["story", 200] == 0
    with closing(sqlite3.connect(paper.winnow.folder / "out" / "state.sqlite")) as state, state:
        state.execute("UPDATE ledger SET settled_at = strftime('%Y-%m-%dT%H:%M:%SZ', settled_at, '-2 hours')")
    _, account, requests = paper.crawl()
    assert (account["states"]["new"], requests["story", 200]) == (5 - before, 5 - before)
    _, account, requests = paper.crawl()
    assert requests["story", 200] == 0


def test_a_passing_disallow_costs_no_article(paper: Paper) -> None:
    paper.publish(*range(3))
    paper.web.add("/robots.txt", "User-agent: *\nDisallow: /story")
    _, account, _ = paper.crawl()
    assert account["causes"] == {"robots_disallowed": 3}
    paper.web.add("/robots.txt", "")
    with closing(sqlite3.connect(paper.winnow.folder / "out" / "state.sqlite")) as state, state:
        for table, column in (("ledger", "settled_at"), ("hosts", "robots_at")):
            state.execute(f"UPDATE {table} SET {column} = strftime('%Y-%m-%dT%H:%M:%SZ', {column}, '-26 hours')")
    _, account, _ = paper.crawl()
    assert account["states"]["new"] == 3


def test_what_one_window_refuses_a_wider_one_takes(winnow: CommandLine, web: Web, bench: Bench) -> None:
    (url,) = bench.add_stories(web, range(1))
    item = f"<item><link>{url}</link><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item>"
    feed = f"<rss version='2.0'><channel>{item}</channel></rss>".encode()

    def answer(handler: Handler) -> None:
        known = handler.headers.get("If-None-Match") is not None
        handler.give(304 if known else 200, b"" if known else feed, {"ETag": '"1"'})

    web.answers["/feed.xml"] = answer
    bench.sites_toml(winnow.folder, web)
    arguments = ("crawl", "--workers", 1, "-o", "out", "--allow-address", web.allow)
    winnow.run(*arguments, "--since", "2026-11-10")
    assert bench.reports(winnow.folder / "out")[-1]["sites"]["site1"]["refusals"] == {"outside_window": 1}
    winnow.run(*arguments)
    assert len(bench.written(winnow.folder / "out")) == 1


def test_what_one_rule_refuses_another_takes(winnow: CommandLine, web: Web, bench: Bench) -> None:
    """The feed has not changed, but what is wanted of it has: it is asked for whole, and trusted as before."""
    bench.add_stories(web, range(1, 3))
    feed = bench.feed_of(web, ["/story/1", "/story/2"]).encode()
    asked: list[bool] = []

    def answer(handler: Handler) -> None:
        known = handler.headers.get("If-None-Match") == '"1"'
        asked.append(known)
        handler.give(304 if known else 200, b"" if known else feed, {"ETag": '"1"'})

    web.answers["/feed.xml"] = answer
    path = bench.sites_toml(winnow.folder, web)
    plain = path.read_text(encoding="utf-8")
    for rule, numbers in (("/1$", {1}), ("/1$", {1}), ("/[12]$", {1, 2}), ("/[12]$", {1, 2})):
        path.write_text(plain + f'allow = ["{rule}"]\n', encoding="utf-8")
        assert winnow.run("crawl", "--workers", 1, "-o", "out", "--allow-address", web.allow).code == 0
        urls = {record["url"] for record in bench.written(winnow.folder / "out")}
        assert urls == {f"{web.url}/story/{number}" for number in numbers}
    assert asked == [False, True, False, True]


def test_addresses_that_one_run_may_not_ask_the_next_one_may(winnow: CommandLine, web: Web, bench: Bench) -> None:
    bench.add_stories(web, range(4))
    path = bench.sites_toml(winnow.folder, web, more='user_agent = "Mine/1.0 (+mailto:me@mine.test)"\n')
    assert "feeds" in path.read_text(encoding="utf-8")
    allowed = ("--allow-address", web.allow)
    winnow.run("crawl", "--workers", 1, "-o", "out", "--limit", 1, *allowed)
    winnow.run("crawl", "--workers", 1, "-o", "out")
    assert bench.reports(winnow.folder / "out")[-1]["sites"]["site1"]["causes"] == {"address_refused": 3}
    assert winnow.run("crawl", "--workers", 1, "-o", "out", *allowed).code == 0
    assert len(bench.written(winnow.folder / "out")) == 4
    assert web.agents == {"Mine/1.0 (+mailto:me@mine.test)"}, "robots.txt too"


def test_due_holds_for_what_others_name_too(paper: Paper) -> None:
    paper.publish(1, 2)
    paper.crawl()
    with closing(sqlite3.connect(paper.winnow.folder / "out" / "state.sqlite")) as state, state:
        state.execute("UPDATE sources SET due_at = '2026-01-01T00:00:00Z' WHERE url LIKE '%/'")
    _, _, requests = paper.crawl("--due")
    assert sum(requests.values()) == 1, "the home page alone: neither its feed nor its sitemap is due"


def test_a_site_that_is_down_is_an_alarm(winnow: CommandLine, web: Web, bench: Bench) -> None:
    bench.sites_toml(winnow.folder, web)
    web.add("/feed.xml", "gone", status=404)
    ended = winnow.run("crawl", "--workers", 1, "-o", "out", "--allow-address", web.allow)
    (report,) = bench.reports(winnow.folder / "out")
    assert ended.code == 4
    assert report["alarms"] == ["site1: none of its sources could be read: http_refused 1"]
    assert f"alarm: {report['alarms'][0]}" in ended.err


def test_a_dry_run_fetches_no_article_and_changes_nothing(paper: Paper) -> None:
    paper.publish(*range(3))
    paper.crawl()
    state = (paper.winnow.folder / "out" / "state.sqlite").read_bytes()
    paper.publish(3)
    ended = paper.winnow.run("crawl", "-o", "out", "--allow-address", paper.web.allow, "--dry-run")
    assert ended.code == 0
    assert paper.web.asked["/story/3"] == 0
    assert (paper.winnow.folder / "out" / "state.sqlite").read_bytes() == state


def test_a_dry_run_refuses_what_the_run_would(paper: Paper) -> None:
    paper.publish(0)
    paper.crawl()
    (paper.winnow.folder / "out" / "state.sqlite").unlink()
    ended = paper.winnow.run("crawl", "-o", "out", "--allow-address", paper.web.allow, "--dry-run")
    assert ended.code == 5
    assert "run `winnow state rebuild --output FOLDER`" in ended.err


def test_a_dry_run_shows_no_escapes_of_a_stranger(winnow: CommandLine, web: Web, bench: Bench) -> None:
    path = bench.sites_toml(winnow.folder, web)
    path.write_text(path.read_text().replace("feeds = ", "# feeds = "))
    web.add("/", "<p>A home page.</p>")
    web.add("/robots.txt", f"User-agent: *\nSitemap: {web.url}/map.xml?\x1b]0;owned\x07\n", "text/plain")
    arguments = ("crawl", "-o", "out", "--workers", 1, "--allow-address", web.allow)
    winnow.run(*arguments)
    ended = winnow.run(*arguments, "--dry-run")
    assert b"map.xml" in ended.out
    assert b"\x1b" not in ended.out


def test_metrics_and_logs_for_machines(paper: Paper) -> None:
    paper.publish(*range(2))
    ended, _, _ = paper.crawl("--metrics", "winnow.prom", "--json-logs")
    assert 'winnow_urls{site="paper",state="new"} 2.0' in (paper.winnow.folder / "winnow.prom").read_text()
    lines = [line for line in ended.err.splitlines() if line]
    assert lines
    assert all(line.startswith("{") for line in lines), ended.err


def test_a_sites_own_rules_reach_its_pages(winnow: CommandLine, web: Web, bench: Bench) -> None:
    bench.add_stories(web, range(1))
    rule = 'prune = ["article p:nth-of-type(2)"]\n'
    bench.sites_toml(winnow.folder, web, more=rule)
    assert winnow.run("crawl", "--workers", 1, "-o", "out", "--allow-address", web.allow).code == 0
    (record,) = bench.written(winnow.folder / "out")
    first, second, *_ = bench.story(0)
    assert first in record["text"]
    assert second not in record["text"]
    assert record["boilerplate"][0]["reason"] == "this site prunes “article p:nth-of-type(2)”"
