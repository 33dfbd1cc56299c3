"""What a command does where its standard streams are full, closed, or without a reader."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

WINNOW = (sys.executable, "-m", "crawler")
PAGE = "<html><body><h1>The bridge</h1>" + "<p>The council met again and voted on the bridge of the town.</p>" * 20


def run(line: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a shell line where "$@" is its call."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line, "winnow", *WINNOW, *arguments],
        capture_output=True, text=True, timeout=60, check=False, env=os.environ | settings,
    )  # fmt: skip


@pytest.mark.parametrize("command", [("schema",), ("--help",), ("doctor", "--json")])
def test_a_full_disk_under_stdout(command: tuple[str, ...]) -> None:
    done = run('"$@" > /dev/full', *command)
    assert done.returncode == 5
    assert done.stderr == "winnow: standard output cannot be written (No space left on device)\n"


def test_a_closed_stdout() -> None:
    done = run('"$@" >&-', "schema")
    assert done.returncode == 5
    assert done.stderr.startswith("winnow: standard output is closed")


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-"])
def test_a_stderr_that_takes_nothing(redirection: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    done = run(f'"$@" {redirection}', "extract", str(tmp_path))
    assert done.returncode == 0
    assert json.loads(done.stdout)["title"] == "The bridge"


@pytest.mark.parametrize("command", [("schema",), ("--help",)])
def test_a_reader_that_leaves(command: tuple[str, ...]) -> None:
    done = run('"$@" | true', *command)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [("crawl", "--output", ""), ("crawl", "--output="), ("scrape", "")])
def test_an_argument_that_is_empty(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = subprocess.run([*WINNOW, *arguments], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "is empty; is a variable of your script not set?" in done.stderr
    assert not list(tmp_path.iterdir())


def test_every_line_arrives_at_a_reader_that_pauses(tmp_path: Path) -> None:
    """Unbuffered, and stopped while the pipe is full, a write takes only a part of what it is given."""
    for number in range(120):
        (tmp_path / f"{number}.html").write_text(PAGE.replace("The bridge<", f"The bridge {number}<"))
    with subprocess.Popen(
        [*WINNOW, "extract", str(tmp_path)], stdout=subprocess.PIPE, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    ) as winnow:
        assert winnow.stdout is not None
        first = os.read(winnow.stdout.fileno(), 100)
        time.sleep(1.5)
        for sign in (signal.SIGSTOP, signal.SIGCONT):
            winnow.send_signal(sign)
            time.sleep(0.2)
        lines = (first + winnow.stdout.read()).splitlines()
    assert len({json.loads(line)["title"] for line in lines}) == len(lines) == 120
