"""`winnow view`: from every kind of input to a page, or to lines."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import pytest
from lxml import html as lxml_html

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Bench, CommandLine, Handler, Inline, Web


def titles_of(document: bytes) -> list[str]:
    return [heading.text_content() for heading in lxml_html.document_fromstring(document).cssselect(".record h2")]


def write_page(bench: Bench, path: Path, number: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(bench.page_of(number), encoding="utf-8")
    return path


def test_pages_records_and_folders(winnow: CommandLine, inline: Inline, bench: Bench) -> None:
    for number in (1, 2):
        write_page(bench, winnow.folder / "pages" / f"{number}.html", number)
    both = winnow.run("view", "pages")
    assert (both.code, titles_of(both.out)) == (0, ["Workshop number 1 opens", "Workshop number 2 opens"])
    assert b"The page, block by block" in both.out

    (winnow.folder / "some.jsonl").write_bytes(winnow.run("extract", "--workers", 1, "pages").out)
    records = inline.run("view", "some.jsonl", "--limit", 1, "-o", "view.html")
    assert (records.code, records.out) == (0, b"")
    document = (winnow.folder / "view.html").read_bytes()
    assert titles_of(document) == ["Workshop number 1 opens"]
    assert b"What was removed, block by block" in document
    assert b"1 more record is not on this page" in document
    assert "1 more record left out; --limit takes more" in records.err

    lines = inline.run("view", "pages/1.html", "--terminal")
    assert lines.code == 0
    assert "- subscription" in lines.out.decode()
    assert "\x1b" not in lines.out.decode()


def test_a_url_and_a_crawls_folder(winnow: CommandLine, inline: Inline, bench: Bench, web: Web) -> None:
    urls = bench.add_stories(web, range(1, 4))
    fetched = winnow.run("view", urls[0], web.url + "/missing", "--correct", "--allow-address", web.allow)
    assert (fetched.code, titles_of(fetched.out)) == (3, ["Workshop number 1 opens"])
    assert len(fetched.lines_on(web.url + "/missing")) == 1
    assert b'"html_text": "\\u003c!doctype html\\u003e' in fetched.out
    assert web.asked["/robots.txt"] == 1

    sites = bench.sites_toml(winnow.folder, web)
    crawled = winnow.run("crawl", "--workers", 1, "--sites", sites, "--allow-address", web.allow)
    assert crawled.code == 0
    latest = inline.run("view", "output")
    assert (latest.code, len(titles_of(latest.out))) == (0, 3)
    record = bench.written(winnow.folder / "output")[0]
    one = inline.run("view", record["id"][:10])
    assert (one.code, titles_of(one.out)) == (0, [record["title"]])


def test_an_interrupt_is_told_by_the_exit_code(winnow: CommandLine, web: Web) -> None:
    interrupted = threading.Event()

    def late(handler: Handler) -> None:
        interrupted.wait(30)
        handler.hang_up()

    web.answers["/late"] = late
    running = winnow.start("view", web.url + "/late", "--allow-address", web.allow)
    web.wait_for(1, "/late")
    running.signal(signal.SIGINT)
    interrupted.set()
    ended = running.end(within=20)
    assert ended.code == 130
    assert len(ended.lines_on(web.url + "/late")) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nothing-here",), 4, "file_unreadable: no such file or folder, no URL"),
        (("abcdef0123",), 4, "no output in which to look"),
        (("page.html", "--terminal", "--correct"), 2, "leave --correct and --output away"),
        (("page.html", "-o", "page.html"), 2, "exists already; add --overwrite"),
        (("page.html", "-o", "no/such.html"), 5, "no such folder"),
        (("some.jsonl", "--correct"), 2, "name the page: URL or file"),
        (("empty.html",), 4, "empty_page"),
    ],
    ids=["unknown", "no folder", "lines", "existing", "no folder to write", "records", "empty"],
)
def test_what_cannot_be_viewed(inline: Inline, bench: Bench, arguments: tuple[str, ...], code: int, words: str) -> None:
    page = write_page(bench, inline.folder / "page.html", 1)
    (inline.folder / "some.jsonl").write_text('{"schema_version": "1.0"}\n')
    (inline.folder / "empty.html").write_text("")
    before = page.read_bytes()
    ended = inline.run("view", *arguments)
    assert words in ended.err
    assert (ended.code, ended.out) == (code, b"")
    assert page.read_bytes() == before


def test_a_page_that_a_crawl_would_not_write_is_shown(inline: Inline) -> None:
    (inline.folder / "list.html").write_text(
        "<title>News</title>"
        + "".join(f"<li><a href='/{n}'>Headline number {n} of the day</a></li>" for n in range(40))
    )
    ended = inline.run("view", "list.html", "--no-open", "-o", "view.html")
    assert ended.code == 0
    assert "A crawl would not write this page" in (inline.folder / "view.html").read_text(encoding="utf-8")
