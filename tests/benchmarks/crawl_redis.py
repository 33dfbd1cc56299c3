"""Full form: several workers on one Redis, against the truth of a local news web; kills, a restart, memory.

python -m tests.benchmarks.crawl_redis NEWSWEB_SCRIPT shared|kills|restart|gone [--sites 20] [--pages 100] [--workers 3]
python -m tests.benchmarks.crawl_redis - intervals [--sites 8] [--pages 20] [--workers 3]
python -m tests.benchmarks.crawl_redis - memory [--documents 20000]

`shared`: one worker and several against the truth, page by page: records, copies, seconds, round trips a page, and in
what the two crawls differ. `kills`: SIGKILL of a random worker every 5 s, ten times, each replaced at once. `restart`:
the same with the server killed and started again in the middle. `gone`: the server is killed in the middle and stays
away until all workers have ended; then it and they come back. `intervals`: times between two requests to a host.
`memory`: bytes a URL and a document in Redis, of synthetic articles.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from crawler.engine_config import load_engine
from tests.benchmarks.newsweb import Web, records, served
from tests.benchmarks.page_fates import Fates, differences, fates, summary
from tests.benchmarks.redis_intervals import measure_intervals
from tests.benchmarks.redis_memory import measure_memory
from tests.benchmarks.redis_workers import Workers, redis_engine
from tests.conftest import RedisProcess, redis_process

KILLS, KILL_EVERY = 10, 5.0


def set_engine(web: Web, redis: RedisProcess, name: str, lease: float) -> None:
    text = web.sites_toml.read_text(encoding="utf-8")
    body = text[text.index("[defaults]") :]
    web.sites_toml.write_text(redis_engine(redis, name, lease) + body, encoding="utf-8")


def workers_on(web: Web, output: Path, number: int) -> Workers:
    return Workers(web.sites_toml, output, number, ("--allow-address", f"127.0.0.0/8:{web.port}"))


def judged(web: Web, output: Path) -> tuple[str, Fates]:
    """Compact what the workers wrote, and compare it with the truth: a line, and what became of each page."""
    merged = output.with_name(output.name + "-articles")
    command = [
        sys.executable, "-m", "crawler", "compact", str(output), "-o", str(merged), "--sites", str(web.sites_toml),
    ]  # fmt: skip
    before = len([line for folder in sorted(output.glob("workers/*")) for line in records(folder)])
    subprocess.run(command, check=True)
    versions = Counter((record["id"], record["version"]) for record in records(merged))
    found = fates(web, merged, load_engine(web.sites_toml).setting)
    violations = web.ask("/__stats")["total"].get("robots_violations", 0)
    lost = sum(fate.is_wrong for fate in found.values())
    line = (
        f"{before} lines by the workers, {versions.total()} records after compact; of {len(found)} pages lost {lost}, "
        f"twice {sum(n > 1 for n in versions.values())}, private pages asked for {violations}"
    )
    return line, found


def shared(web: Web, redis: RedisProcess, folder: Path, options: argparse.Namespace) -> None:
    every = []
    for number in (1, options.workers):
        set_engine(web, redis, f"shared{number}", 30)
        output = folder / f"shared-{number}"
        web.ask("/__stats?reset")
        before = server_load(redis)
        began = time.monotonic()
        codes = workers_on(web, output, number).wait()
        seconds = time.monotonic() - began
        stats = web.ask("/__stats")["total"]
        trips, milliseconds = (now - then for now, then in zip(server_load(redis), before, strict=True))
        pages = max(1, stats["article_200"])
        line, found = judged(web, output)
        every.append(found)
        print(
            f"{number} workers: exit {codes}, {seconds:.0f} s, {stats['requests']} requests, {trips / pages:.1f} round "
            f"trips and {milliseconds / pages:.2f} ms of the server a page; {line}",
            *summary(found), sep="\n", flush=True,
        )  # fmt: skip
    print(f"one worker / {options.workers}:", *differences(*every), sep="\n", flush=True)


def gone(web: Web, redis: RedisProcess, folder: Path, options: argparse.Namespace) -> None:
    set_engine(web, redis, "gone", 30)
    output = folder / "gone"
    workers = workers_on(web, output, options.workers)
    while web.ask("/__stats")["total"].get("article_200", 0) < options.sites * options.pages // 3:
        time.sleep(0.5)
    redis.kill()
    began = time.monotonic()
    codes = workers.wait()
    seconds = time.monotonic() - began
    said = [log.read_text(encoding="utf-8").splitlines() for log in workers.logs]
    lines = sorted({line for log in said for line in log})
    print(
        f"Redis killed: exit {codes} within {seconds:.0f} s, {[len(log) for log in said]} lines:",
        *[f"  {line}" for line in lines], sep="\n", flush=True,
    )  # fmt: skip
    redis.start()
    codes = workers_on(web, folder / "gone", options.workers).wait()
    line, found = judged(web, output)
    print(f"Redis back: exit {codes}; {line}", *summary(found), sep="\n", flush=True)


def killed(web: Web, redis: RedisProcess, folder: Path, options: argparse.Namespace, *, restart: bool) -> None:
    draw = random.Random(options.seed)
    kills = 0
    set_engine(web, redis, "kills", 6)
    output = folder / "kills"
    workers = workers_on(web, output, options.workers)
    while kills < KILLS and workers.are_at_work:
        time.sleep(KILL_EVERY)
        workers.kill_one(draw)
        kills += 1
        if restart and kills == KILLS // 2:
            redis.kill()
            time.sleep(1)
            redis.start()
    codes = workers.wait()
    line, found = judged(web, output)
    told = " and a restart of Redis" if restart else ""
    print(f"{kills} kills{told}: exit {codes}; {line}", *summary(found), sep="\n", flush=True)


def server_load(redis: RedisProcess) -> tuple[float, float]:
    """Return the round trips that were read, and milliseconds of the server's processor."""
    command = ["redis-cli", "-p", str(redis.port), "info", "everything"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    known = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
    seconds = float(known["used_cpu_user"]) + float(known["used_cpu_sys"])
    return float(known["total_reads_processed"]), 1000 * seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", type=Path)
    parser.add_argument("what", choices=("shared", "kills", "restart", "gone", "intervals", "memory"))
    parser.add_argument("--sites", type=int, default=20)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="winnow-redis-"))
    (folder / "redis").mkdir()
    with redis_process(folder / "redis") as redis:
        if options.what == "memory":
            measure_memory(redis, folder, options.documents)
            return
        if options.what == "intervals":
            measure_intervals(redis, folder, options)
            return
        with served(options.script, folder / "web", sites=options.sites, pages=options.pages) as web:
            if options.what == "shared":
                shared(web, redis, folder, options)
            elif options.what == "gone":
                gone(web, redis, folder, options)
            else:
                killed(web, redis, folder, options, restart=options.what == "restart")
    print(folder)


if __name__ == "__main__":
    main()
