"""The pages of the guide: their examples run as they stand, their words are the program's, and none is missing."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING

import pytest
from click import Context, Group

from crawler import errors, settings
from crawler.cli import LazyGroup
from crawler.config import KEYS, load_sites
from crawler.records.schema import record_schema

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

    from tests.conftest import Bench, Web

PAGES = {path.stem: path.read_text(encoding="utf-8") for path in (Path(errors.__file__).parent / "guide").glob("*.md")}
GUIDE = PAGES["operating"]
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


def block_of(page: str, kind: str) -> str:
    """The first block of this kind on a page."""
    found = re.search(rf"^```{kind}\n(.*?)^```", PAGES[page], re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


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


def test_the_whole_record_is_one(schema_of_records: Draft202012Validator) -> None:
    record = json.loads(block_of("records", "json"))
    schema_of_records.validate(record | {"text_hash": "sha256:" + "0" * 64})
    assert list(record) == list(record_schema()["properties"])


def test_every_field_is_explained() -> None:
    named = set(re.findall(r"`([a-z_]+)", PAGES["records"]))
    words = {"date_published_raw", "date_published_precision", "date_modified_raw", "date_modified_precision"}
    assert set(record_schema()["properties"]) - words <= named


def test_every_key_of_sites_toml(tmp_path: Path) -> None:
    keys = re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| (`.*?) \|", PAGES["sites"], re.MULTILINE)))
    assert sorted(keys) == sorted(KEYS)
    (tmp_path / "sites.toml").write_text(block_of("sites", "toml"), encoding="utf-8")
    assert [site.name for site in load_sites(tmp_path / "sites.toml")] == ["herald", "gazette"]


def test_scrapys_settings_and_calls() -> None:
    named = set(re.findall(r"`(WINNOW_\w+)`", PAGES["scrapy"]))
    assert named <= set(dir(settings))
    for dotted in re.findall(r"`(crawler\.[\w.]+)\b(?!\.py)", PAGES["scrapy"]):
        assert resolve_name(dotted) is not None
    compile(block_of("scrapy", "python"), "settings.py", "exec")


def test_links_lead_somewhere() -> None:
    folder = Path(errors.__file__).parent / "guide"
    for text in PAGES.values():
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (folder / target).exists(), target
