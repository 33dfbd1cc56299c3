"""Processes of `winnow crawl` that share an output folder and a Redis."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from tests.conftest import RedisProcess

ENGINE = '[engine]\nkind = "redis"\nurl = "{url}"\nnamespace = "{name}"\nlease_seconds = {lease}\n\n'


def redis_engine(redis: RedisProcess, name: str, lease: float) -> str:
    """Return the table `[engine]` of a sites.toml."""
    return ENGINE.format(url=redis.url, name=name, lease=lease)


class Workers:
    """Each writes what it says to a log of its own, `OUTPUT-N.log`."""

    def __init__(self, sites: Path, output: Path, number: int, more: tuple[str, ...]) -> None:
        self._command = [
            sys.executable, "-m", "crawler", "crawl", "--sites", str(sites), "--output", str(output),
            "--workers", "1", "--quiet", *more,
        ]  # fmt: skip
        self._output = output
        self.logs: list[Path] = []
        self.running = [self._start() for _ in range(number)]

    def _start(self) -> subprocess.Popen[bytes]:
        self.logs.append(self._output.with_name(f"{self._output.name}-{len(self.logs)}.log"))
        with self.logs[-1].open("wb") as log:
            return subprocess.Popen(self._command, start_new_session=True, stderr=log)

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
