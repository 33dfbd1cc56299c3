"""Full form: several workers on one Redis, against the truth of a local news web; kills, a restart, memory.

python -m tests.benchmarks.crawl_redis NEWSWEB_SCRIPT shared|kills|restart [--sites 20] [--pages 100] [--workers 3]
python -m tests.benchmarks.crawl_redis - memory [--documents 20000]

`shared`: one worker and several against the truth: records, seconds, round trips a page.
`kills`: SIGKILL of a random worker every 5 s, ten times, each replaced at once. `restart`: the same with the server
killed and started again in the middle. `memory`: bytes a URL and a document in Redis, of synthetic articles.
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

from tests.benchmarks.newsweb import Web, crawl_command, records, served
from tests.benchmarks.redis_memory import measure_memory
from tests.conftest import RedisProcess, redis_process

ENGINE = '[engine]\nkind = "redis"\nurl = "{url}"\nnamespace = "{name}"\nlease_seconds = {lease}\n\n'
KILLS, KILL_EVERY = 10, 5.0


def set_engine(web: Web, redis: RedisProcess, name: str, lease: float) -> None:
    text = web.sites_toml.read_text(encoding="utf-8")
    body = text[text.index("[defaults]") :]
    engine = ENGINE.format(url=redis.url, name=name, lease=lease)
    web.sites_toml.write_text(engine + body, encoding="utf-8")


class Workers:
    """Processes of the command that share an output folder."""

    def __init__(self, web: Web, output: Path, number: int) -> None:
        self.command = [*crawl_command(web, output), "--workers", "1"]
        self.log = (output.parent / f"{output.name}.log").open("wb")
        self.running = [self._start() for _ in range(number)]
        self.codes: list[int] = []

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command, start_new_session=True, stderr=self.log)

    def kill_one(self, draw: random.Random) -> None:
        """Kill one with its worker processes, and start another."""
        place = draw.randrange(len(self.running))
        victim = self.running[place]
        subprocess.run(["pkill", "-KILL", "-s", str(victim.pid)], check=False)
        victim.wait()
        self.running[place] = self._start()

    def wait(self) -> list[int]:
        return [process.wait() for process in self.running]

    @property
    def are_at_work(self) -> bool:
        return any(process.poll() is None for process in self.running)


def judged(web: Web, output: Path) -> str:
    """Compact what the workers wrote, and compare it with the truth."""
    merged = output.with_name(output.name + "-articles")
    command = [
        sys.executable, "-m", "crawler", "compact", str(output), "-o", str(merged), "--sites", str(web.sites_toml),
    ]  # fmt: skip
    before = len([line for folder in sorted(output.glob("workers/*")) for line in records(folder)])
    subprocess.run(command, check=True)
    written = Counter(record["url"] for record in records(merged))
    versions = Counter((record["id"], record["version"]) for record in records(merged))
    truth = [page for page in web.truth() if page.get("published", True)]
    wanted = {page["url"] for page in truth if page["kind"] in {"original", "variant", "syndicated"}}
    private = {page["url"] for page in truth if page["kind"] == "private"}
    copies = {page["url"] for page in truth if page["kind"].startswith("exact")}
    aside = settled_aside(output, merged, wanted - written.keys())
    return (
        f"{before} lines by the workers, {written.total()} records after compact; wanted {len(wanted)}, "
        f"missing {len(wanted - written.keys() - aside)} (and {len(aside)} that are no articles or repeat another), "
        f"twice {sum(n > 1 for n in versions.values())}, private {len(private & written.keys())}, "
        f"copies {len(copies & written.keys())}"
    )


def settled_aside(output: Path, merged: Path, urls: set[str]) -> set[str]:
    """Return those of the URLs that the ledger has as skipped or as a duplicate, by the rows on the server."""
    from crawler.engine_config import load_engine
    from crawler.engines.opening import server_of
    from crawler.engines.rows import unpack

    server = server_of(load_engine(output.parent / "web" / "sites.toml").setting)
    aside = set()
    for group in set(server.ask("HVALS", server.key("sites"))):
        rows = server.ask("HVALS", server.key("rows", group.decode()))
        aside |= {row.url for row in map(unpack, rows) if row.state in {"skipped", "duplicate"} and row.url in urls}
    return aside


def shared(web: Web, redis: RedisProcess, folder: Path, options: argparse.Namespace) -> None:
    for number in (1, options.workers):
        set_engine(web, redis, f"shared{number}", 30)
        output = folder / f"shared-{number}"
        web.ask("/__stats?reset")
        server = round_trips(redis)
        began = time.monotonic()
        codes = Workers(web, output, number).wait()
        seconds = time.monotonic() - began
        stats = web.ask("/__stats")["total"]
        done = round_trips(redis) - server
        print(
            f"{number} workers: exit {codes}, {seconds:.0f} s, {stats['requests']} requests, "
            f"{done / max(1, stats['article_200']):.1f} round trips a page; {judged(web, output)}",
            flush=True,
        )


def killed(web: Web, redis: RedisProcess, folder: Path, options: argparse.Namespace, *, restart: bool) -> None:
    draw = random.Random(options.seed)
    kills = 0
    set_engine(web, redis, "kills", 6)
    output = folder / "kills"
    workers = Workers(web, output, options.workers)
    while kills < KILLS and workers.are_at_work:
        time.sleep(KILL_EVERY)
        workers.kill_one(draw)
        kills += 1
        if restart and kills == KILLS // 2:
            redis.kill()
            time.sleep(1)
            redis.start()
    codes = workers.wait()
    print(
        f"{kills} kills{' and a restart of Redis' if restart else ''}: exit {codes}; {judged(web, output)}", flush=True
    )


def round_trips(redis: RedisProcess) -> int:
    told = subprocess.run(
        ["redis-cli", "-p", str(redis.port), "info", "stats"], check=True, capture_output=True, text=True
    ).stdout
    return int(next(line for line in told.splitlines() if line.startswith("total_reads_processed")).split(":")[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", type=Path)
    parser.add_argument("what", choices=("shared", "kills", "restart", "memory"))
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
        with served(options.script, folder / "web", sites=options.sites, pages=options.pages) as web:
            if options.what == "shared":
                shared(web, redis, folder, options)
            else:
                killed(web, redis, folder, options, restart=options.what == "restart")
    print(folder)


if __name__ == "__main__":
    main()
