"""`winnow crawl --warc`: extracting what it kept gives the records that it wrote."""

from __future__ import annotations

import gzip
import itertools
import signal
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse
from scrapy.utils.test import get_crawler

from crawler.archives.pages import ArchiveCount, archived_pages
from crawler.archiving import CrawlArchive
from crawler.items import Page

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Answer, Bench, CommandLine, Ended, Handler, Web

HTML = "text/html; charset=utf-8"
OF_THE_RUN = {"input_id", "run_id", "duplicate_of", "duplicate_cluster_id", "similarity", "boilerplate", "extraction"}
"""What an archive cannot know; the labels of chaff, since a crawl knows what its sites repeat."""


def given(body: bytes, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.give(status, body, {"Content-Type": HTML} | named)


def chunked(body: bytes) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", HTML)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for at in range(0, len(body), 100):
            piece = body[at : at + 100]
            handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        handler.wfile.write(b"0\r\n\r\n")

    return answer


@dataclass(frozen=True)
class Kept:
    crawl: Ended
    extract: Ended
    written: list[dict[str, Any]]
    files: list[Path]

    @property
    def pages(self) -> dict[str, Page]:
        """Path -> page, of every page in the archive."""
        pages = {}
        for path in self.files:
            with path.open("rb") as file:
                for page in archived_pages(file, ArchiveCount("a")):
                    assert isinstance(page, Page)
                    assert page.url is not None
                    pages["/" + page.url.split("/", 3)[3]] = page
        return pages


@pytest.fixture(scope="module")
def kept(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("kept")
    html = {number: bench.page_of(number).encode() for number in range(10)}
    with bench.served("127.0.0.1") as web:
        web.answers |= {
            "/plain": given(html[0], ETag='"v\xfc"', Last_Modified="Thu, 01 Oct 2026 07:00:00 GMT"),
            "/gzip": given(gzip.compress(html[1]), Content_Encoding="gzip"),
            "/deflate": given(zlib.compress(html[2]), Content_Encoding="deflate"),
            "/chunked": chunked(html[3]),
            "/moved": given(b"", status=302, Location="/here?utm_source=x&ref=1"),
            "/here?utm_source=x&ref=1": given(html[4]),
            "/again": given(html[0]),
            "/form": given(b"<html><body><form><input></form><p>Log in</p></body></html>"),
            "/reserved": given(html[5], X_Robots_Tag="noarchive"),
            "/lost": given(b"<p>Nothing here", status=404),
            "/noai": given(html[6], X_Robots_Tag="noai", TDM_Reservation="0"),
        }
        paths = [path for path in web.answers if not path.startswith("/here")]
        entries = "".join(f"<item><title>{path}</title><link>{web.url}{path}</link></item>" for path in paths)
        web.add("/feed.xml", f"<rss version='2.0'><channel>{entries}</channel></rss>", "application/rss+xml")
        more = 'rights = "obey"\nsignificant_params = ["ref"]\n'
        sites = bench.sites_toml(folder, web, more=more)
        line = bench.command_line(folder)
        crawl = line.run("crawl", "--sites", sites, "--output", "out", "--warc", "--allow-address", web.allow)
        extract = line.run("extract", "out/archive")
    files = sorted((folder / "out" / "archive").glob("*/*"))
    return Kept(crawl, extract, bench.written(folder / "out"), files)


def test_extracting_the_archive_gives_the_records_of_the_crawl(kept: Kept) -> None:
    ours = {record["id"]: record for record in kept.written}
    theirs = {record["id"]: record for record in kept.extract.records}
    assert len(ours) == len(kept.extract.records) == 6
    assert ours.keys() == theirs.keys()
    for identity, record in ours.items():
        differing = {name for name in record if record[name] != theirs[identity][name]}
        assert differing <= OF_THE_RUN
    assert {record["url"].split("/", 3)[3] for record in kept.written} >= {"here?utm_source=x&ref=1", "gzip", "chunked"}


def test_what_is_kept_and_what_is_not(kept: Kept) -> None:
    always = {"/gzip", "/deflate", "/chunked", "/here?utm_source=x&ref=1", "/form", "/noai"}
    assert kept.pages.keys() - always in ({"/plain"}, {"/again"})
    assert kept.pages.keys() > always
    assert [line for line in kept.extract.err.splitlines() if "/form: " in line]


def test_a_whole_file_of_the_run(kept: Kept) -> None:
    (path,) = kept.files
    run_id = kept.written[0]["run_id"]
    assert path.name == f"{run_id}-001.warc.gz"
    assert path.parent.name == f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}"
    content = gzip.decompress(path.read_bytes())
    assert f"isPartOf: {run_id}".encode() in content
    assert b"software: Winnow/" in content
    assert b"\r\nGET /gzip HTTP/1.1\r\nHost: 127.0.0.1:" in content
    assert b"WARC-IP-Address: 127.0.0.1" in content


def test_bodies_are_kept_as_they_came(kept: Kept, bench: Bench) -> None:
    (path,) = kept.files
    content = gzip.decompress(path.read_bytes())
    assert gzip.compress(bench.page_of(1).encode())[10:] in content
    assert b"Transfer-Encoding" not in content


def test_a_killed_crawl_leaves_no_broken_file(winnow: CommandLine, web: Web, bench: Bench) -> None:
    urls = set(bench.add_stories(web, range(30), seconds=0.05))
    sites = bench.sites_toml(winnow.folder, web)
    command = ("crawl", "--sites", sites, "--output", "out", "--warc", "--allow-address", web.allow, "--workers", 1)
    running = winnow.start(*command)
    archive = winnow.folder / "out" / "archive"
    end = time.monotonic() + 60
    while not any(path.stat().st_size > 4_000 for path in archive.glob("*/*.part")):
        assert time.monotonic() < end
        assert running.process.poll() is None
        time.sleep(0.02)
    running.signal(signal.SIGKILL)
    running.end()
    assert [path.suffix for path in archive.glob("*/*")] == [".part"]

    assert winnow.run(*command).code == 0
    assert {path.suffix for path in archive.glob("*/*")} == {".gz"}
    assert {record["url"] for record in bench.written(winnow.folder / "out")} == urls
    assert set(archived(archive)) == urls


def archived(archive: Path) -> list[str | None]:
    """The URLs of the pages in all files; each must be whole."""
    found: list[str | None] = []
    for path in archive.glob("*/*"):
        with path.open("rb") as file:
            pages = list(archived_pages(file, ArchiveCount("a")))
        assert all(isinstance(page, Page) for page in pages)
        found += [page.url for page in pages if isinstance(page, Page)]
    return found


def test_pages_that_are_held_when_a_run_is_stopped_are_kept(winnow: CommandLine, web: Web, bench: Bench) -> None:
    """The first pages of a site wait for what it repeats; a run that is stopped writes them at its end."""
    bench.add_stories(web, range(4))
    asked = itertools.count()

    def two_answer(answer: Answer) -> Answer:
        return lambda handler: answer(handler) if next(asked) < 2 else (web.stopping.wait(50), None)[1]

    stories = {path: answer for path, answer in web.answers.items() if path.startswith("/story/")}
    web.answers |= {path: two_answer(answer) for path, answer in stories.items()}
    bench.sites_toml(winnow.folder, web)
    running = winnow.start("crawl", "-o", "out", "--warc", "--allow-address", web.allow, "--workers", 1)
    web.wait_for(3, "/story/")
    running.signal(signal.SIGTERM)
    assert running.end(within=30).code == 143
    written = {record["url"] for record in bench.written(winnow.folder / "out")}
    assert set(archived(winnow.folder / "out" / "archive")) == written
    assert len(written) >= 1


@pytest.mark.parametrize("settings", [{}, {"WINNOW_WARC": True, "WINNOW_STATE": False}], ids=["no option", "no state"])
def test_where_nothing_is_kept(settings: dict[str, bool]) -> None:
    with pytest.raises(NotConfigured):
        CrawlArchive.from_crawler(get_crawler(settings_dict=settings))


def test_an_archive_that_cannot_be_written_ends_the_run(winnow: CommandLine, web: Web, bench: Bench) -> None:
    bench.add_stories(web, range(3))
    sites = bench.sites_toml(winnow.folder, web)
    (winnow.folder / "out").mkdir()
    (winnow.folder / "out" / "archive").write_text("a file in the way")
    ended = winnow.run("crawl", "--sites", sites, "--output", "out", "--warc", "--allow-address", web.allow)
    assert ended.code == 5
    assert "a file stands where a folder is needed" in ended.err


def test_feeds_and_sitemaps_are_not_held() -> None:
    """Nobody tells their end: they would stay in memory to that of the run."""
    archive = CrawlArchive.from_crawler(get_crawler(settings_dict={"WINNOW_WARC": True, "WINNOW_STATE": True}))
    url = "https://news.example/feed"
    for meta, held in (({"requested_url": url, "source": "feed"}, 0), ({"requested_url": url, "link": "page"}, 1)):
        request = Request(url, meta=meta)
        archive.response_downloaded(HtmlResponse(url, body=b"x", request=request), request)
        assert len(archive._received) == held
