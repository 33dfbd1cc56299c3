"""A clock that jumps in mid-crawl, and folders that cannot be written. Others: tests/state, test_output_faults.py."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.crawls.hostile.run import command

if TYPE_CHECKING:
    from tests.conftest import Bench, CommandLine, Web

ARTICLES = 12
JUMPING_CLOCK = """
import datetime, itertools, time
real, asked, year = time.time, itertools.count(), 365 * 86_400
def shift():
    n = next(asked)
    return 0 if n < 40 else year if n < 80 else -year if n < 120 else 0
time.time = lambda: real() + shift()
class Jumping(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(time.time(), tz)
datetime.datetime = Jumping
"""
"""A year forward, two back, and one forward again. The monotonic clock goes on, as it does."""
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


def test_a_clock_that_jumps_loses_and_doubles_nothing(winnow: CommandLine, web: Web, bench: Bench) -> None:
    urls = bench.add_stories(web, range(ARTICLES))
    bench.sites_toml(winnow.folder, web)
    arguments = ("crawl", "--workers", "1", "-o", "out", "--allow-address", web.allow)
    code, _, _, err = command(*arguments, folder=winnow.folder, changes={"code": [JUMPING_CLOCK]})
    assert code == 0, err
    asked = web.asked.total()
    again = winnow.run(*arguments)
    assert again.code == 0, again.err
    assert web.asked.total() - asked <= 3  # the feed, robots.txt, tdmrep.json; no article
    written = [record["url"] for record in bench.written(winnow.folder / "out")]
    assert sorted(written) == sorted(urls)
    assert all(report["sites"]["site1"]["holds"] for report in bench.reports(winnow.folder / "out"))


def _no_override() -> None:
    """Bind root by permissions too: take CAP_DAC_OVERRIDE from it."""
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def test_a_folder_that_cannot_be_written_is_told_before_the_first_request(
    winnow: CommandLine, web: Web, bench: Bench
) -> None:
    bench.add_stories(web, range(1))
    bench.sites_toml(winnow.folder, web)
    output = winnow.folder / "out"
    output.mkdir(mode=0o555)
    ended = subprocess.run(
        [sys.executable, "-m", "crawler", "crawl", "-o", "out", "--allow-address", web.allow],
        cwd=winnow.folder, env=bench.environment(), preexec_fn=_no_override,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    output.chmod(0o755)
    assert ended.returncode == 5, ended.stderr
    assert "Permission denied" in ended.stderr
    assert "out" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert web.asked.total() == 0
