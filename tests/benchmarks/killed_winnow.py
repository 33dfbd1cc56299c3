"""`winnow`, killed at a step of its writing. STEP counts each side of fsync, rename, unlink, mkdir, and BEGIN, COMMIT.

python tests/benchmarks/killed_winnow.py STEP crawl --sites ...

The whole process group dies, workers too; start it in one of its own. With STEP 0 nothing is killed and the last line
on stderr says how many steps there were.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from crawler.cli import main
from tests.state.crawl_to_kill import Countdown


class GroupCountdown(Countdown):
    def step(self) -> None:
        self.steps -= 1
        if self.steps == 0:
            os.killpg(os.getpgid(0), signal.SIGKILL)


if __name__ == "__main__":  # its workers import this file again
    countdown = GroupCountdown(int(sys.argv.pop(1)))
    countdown.install()
    if countdown.steps == 0:
        atexit.register(lambda: sys.stderr.write(f"steps: {-countdown.steps}\n"))
    main()
