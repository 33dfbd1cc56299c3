"""The operators' page: its examples run as they stand, its words are the program's."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click import Context, Group

from crawler import errors
from crawler.cli import LazyGroup

if TYPE_CHECKING:
    from tests.conftest import Bench, Web

GUIDE = (Path(errors.__file__).parent / "guide" / "operating.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w+)\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
HOME = "/srv/news"


@pytest.fixture
def home(tmp_path: Path, web: Web, bench: Bench) -> Path:
    """A folder as the guide supposes it: sites.toml, and a `winnow` in .venv."""
    bench.add_stories(web, range(2))
    bench.sites_toml(tmp_path, web)
    program = tmp_path / ".venv" / "bin" / "winnow"
    program.parent.mkdir(parents=True)
    root = bench.environment()["PYTHONPATH"]
    allowed = f"--allow-address {web.allow}"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -m crawler "$@" {allowed}\n')
    program.chmod(0o755)
    return tmp_path


def run_bare(command: list[str], folder: Path) -> int:
    """Run with what cron and systemd give: hardly any environment, no terminal."""
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "SHELL": "/bin/sh", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, cwd="/", env=bare, stdin=subprocess.DEVNULL, timeout=60, check=False).returncode


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCKS if found == kind]


def test_the_crontab_line(home: Path, bench: Bench) -> None:
    (text,) = blocks("cron")
    found = re.fullmatch(r"((?:\S+ ){5}) (.*)\n", text)
    assert found is not None
    assert re.fullmatch(r"\*/10( \*){4} ", found[1])
    line = found[2].replace(HOME, str(home))
    assert "%" not in line, "cron makes a new line of it"
    assert run_bare(["/bin/sh", "-c", line], home) == 0
    assert len(bench.written(home / "news")) == 2
    assert (home / "crawl.log").read_text() == "", "nothing to tell, nothing in the mail"
    assert run_bare(["/bin/sh", "-c", line], home) == 0
    assert len(bench.written(home / "news")) == 2


def unit(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


def test_the_systemd_units(home: Path, bench: Bench, tmp_path: Path) -> None:
    service, timer = blocks("ini")
    section = unit(service)["Service"]
    command = shlex.split(section["ExecStart"].replace(HOME, str(home)))
    assert section["WorkingDirectory"] == HOME
    assert run_bare(["/bin/sh", "-c", shlex.join(["cd", str(home)]) + " && exec " + shlex.join(command)], home) == 0
    assert len(bench.written(home / "news")) == 2
    assert float(section["TimeoutStopSec"]) > 20, "a stopped run takes up to 20 seconds to finalise"
    assert section["SuccessExitStatus"] == str(errors.LockHeld.exit_code)
    assert unit(timer)["Timer"]["OnCalendar"]
    verify = shutil.which("systemd-analyze")
    if verify:  # a check more where systemd is
        subprocess.run([verify, "calendar", unit(timer)["Timer"]["OnCalendar"]], check=True, capture_output=True)


def test_commands_and_options_exist() -> None:
    group = LazyGroup("winnow")
    for name, rest in re.findall(r"\bwinnow ([a-z]+)((?: [a-z-]+| --[a-z-]+(?: [A-Z]+)?)*)", GUIDE):
        if name == "crawl" or rest:
            command = group.get_command(Context(group), name)
            assert command is not None, name
            commands = [command, *(command.commands.values() if isinstance(command, Group) else ())]
            known = {option for one in commands for parameter in one.params for option in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", rest)) <= known, f"winnow {name}{rest}"


def test_causes_exist() -> None:
    named = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| (`.*?) \|", GUIDE, re.MULTILINE))))
    assert named
    assert named <= errors.CAUSES.keys()
