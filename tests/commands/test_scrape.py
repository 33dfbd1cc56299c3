"""`winnow scrape` as a person at a terminal meets it: one bad URL among good ones costs only itself."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.commands.console import Console
from crawler.commands.scrape import _Scrape
from crawler.errors import ExtractionCrashed
from crawler.items import Extraction, Page, Record, Status, Verdict
from crawler.signals import page_recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Bench, CommandLine, Ended, Handler, Inline, Web

HTML = {"Content-Type": "text/html; charset=utf-8"}


def add_bad_pages(web: Web, canary: Web, bench: Bench) -> dict[str, str]:
    """Serve what may go wrong; return URLs by name."""

    def cut_off(handler: Handler) -> None:
        handler.give(200, bench.page_of(7).encode()[:600], HTML, announced=5000)
        handler.close_connection = True

    web.answers |= {"/closes": lambda handler: handler.hang_up(), "/cut": cut_off}
    web.add("/robots.txt", "User-agent: *\nDisallow: /private/\n", "text/plain")
    web.add("/private/rota", bench.page_of(8))
    return {
        "relative": "notaurl",
        "no host": "http://",
        "unknown name": "http://no-such-name.invalid/story",
        "404": web.url + "/missing",
        "500": web.add("/broken", "x", status=500),
        "pdf": web.add("/paper", b"%PDF-1.7\n" + b"0" * 3000, "application/pdf"),
        "pdf as html": web.add("/paper.html", b"%PDF-1.7\n" + b"0" * 3000),
        "empty": web.add("/empty", ""),
        "json": web.add("/data", '{"a": 1}', "application/json"),
        "private address": canary.url + "/secret",
        "private address in octal": f"http://0177.0.0.9:{canary.port}/secret",
        "file": "file:///etc/passwd",
        "ftp": "ftp://news.example/story",
        "script": "javascript:alert(1)",
        "password": f"http://user:secret@{web.allow}/story",
        "redirect loop": web.redirect("/loop", "/loop"),
        "redirect inside": web.redirect("/inside", canary.url + "/secret"),
        "redirect to file": web.redirect("/to-file", "file:///etc/passwd"),
        "hangs up": web.url + "/closes",
        "cut off": web.url + "/cut",
        "disallowed": web.url + "/private/rota",
        "no article": web.add("/form", "<html><body><form><input name=q></form><p>Log in</p></body></html>"),
    }


EXPECTED = {
    "relative": "bad_url",
    "no host": "bad_url",
    "unknown name": "robots_unavailable: http://no-such-name.invalid/robots.txt cannot be asked: "
    "the name no-such-name.invalid does not resolve",
    "404": "http_refused: HTTP 404",
    "500": "http_failed: HTTP 500",
    "pdf": "not_html",
    "pdf as html": "not_html",
    "empty": "empty_page",
    "json": "not_html: content type application/json",
    "private address": "address_refused",
    "private address in octal": "address_refused",
    "file": "scheme_refused",
    "ftp": "scheme_refused",
    "script": "scheme_refused",
    "password": "bad_url",
    "redirect loop": "redirect_loop",
    "redirect inside": "address_refused",
    "redirect to file": "scheme_refused: leads to file:, only http and https are fetched",
    "hangs up": "connection_failed",
    "cut off": "body_truncated",
    "disallowed": "robots_disallowed",
    "no article": "not_article",
}


@dataclass(frozen=True)
class Mixed:
    """One scrape of good pages with every bad one in their midst."""

    ended: Ended
    bad: dict[str, str]
    good: list[str]
    web: Web
    canary: Web
    folder: Path


@pytest.fixture(scope="module")
def mixed(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mixed]:
    with bench.served("127.0.0.1") as web, bench.served("127.0.0.9") as canary:
        canary.add("/secret", bench.page_of(99))
        bad = add_bad_pages(web, canary, bench)
        good = [web.add(f"/good/{number}", bench.page_of(number)) for number in (3, 1, 2)]
        winnow = bench.command_line(tmp_path_factory.mktemp("mixed"))
        urls = [good[0], *bad.values(), good[1], good[2], good[0]]
        ended = winnow.run("scrape", "--delay", 0, "--allow-address", web.allow, *urls)
        yield Mixed(ended, bad, good, web, canary, winnow.folder)


def test_good_pages_come_in_the_order_given_and_as_often(mixed: Mixed) -> None:
    assert [record["requested_url"] for record in mixed.ended.records] == [*mixed.good, mixed.good[0]]
    assert mixed.ended.code == 3


def test_the_same_url_is_fetched_once(mixed: Mixed) -> None:
    assert mixed.web.asked["/good/3"] == 1


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_url_has_one_line_with_its_cause(mixed: Mixed, name: str) -> None:
    lines = mixed.ended.lines_on(mixed.bad[name])
    assert len(lines) == 1, mixed.ended.err
    assert lines[0].startswith(f"{mixed.bad[name]}: {EXPECTED[name]}")
    assert "<twisted" not in lines[0]
    assert "secret@" not in lines[0].partition(": ")[2]


def test_nothing_else_is_on_stderr(mixed: Mixed) -> None:
    assert len(mixed.ended.err.splitlines()) == len(EXPECTED) + 1
    assert mixed.ended.err.endswith(f"4 records, {len(EXPECTED)} URLs without one\n")


def test_an_address_that_is_not_public_is_never_contacted(mixed: Mixed) -> None:
    assert not mixed.canary.asked


def test_what_robots_forbids_is_never_asked_for(mixed: Mixed) -> None:
    assert "/private/rota" not in mixed.web.asked


def test_the_crawler_says_who_it_is(mixed: Mixed) -> None:
    assert all(agent.startswith("Winnow/") and "+https://" in agent for agent in mixed.web.agents)


def test_a_name_that_leads_to_a_private_address_is_refused(winnow: CommandLine, web: Web, bench: Bench) -> None:
    """The URL passes because the port is allowed for another network; the resolver sees where the name leads."""
    web.add("/story", bench.page_of(1))
    url = f"http://{socket.gethostname()}:{web.port}/story"
    ended = winnow.run("scrape", "--delay", 0, "--allow-address", f"10.255.0.0/16:{web.port}", url)
    assert ended.code == 4
    assert ended.lines_on(url)[0].startswith(f"{url}: address_refused: {socket.gethostname()} is at an address")
    assert not web.asked


def test_nothing_is_left_in_the_working_folder(mixed: Mixed) -> None:
    assert list(mixed.folder.iterdir()) == []


def test_only_bad_urls_exit_with_4(winnow: CommandLine) -> None:
    ended = winnow.run("scrape", "--format", "json", "notaurl")
    assert (ended.code, json.loads(ended.out)) == (4, [])


@pytest.mark.parametrize("given", [b"", b"\n\n"], ids=["nothing", "blank lines"])
def test_an_empty_list_is_usage(winnow: CommandLine, given: bytes) -> None:
    ended = winnow.run("scrape", "-", given=given)
    assert ended.code == 2
    assert "no URL on stdin" in ended.err


def test_a_list_that_is_no_utf8(winnow: CommandLine) -> None:
    """One bad line costs only itself, also where the locale lets Python be strict."""
    started = winnow.start("scrape", "-", stdin=True, variables={"PYTHONIOENCODING": "utf-8:strict"})
    ended = started.end(b"\xef\xbb\xbfnotaurl\nhttp://news.example/\xff\n")
    assert ended.code == 4
    first, second, _ = ended.err.splitlines()
    assert first.startswith("notaurl: bad_url: "), "the byte order mark is no part of it"
    assert second.startswith("http://news.example/\\udcff: bad_url: ")


@pytest.mark.parametrize(
    ("output", "code", "words"),
    [
        ("there.jsonl", 2, "exists already; add --overwrite"),
        ("no/such/folder.jsonl", 5, "no such folder"),
        ("folder", 2, "is a folder"),
        ("there.jsonl/out", 5, "no such folder"),
    ],
    ids=["existing", "missing folder", "folder", "file as folder"],
)
def test_output_is_checked_before_the_first_request(
    inline: Inline, web: Web, output: str, code: int, words: str
) -> None:
    (inline.folder / "there.jsonl").write_bytes(b"mine\n")
    (inline.folder / "folder").mkdir()
    ended = inline.run("scrape", "-o", output, "--allow-address", web.allow, web.url + "/story")
    assert ended.code == code
    assert words in ended.err
    assert len(ended.err.splitlines()) == 1
    assert not web.asked
    assert (inline.folder / "there.jsonl").read_bytes() == b"mine\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--format", "xml", "http://x.example/"), "'xml' is not one of"),
        (("--allow-address", "nonsense", "http://x.example/"), "nonsense"),
        (("--allow-address", "127.0.0.1:99999", "http://x.example/"), "1 to 65535"),
        (("--delay", "-1", "http://x.example/"), "--delay"),
        (("--delay", "inf", "http://x.example/"), "--delay inf: is no number of seconds"),
        (("--no-such-option",), "No such option"),
        ((), "Missing argument"),
    ],
    ids=["format", "address", "port", "delay", "endless", "option", "none"],
)
def test_usage(inline: Inline, arguments: tuple[str, ...], words: str) -> None:
    ended = inline.run("scrape", *arguments)
    assert (ended.code, ended.out) == (2, b"")
    assert words in ended.err


def test_a_url_cannot_steer_the_terminal(winnow: CommandLine) -> None:
    ended = winnow.run("scrape", "http://127.0.0.9/\x1b[2J\x07\u202e\nforged: line")
    assert not {"\x1b", "\x07", "\u202e"} & set(ended.err)
    assert len(ended.err.splitlines()) == 2


def test_a_list_on_stdin_as_json(winnow: CommandLine, web: Web, bench: Bench) -> None:
    urls = [web.add(f"/{n}", bench.page_of(n)) for n in (1, 2)]
    given = f"{urls[0]}\r\n\n   {urls[1]}  \n".encode()
    ended = winnow.run("scrape", "-", "--format", "json", "--delay", 0, "--allow-address", web.allow, given=given)
    assert ended.code == 0
    records = json.loads(ended.out)
    assert [record["url"] for record in records] == urls
    assert records[0]["text"] == "\n\n".join(bench.story(1))


def test_ignored_robots_quiet_and_a_name_of_ones_own(winnow: CommandLine, web: Web, bench: Bench) -> None:
    web.add("/robots.txt", "User-agent: *\nDisallow: /\n", "text/plain")
    url = web.add("/story", bench.page_of(1))
    ended = winnow.run(
        "scrape", "--ignore-robots", "-q", "--delay", 0, "--format", "text",
        "--user-agent", "Mine/1.0 (me@mine.example)", "--allow-address", web.allow, "notaurl", url,
    )  # fmt: skip
    assert ended.code == 3
    assert ended.out.decode() == "Workshop number 1 opens\n\n" + "\n\n".join(bench.story(1)) + "\n"
    assert "/robots.txt" not in web.asked
    assert web.agents == {"Mine/1.0 (me@mine.example)"}
    ignored, failed = ended.err.splitlines()
    assert "robots.txt is ignored" in ignored
    assert failed.startswith("notaurl: ")


def test_overwrite_with_all_and_json_logs(winnow: CommandLine, web: Web) -> None:
    url = web.add("/form", "<html><body><form><input name=q></form><p>Log in</p></body></html>")
    out = winnow.folder / "there.jsonl"
    out.write_bytes(b"mine\n")
    ended = winnow.run(
        "scrape", "--all", "--json-logs", "-o", out, "--overwrite", "--delay", 0, "--allow-address", web.allow,
        url, "notaurl",
    )  # fmt: skip
    assert ended.code == 3
    record = json.loads(out.read_bytes())
    assert (record["url"], record["extraction"]["status"]) == (url, "not_article")
    logs = [json.loads(line) for line in ended.err.splitlines()]
    assert [(log["where"], log["cause"]) for log in logs if "cause" in log] == [("notaurl", "bad_url")]
    assert all({"time", "level", "message"} <= log.keys() for log in logs)
    assert list(winnow.folder.iterdir()) == [out]


def test_a_reader_that_has_enough(winnow: CommandLine, web: Web, bench: Bench) -> None:
    """`winnow scrape ... | head -c 10`: no traceback, and no pages fetched that nobody reads."""
    urls = bench.add_stories(web, range(60), 0.1)
    script = f'"$0" -m crawler scrape --delay 0 --allow-address {web.allow} {" ".join(urls)} | head -c 10'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {script}", sys.executable],
        cwd=winnow.folder, env=bench.environment(), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout == b'{"schema_v'
    assert done.stderr == b""
    assert done.returncode == 0
    assert web.asked.total() < 60


def test_a_full_disk_behind_stdout(winnow: CommandLine, web: Web, bench: Bench) -> None:
    url = web.add("/1", bench.page_of(1))
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "crawler", "scrape", "--delay", "0", "--allow-address", web.allow, url],
            cwd=winnow.folder, env=bench.environment(), stdout=full, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 5
    assert done.stderr.decode().splitlines() == ["winnow: standard output cannot be written (No space left on device)"]


def test_an_interrupt_keeps_what_came(winnow: CommandLine, web: Web, bench: Bench) -> None:
    urls = bench.add_stories(web, range(90), 0.1)
    running = winnow.start(
        "scrape", "--delay", 0, "--format", "markdown", "-o", "out.md", "--allow-address", web.allow, *urls
    )
    web.wait_for(20, "/story/")
    running.signal(signal.SIGINT)
    ended = running.end(within=20)
    assert ended.code == 130
    assert "Traceback" not in ended.err
    kept = (winnow.folder / "out.md").read_text(encoding="utf-8").count("---\nid: ")
    assert 1 <= kept < 90
    assert sum(": run_stopped: " in line for line in ended.err.splitlines()) == 90 - kept


BOOM = RuntimeError("boom")


def _scraped(
    monkeypatch: pytest.MonkeyPatch, deliver: Callable[[Record], None], *told: tuple[object, dict[str, Any]]
) -> _Scrape:
    """Return a scrape of two URLs during which the signals are told."""
    scrapy_crawler = Crawler(Spider, Settings())

    def start(urls: tuple[str, ...]) -> None:
        for signal_told, said in told:
            scrapy_crawler.signals.send_catch_log(signal_told, **said)

    run = SimpleNamespace(
        scrapy_crawler=scrapy_crawler, connect=scrapy_crawler.signals.connect, start=start, error=None, signal_exit=None
    )
    monkeypatch.setattr("crawler.commands.engine.set_up", lambda *_: run)
    scrape = _Scrape(("https://news.example/1", "https://news.example/2"), Console(), deliver)
    scrape.run({})
    return scrape


def _record(url: str) -> Record:
    return Record(id="0" * 32, url=url, requested_url=url, extraction=Extraction(Status.OK, None, "model", {}))


def test_an_unexpected_error_is_its_urls_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = "https://news.example/1", "https://news.example/2"
    failure = Failure(BOOM)  # type: ignore[no-untyped-call]
    response = Response(second, request=Request(second, meta={"requested_url": second}))
    scrape = _scraped(
        monkeypatch,
        lambda _: None,
        (signals.item_error, {"item": Page(b"", first, first), "failure": failure}),
        (signals.spider_error, {"response": response, "failure": failure}),
    )
    assert [type(outcome) for outcome in scrape.outcomes.values()] == [ExtractionCrashed, ExtractionCrashed]
    assert (scrape.written, scrape.failures) == (0, 2)
    told = capsys.readouterr().err
    assert f"{first}: extraction_crashed" in told
    assert f"{second}: extraction_crashed" in told


def test_a_record_that_our_own_bug_kept_back_is_not_counted_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def deliver(record: Record) -> None:
        raise BOOM

    recorded = {"requested_url": "https://news.example/1", "record": _record("https://news.example/1")}
    with pytest.raises(RuntimeError, match="boom"):
        _scraped(monkeypatch, deliver, (page_recorded, recorded | {"verdict": Verdict("new")}))
