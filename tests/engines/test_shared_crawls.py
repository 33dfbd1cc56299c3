"""Crawls of several workers on one Redis, by the command, as servers and files show them."""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Bench, CommandLine, Inline, RedisProcess, Running, Web

pytestmark = pytest.mark.redis

ENGINE = '[engine]\nkind = "redis"\nurl = "{url}"\nlease_seconds = {lease}\n\n'
ARTICLES = 12
DELAY = 0.15
LONG_DELAY = 0.3
"""Where intervals are measured: the server's clock is as late as a loaded machine makes its threads."""
JITTER = 0.25
"""As in crawler/settings.py: what a delay varies by."""
LATE = 0.1


def _sites(folder: Path, bench: Bench, redis: RedisProcess, *webs: Web, delay: float = 0, lease: float = 6) -> None:
    path = bench.sites_toml(folder, *webs)
    text = path.read_text(encoding="utf-8").replace("delay = 0", f"delay = {delay}")
    path.write_text(ENGINE.format(url=redis.url, lease=lease) + text, encoding="utf-8")


def _crawl(winnow: CommandLine, *webs: Web, more: tuple[str, ...] = ()) -> Running:
    allowed = [word for web in webs for word in ("--allow-address", web.allow)]
    return winnow.start("crawl", "--workers", "1", "-o", "out", *allowed, *more)


def _merged(inline: Inline, folder: Path) -> list[str]:
    """Compact what the workers wrote, twice, and return the records' addresses."""
    for _ in range(2):
        assert inline.run("compact", "out", "-o", "articles").code == 0
    paths = sorted((folder / "articles").glob("records/*/*.jsonl"))
    records: list[dict[str, Any]] = [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]
    assert not list((folder / "articles").rglob("*.part"))
    return sorted(record["url"] for record in records)


@pytest.fixture
def webs(bench: Bench) -> Iterator[tuple[Web, ...]]:
    with ExitStack() as stack:
        yield tuple(stack.enter_context(bench.served(f"127.0.0.{40 + n}")) for n in range(4))


@pytest.fixture
def urls(webs: tuple[Web, ...], bench: Bench) -> list[str]:
    """Addresses of twelve articles at each of the sites, all different, some of which take a while."""
    every = [bench.add_stories(web, range(100 * n, 100 * n + ARTICLES), seconds=0.1) for n, web in enumerate(webs)]
    return sorted(url for of_site in every for url in of_site)


def test_three_workers_share_sites_and_pauses(
    winnow: CommandLine,
    inline: Inline,
    webs: tuple[Web, ...],
    urls: list[str],
    bench: Bench,
    shared_redis: RedisProcess,
) -> None:
    _sites(winnow.folder, bench, shared_redis, *webs, delay=LONG_DELAY)
    running = [_crawl(winnow, *webs) for _ in range(3)]
    ended = [one.end(within=120) for one in running]
    assert [one.code for one in ended] == [0, 0, 0], [one.err for one in ended]
    assert _merged(inline, winnow.folder) == urls
    for web in webs:
        times = web.times
        assert min(later - earlier for earlier, later in pairwise(times)) >= LONG_DELAY * (1 - JITTER) - LATE
        assert max(Counter(path for path in web.asked if "story" in path).values()) == 1


def test_workers_that_are_killed_lose_nothing(
    winnow: CommandLine, inline: Inline, webs: tuple[Web, ...], urls: list[str], bench: Bench, own_redis: RedisProcess
) -> None:
    _sites(winnow.folder, bench, own_redis, *webs, delay=DELAY, lease=5)
    running = [_crawl(winnow, *webs) for _ in range(2)]
    for kills in range(2):
        _wait_for_stories(webs, 5 * (kills + 1))
        victim = running[kills % 2]
        victim.signal(signal.SIGKILL)
        victim.process.communicate()
        if kills:
            own_redis.kill()
            own_redis.start()
        running[kills % 2] = _crawl(winnow, *webs)
    ended = [one.end(within=120) for one in running]
    assert [one.code for one in ended] == [0, 0], [one.err for one in ended]
    assert _merged(inline, winnow.folder) == urls


def test_without_redis_workers_stop_with_one_line_and_go_on_later(
    winnow: CommandLine, inline: Inline, webs: tuple[Web, ...], urls: list[str], bench: Bench, own_redis: RedisProcess
) -> None:
    _sites(winnow.folder, bench, own_redis, *webs, delay=DELAY, lease=2)
    running = _crawl(winnow, *webs)
    _wait_for_stories(webs, 6)
    own_redis.kill()
    ended = running.end()
    assert ended.code == 5
    lines = [line for line in ended.err.splitlines() if "Redis at" in line]
    assert all("is away" in line and "start it and run again" in line for line in lines)
    assert len(lines) == 1, lines
    ended = _crawl(winnow, *webs).end()
    assert ended.code == 5
    assert "cannot be reached" in ended.err
    own_redis.start()
    assert _crawl(winnow, *webs).end(within=120).code == 0
    assert _merged(inline, winnow.folder) == urls


def test_a_stopped_worker_gives_its_sites_back_at_once(
    winnow: CommandLine, inline: Inline, webs: tuple[Web, ...], urls: list[str], bench: Bench, own_redis: RedisProcess
) -> None:
    _sites(winnow.folder, bench, own_redis, *webs, delay=DELAY, lease=120)
    running = _crawl(winnow, *webs)
    _wait_for_stories(webs, 6)
    running.signal(signal.SIGTERM)
    assert running.end().code == 128 + signal.SIGTERM
    shown = json.loads(inline.run("state", "show", "--json", "-o", "out").out)
    assert shown["workers"] == []
    assert shown["waiting"] > 0
    ended = _crawl(winnow, *webs).end()
    assert ended.code == 0, ended.err
    assert _merged(inline, winnow.folder) == urls


def _wait_for_stories(webs: tuple[Web, ...], number: int, within: float = 60.0) -> None:
    end = time.monotonic() + within
    while sum(n for web in webs for path, n in web.asked.items() if path.startswith("/story/")) < number:
        assert time.monotonic() < end
        time.sleep(0.02)
