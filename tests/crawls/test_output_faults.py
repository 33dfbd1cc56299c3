"""A disk that takes no more in mid-crawl, played by a limit on file sizes: exit 5, and the next run completes it."""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Bench, CommandLine, Web

ARTICLES = 30


@pytest.mark.parametrize("limit", [4_096, 150_000, 262_144], ids=lambda limit: f"{limit} bytes")
def test_nothing_is_lost(winnow: CommandLine, web: Web, bench: Bench, limit: int) -> None:
    urls = bench.add_stories(web, range(ARTICLES))
    bench.sites_toml(winnow.folder, web)
    command = ["crawl", "--workers", "1", "-o", "out", "--allow-address", web.allow]
    ended = subprocess.run(
        [sys.executable, "-m", "crawler", *command], cwd=winnow.folder, env=bench.environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY)),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 5, ended.stderr
    assert "out/" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert winnow.run(*command).code == 0
    assert bench.reports(winnow.folder / "out")[-1]["sites"]["site1"]["holds"]
    assert sorted(record["url"] for record in bench.written(winnow.folder / "out")) == sorted(urls)
