"""`winnow crawl`: one run over sites.toml, what it may not do, and how it ends."""

from __future__ import annotations

import json
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Bench, CommandLine, Ended, Handler, Inline, Web


def crawl(winnow: CommandLine, *webs: Web, more: tuple[object, ...] = ()) -> Ended:
    """Run over sites.toml in the working folder into `out`; the servers may be reached."""
    allowed = [word for web in webs for word in ("--allow-address", web.allow)]
    return winnow.run("crawl", "--workers", 1, "-o", "out", *allowed, *more)


def test_each_article_once_and_the_rest_by_cause(
    winnow: CommandLine, web: Web, bench: Bench, schema_of_records: Any
) -> None:
    urls = bench.add_stories(web, range(4))
    web.add("/robots.txt", "User-agent: *\nDisallow: /story/3\n", "text/plain")
    web.answers["/story/2"] = web.answers["/story/1"]
    bench.sites_toml(winnow.folder, web)
    first = crawl(winnow, web)
    assert (first.code, first.out) == (0, b"")
    records = bench.written(winnow.folder / "out")
    assert sorted(record["text"] for record in records) == ["\n\n".join(bench.story(n)) for n in (1, 0)]
    for record in records:
        schema_of_records.validate(record)
    (report,) = bench.reports(winnow.folder / "out")
    account = report["sites"]["site1"]
    assert account["holds"]
    assert {state: number for state, number in account["states"].items() if number} == {
        "new": 2, "duplicate": 1, "skipped": 1,
    }  # fmt: skip
    assert account["causes"] == {"robots_disallowed": 1}
    assert "/story/3" not in web.asked
    assert "site1" in first.err

    again = crawl(winnow, web, more=("-q",))
    assert (again.code, again.err) == (0, "")
    assert bench.written(winnow.folder / "out") == records
    assert {path: n for path, n in web.asked.items() if path.startswith("/story/")} == {
        f"/story/{n}": 1 for n in range(3)
    }
    assert len(urls) == 4


def test_one_request_at_a_time_also_without_delay(winnow: CommandLine, web: Web, bench: Bench) -> None:
    """Scrapy 2.19 alone starts all that is queued for a host at once where the delay is 0."""
    bench.add_stories(web, range(8))
    under_way, most, counts = 0, 0, threading.Lock()

    def counted(answer: Any) -> Any:
        def counting(handler: Handler) -> None:
            nonlocal under_way, most
            with counts:
                under_way += 1
                most = max(most, under_way)
            web.stopping.wait(0.05)
            with counts:  # before the answer: whoever has it may ask again at once
                under_way -= 1
            answer(handler)

        return counting

    web.answers = {path: counted(answer) for path, answer in web.answers.items()}
    bench.sites_toml(winnow.folder, web, more="min_records = 9\n")
    ended = crawl(winnow, web, more=("--json-logs",))
    assert most == 1
    assert len(bench.written(winnow.folder / "out")) == 8
    assert ended.code == 3
    logs = [json.loads(line) for line in ended.err.splitlines()]
    assert any(log["level"] == "warning" and "site1: 8 new records, min_records is 9" in log["message"] for log in logs)


def test_what_waits_is_taken_by_the_next_run(winnow: CommandLine, web: Web, other_web: Web, bench: Bench) -> None:
    """First because robots.txt cannot be asked (RFC 9309: nothing is fetched then), then because of --limit."""
    bench.add_stories(other_web, range(5))
    other_web.add("/robots.txt", "no", "text/plain", status=503)
    web.answers["/feed.xml"] = other_web.answers["/feed.xml"]
    toml = f'[[site]]\nname = "site1"\ndelay = 0\nurl = "{other_web.url}/"\nfeeds = ["{web.url}/feed.xml"]\n'
    (winnow.folder / "sites.toml").write_text(toml)
    output = winnow.folder / "out"

    crawl(winnow, web, other_web)
    assert set(other_web.asked) == {"/robots.txt"}
    account = bench.reports(output)[-1]["sites"]["site1"]
    assert account["states"]["waiting"] == 5
    assert account["causes"] == {"robots_unavailable": 5}
    assert account["holds"]

    del other_web.answers["/robots.txt"]
    assert crawl(winnow, web, other_web, more=("--limit", 2)).code == 0
    account = bench.reports(output)[-1]["sites"]["site1"]
    assert (account["states"]["new"], account["states"]["waiting"]) == (2, 3)
    assert account["causes"] == {"budget_reached": 3}
    assert sum(n for path, n in other_web.asked.items() if path.startswith("/story/")) == 2

    assert crawl(winnow, web, other_web).code == 0
    assert len({record["id"] for record in bench.written(output)}) == 5
    assert all(other_web.asked[f"/story/{n}"] == 1 for n in range(5))


def test_one_site_down_does_not_hinder_the_other(winnow: CommandLine, web: Web, other_web: Web, bench: Bench) -> None:
    bench.add_stories(other_web, range(10, 13))
    web.add("/feed.xml", "down", status=500)
    bench.sites_toml(winnow.folder, web, other_web)
    ended = crawl(winnow, web, other_web)
    assert ended.code == 3
    assert "alarm: site1: none of its sources could be read: http_failed 1" in ended.err
    assert len(bench.written(winnow.folder / "out")) == 3
    asked = other_web.asked.total()
    only = crawl(winnow, web, other_web, more=("--site", "site1"))
    assert only.code == 4
    assert other_web.asked.total() == asked


@pytest.mark.parametrize(
    ("toml", "more", "words"),
    [
        (None, (), "sites.toml: no such file; run `winnow init`"),
        ('[[site]]\nname = "a"\nurl = "https://a.example/"\nmaxpages = 3\n', (), "sites.toml:4: unknown key"),
        ('[[site]]\nname = "a"\nurl = "http://127.0.0.1/"\n', ("--site", "b"), "--site b: no such site"),
        ('[[site]]\nname = "a"\nurl = "https://a.example/"\n', (), "no user_agent with a contact"),
        ('[[site]]\nname = "a"\nurl = "http://127.0.0.1/"\n', ("--limit", "0"), "--limit"),
        ('[[site]]\nname = "a"\nurl = "http://127.0.0.1/"\n', ("--metrics", "."), "--metrics .: is a folder; name a"),
        ('[[site]]\nname = "a"\nurl = "http://127.0.0.1/"\n', ("--metrics", "-"), "--metrics -: name a file"),
    ],
    ids=["no file", "unknown key", "unknown site", "contact", "limit", "metrics", "metrics to stdout"],
)
def test_what_keeps_a_run_from_beginning(inline: Inline, toml: str | None, more: tuple[str, ...], words: str) -> None:
    if toml is not None:
        (inline.folder / "sites.toml").write_text(toml)
    ended = inline.run("crawl", "--allow-address", "127.0.0.1", *more)
    assert (ended.code, ended.out) == (2, b"")
    assert words in ended.err
    assert not (inline.folder / "output").exists()


@pytest.mark.parametrize(
    ("there", "engine", "words"),
    [
        (
            "state.sqlite",
            '[engine]\nkind = "redis"\nurl = "redis://127.0.0.1:1/0"\n',
            "has a crawl with a state of its own",
        ),
        ("workers", "", "has the workers of a crawl on a Redis"),
    ],
    ids=["a state file", "workers"],
)
def test_the_state_of_a_folder_is_kept_elsewhere(inline: Inline, there: str, engine: str, words: str) -> None:
    (inline.folder / "out" / there).mkdir(parents=True)
    (inline.folder / "sites.toml").write_text(f'{engine}[[site]]\nname = "a"\nurl = "http://127.0.0.1/"\n')
    ended = inline.run("crawl", "--allow-address", "127.0.0.1", "--output", "out")
    assert (ended.code, words in ended.err) == (2, True), ended.err
    assert [path.name for path in (inline.folder / "out").iterdir()] == [there]


def test_a_file_stands_where_the_output_should(winnow: CommandLine) -> None:
    (winnow.folder / "file").write_text("mine")
    (winnow.folder / "sites.toml").write_text('[[site]]\nname = "a"\nurl = "http://127.0.0.1/"\n')
    ended = winnow.run("crawl", "--workers", 1, "--allow-address", "127.0.0.1", "-o", "file")
    assert (ended.code, ended.out) == (5, b"")
    assert "file cannot be written" in ended.err
    assert (winnow.folder / "file").read_text() == "mine"


def test_a_stopped_run_asks_for_nothing_more(winnow: CommandLine, web: Web, bench: Bench) -> None:
    bench.add_stories(web, range(20))
    path = bench.sites_toml(winnow.folder, web)
    path.write_text(path.read_text(encoding="utf-8").replace("delay = 0", "delay = 0.4"), encoding="utf-8")
    running = winnow.start("crawl", "--workers", 1, "-o", "out", "--allow-address", web.allow)
    web.wait_for(3, "/story/")
    running.signal(signal.SIGTERM)
    asked = sum(web.asked.values())
    assert running.end(within=20).code == 143
    assert sum(web.asked.values()) <= asked + 1
    (report,) = bench.reports(winnow.folder / "out")
    account = report["sites"]["site1"]
    assert account["holds"]
    assert account["causes"] == {"run_stopped": account["states"]["waiting"]}
    assert account["states"]["waiting"] >= 14


def test_a_stopped_run_holds_and_the_next_completes_it(winnow: CommandLine, web: Web, bench: Bench) -> None:
    """SIGTERM while a host hangs: everything finalised within the patience of a service manager.

    Before it, a second run at the same time is turned away.
    """
    bench.add_stories(web, range(20), 0.1)
    hangs = web.answers["/story/7"]
    web.answers["/story/7"] = lambda handler: (web.stopping.wait(50), None)[1]
    bench.sites_toml(winnow.folder, web)
    running = winnow.start("crawl", "--workers", 1, "-o", "out", "--allow-address", web.allow)
    web.wait_for(1, "/story/7")
    second = crawl(winnow, web)
    assert second.code == 75
    assert len(second.err.splitlines()) == 1, second.err
    assert f"out/lock is held by process {running.process.pid}, run " in second.err
    running.signal(signal.SIGTERM)
    ended = running.end(within=20)
    assert ended.code == 143
    assert "Traceback" not in ended.err
    assert "Task was destroyed" not in ended.err
    (report,) = bench.reports(winnow.folder / "out")
    account = report["sites"]["site1"]
    assert account["holds"]
    assert account["states"]["new"] + account["states"]["waiting"] == 20
    assert account["causes"] == {"run_stopped": account["states"]["waiting"]}
    assert len(bench.written(winnow.folder / "out")) == account["states"]["new"]
    web.answers["/story/7"] = hangs
    assert crawl(winnow, web).code == 0
    urls = [record["url"] for record in bench.written(winnow.folder / "out")]
    assert (len(urls), len(set(urls))) == (20, 20)


def test_after_a_kill_each_article_is_there_once(winnow: CommandLine, web: Web, bench: Bench) -> None:
    urls = bench.add_stories(web, range(12), 0.1)
    bench.sites_toml(winnow.folder, web)
    for story in (3, 8):
        running = winnow.start("crawl", "--workers", 1, "-o", "out", "--allow-address", web.allow)
        web.wait_for(story, "/story/")
        running.process.kill()
        assert running.end().code == -signal.SIGKILL
    assert crawl(winnow, web).code == 0
    output = winnow.folder / "out"
    assert sorted(record["url"] for record in bench.written(output)) == sorted(urls)
    assert not list(output.rglob("*.part"))
    manifest = json.loads((output / "manifest.json").read_bytes())
    assert sum(file["records"] for file in manifest["files"]) == 12
