"""The rival in the bound table: a plain Scrapy spider with trafilatura in its pipeline, for one URL.

python -m tests.benchmarks.plain_scrapy URL

Scrapy's default settings, which ask no robots.txt. The item carries the response, not its text: Scrapy logs items.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WALL_SECONDS = 120
ADDRESS_SPACE = 4 << 30
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Bounded:
    """What one case took, and what came of it."""

    seconds: float
    peak_mb: float
    outcome: str


def fetch(url: str, folder: Path) -> Bounded:
    """Run the spider for `url` in a process of its own, with at most WALL_SECONDS and ADDRESS_SPACE."""
    started = time.monotonic()
    peak_mb, late = 0.0, False
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        command = [sys.executable, "-m", "tests.benchmarks.plain_scrapy", url]
        environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        process = subprocess.Popen(
            command, cwd=folder, env=environment | {"PYTHONPATH": str(ROOT)}, stdout=out, stderr=err
        )
        resource.prlimit(process.pid, resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        while process.poll() is None:
            peak_mb = max(peak_mb, high_water_mb(process.pid))
            if not late and time.monotonic() - started > WALL_SECONDS:
                late = True
                process.kill()
            time.sleep(LOOK_SECONDS)
    seconds = time.monotonic() - started
    return Bounded(seconds, peak_mb, f"killed at {WALL_SECONDS} s" if late else _outcome(process.returncode, folder))


def _outcome(code: int, folder: Path) -> str:
    records = [json.loads(line) for line in (folder / "stdout").read_bytes().splitlines()]
    if records:
        return f"record with {len(records[0]['text'])} characters"
    if b"MemoryError" in (folder / "stderr").read_bytes():
        return "MemoryError"
    if code:
        return f"crash ({signal.Signals(-code).name if code < 0 else f'exit {code}'})"
    return "nothing"


def high_water_mb(pid: int) -> float:
    """The most resident memory that the process has had so far (VmHWM); 0 of one that is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:")), 0.0)


def main() -> None:
    import trafilatura
    from scrapy import Spider
    from scrapy.crawler import CrawlerProcess
    from scrapy.exceptions import DropItem
    from scrapy.http import Response

    class Articles:
        def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
            text = trafilatura.extract(item["response"].text)
            if not text:
                raise DropItem("no text")
            record = {"url": item["response"].url, "text": text}
            print(json.dumps(record), flush=True)
            return record

    class Plain(Spider):
        name = "plain"

        def parse(self, response: Response, **_: Any) -> Iterator[dict[str, Any]]:
            yield {"response": response}

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    process = CrawlerProcess({"ITEM_PIPELINES": {Articles: 300}})
    process.crawl(Plain, start_urls=[parser.parse_args().url])
    process.start()


if __name__ == "__main__":
    main()
