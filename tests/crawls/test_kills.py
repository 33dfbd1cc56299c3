"""The real command killed at chosen steps of its writing: the first are those between a poll and its articles."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Bench, CommandLine, Web

KILLED = Path(__file__).parents[1] / "benchmarks" / "killed_winnow.py"
ARTICLES = 6


@pytest.mark.parametrize("steps", [(1, 12), (24, 30), (36,)], ids=str)
def test_each_article_once(winnow: CommandLine, web: Web, bench: Bench, steps: tuple[int, ...]) -> None:
    urls = bench.add_stories(web, range(ARTICLES))
    bench.sites_toml(winnow.folder, web)
    command = ["crawl", "--workers", "1", "-o", "out", "--allow-address", web.allow]
    for step in steps:
        ended = subprocess.run(
            [sys.executable, KILLED, str(step), *command], cwd=winnow.folder, env=bench.environment(),
            start_new_session=True, capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert winnow.run(*command).code == 0
    output = winnow.folder / "out"
    assert sorted(record["url"] for record in bench.written(output)) == sorted(urls)
    assert not list(output.rglob("*.part"))
