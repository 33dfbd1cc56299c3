"""Full form: archives in bulk, all processes killed twice: the same records as without kills, and pages a second.

python -m tests.benchmarks.archives_kills [extract|datatrove] [--archives 8] [--pages 60]

`extract` is `winnow extract --output-dir`, `datatrove` its LocalPipelineExecutor with our blocks (extra `bulk`). The
archives are made here, half of them without payload types.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.conftest import page_of

TASKS, PROCESSES = 8, 2
KILL_AFTER = (6.0, 10.0)
"""Seconds after which the first and the second run are killed."""


def make_archives(folder: Path, archives: int, pages: int) -> None:
    folder.mkdir()
    for number in range(archives):
        with (folder / f"CC-NEWS-{number:02}.warc.gz").open("wb") as file:
            writer = WARCWriter(file, gzip=True)
            for page in range(number * pages, (number + 1) * pages):
                body = io.BytesIO(page_of(page).encode())
                http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
                record = writer.create_warc_record(
                    f"https://news{number}.example/story/{page}", "response", payload=body, http_headers=http
                )
                if number % 2:
                    record.rec_headers.remove_header("WARC-Identified-Payload-Type")
                writer.write_record(record)


def command(how: str, archives: Path, output: Path) -> list[str]:
    if how == "extract":
        return [sys.executable, "-m", "crawler", "extract", str(archives), "--output-dir", str(output), "--quiet"]
    return [sys.executable, "-m", "tests.benchmarks.archives_kills", "_pipeline", str(archives), str(output)]


def pipeline(archives: Path, output: Path) -> None:
    """Run datatrove's executor here; what is complete is left out, as its logs say."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.writers import JsonlWriter

    from crawler.datatrove_blocks import ArchivedPages, ReadPages, record_line

    steps = [ArchivedPages(str(archives)), ReadPages(), JsonlWriter(str(output), compression=None, adapter=record_line)]
    logs = str(output.with_name("logs"))
    LocalPipelineExecutor(steps, tasks=TASKS, workers=PROCESSES, logging_dir=logs).run()


def run(how: str, archives: Path, output: Path, seconds: float | None = None) -> float:
    """Run to the end, or kill the whole process group after so many seconds; return how long it took."""
    began = time.monotonic()
    process = subprocess.Popen(
        command(how, archives, output), start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        subprocess.run(["pkill", "-KILL", "-s", str(process.pid)], check=False)
    return time.monotonic() - began


def records(output: Path) -> Counter[str]:
    paths = sorted(output.rglob("*.jsonl"))
    return Counter(json.loads(line)["id"] for path in paths for line in path.read_bytes().splitlines())


def main() -> None:
    if sys.argv[1:2] == ["_pipeline"]:
        pipeline(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("how", choices=("extract", "datatrove"))
    parser.add_argument("--archives", type=int, default=TASKS)
    parser.add_argument("--pages", type=int, default=60)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="winnow-archives-"))
    make_archives(folder / "warcs", options.archives, options.pages)
    seconds = run(options.how, folder / "warcs", folder / "whole" / "records")
    whole = records(folder / "whole" / "records")
    for after in KILL_AFTER:
        run(options.how, folder / "warcs", folder / "killed" / "records", min(after, seconds / 2))
        print(f"killed with {records(folder / 'killed' / 'records').total()} records in whole files", flush=True)
    run(options.how, folder / "warcs", folder / "killed" / "records")
    killed = records(folder / "killed" / "records")
    wanted = options.archives * options.pages
    print(
        f"{options.how}: {wanted} pages, {whole.total()} records without kills in {seconds:.0f} s "
        f"({wanted / seconds:.1f} pages a second); after two kills {killed.total()}, the same: {killed == whole}, "
        f"twice: {sum(number > 1 for number in killed.values())}"
    )


if __name__ == "__main__":
    main()
