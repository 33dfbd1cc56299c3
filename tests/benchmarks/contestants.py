"""Who crawls the local news web, and by which command."""

from __future__ import annotations

import configparser
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crawler.worker_process import cores
from tests.benchmarks.newsweb import Web, crawl_command

OURS, THEIR_COMMAND = "winnow", "trafilatura"


def contestants(web: Web) -> dict[str, Callable[[Path], list[str]]]:
    """Return for each name what makes its command for an output folder."""
    robots = [f"http://127.0.0.{n}:{web.port}/robots.txt".replace(":80/", "/") for n in range(10, 10 + web.sites)]

    def scrapy(*more: str) -> Callable[[Path], list[str]]:
        module = "tests.benchmarks.rival_crawl"
        return lambda folder: [*_watched(folder, module), str(folder / "records.jsonl"), *robots, *more]

    return {
        OURS: lambda folder: [*_watched(folder, "crawler"), *crawl_command(web, folder / "output")[3:]],
        "scrapy, in the reactor": scrapy(),
        "scrapy, in the reactor, fast": scrapy("--fast"),
        "scrapy, own pool": scrapy("--pool", str(cores())),
        "scrapy, own pool, fast": scrapy("--pool", str(cores()), "--fast"),
        THEIR_COMMAND: lambda folder: _command_line(web, folder),
        f"{THEIR_COMMAND}, fast": lambda folder: [*_command_line(web, folder), "--fast"],
    }


def _watched(folder: Path, module: str) -> list[str]:
    return [sys.executable, "-m", "tests.benchmarks.watched_loop", str(folder / "loop.json"), module]


def _command_line(web: Web, folder: Path) -> list[str]:
    """Return trafilatura's command for a list of URLs, without its pauses and its refusal of local addresses."""
    import trafilatura

    settings = configparser.ConfigParser()
    settings.read(Path(trafilatura.__file__).with_name("settings.cfg"), encoding="utf-8")
    settings.read_dict({"DEFAULT": {"SLEEP_TIME": "0", "SSRF_PROTECTION": "off"}})
    with (folder / "settings.cfg").open("w", encoding="utf-8") as file:
        settings.write(file)
    (folder / "urls.txt").write_text("".join(f"{url}\n" for url in expected_pages(web)), encoding="utf-8")
    given = ["-i", folder / "urls.txt", "-o", folder / "records", "--config-file", folder / "settings.cfg"]
    options = ["--json", "--with-metadata", "--no-comments", "--parallel", str(cores())]
    return [sys.executable, "-m", "trafilatura.cli", *map(str, given), *options]


def expected_pages(web: Web) -> dict[str, dict[str, Any]]:
    """Return by URL the pages of the truth that a crawler that obeys robots.txt can have."""
    return {page["url"]: page for page in web.truth() if page["robots_allowed"] and page.get("published", True)}
