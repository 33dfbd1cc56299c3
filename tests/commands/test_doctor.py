"""`winnow doctor`: one run of the whole, and each check with what it is there for."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.commands import doctor, installation
from crawler.commands.findings import Finding, Level, finding
from crawler.commands.workplace import workplace_checks
from crawler.state.database import STATE_NAME
from crawler.state.store import CrawlStore

if TYPE_CHECKING:
    from tests.conftest import CommandLine, Inline

NOW = datetime.now(UTC)


def checked(folder: Path) -> dict[str, Finding]:
    checks = workplace_checks(folder / "sites.toml", folder / "output")
    return {name: finding(name, check) for name, check in checks}


def run_at(output: Path, moment: datetime) -> None:
    with CrawlStore.open(output, f"run-{moment:%Y%m%d%H%M}", moment) as run:
        run.finish({})


def test_the_whole(winnow: CommandLine) -> None:
    ended = winnow.run("doctor", within=180)
    *lines, last = ended.out.decode().splitlines()
    assert (ended.code, ended.err, last) == (0, "", "14 checks: all in order")
    assert {line[:9].strip() for line in lines} == {"ok", ""}
    assert max(map(len, lines)) <= 80
    assert "output is not there yet" in ended.out.decode()
    assert not list(winnow.folder.iterdir())


def test_for_machines(inline: Inline, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Finding("a", Level.OK, "fine"), Finding("b", Level.FAULT, "broken\x1b[2J", "mend it")]
    monkeypatch.setattr(doctor, "_findings", lambda sites, output: found)
    ended = inline.run("doctor", "--json")
    told = json.loads(ended.out)
    assert (ended.code, told["faults"], told["warnings"]) == (1, 1, 0)
    assert told["checks"][1] == {"name": "b", "level": "fault", "words": "broken\x1b[2J", "mend": "mend it"}
    assert told["versions"]["scrapy"]


@pytest.mark.parametrize("option", ["--sites", "--output"])
def test_a_path_that_was_named_and_is_not_there(inline: Inline, option: str) -> None:
    ended = inline.run("doctor", option, "typo")
    assert (ended.code, "typo: there is no such path" in ended.err) == (2, True)


def test_for_people(inline: Inline, monkeypatch: pytest.MonkeyPatch) -> None:
    place = "/a/long/path/that/nobody/could/copy/if/it/were/cut/in/two"
    found = [
        Finding("a", Level.OK, f"{place} is not there yet"),
        Finding("worker processes", Level.FAULT, "broken\x1b[2J", "mend it"),
    ]
    monkeypatch.setattr(doctor, "_findings", lambda sites, output: iter(found))
    monkeypatch.delenv("COLUMNS", raising=False)
    ended = inline.run("doctor")
    assert ended.code == 1
    assert ended.out.decode().splitlines() == [
        f"ok       a                 {place}",
        "                           is not there yet",
        "fault    worker processes  broken\\x1b[2J",
        "                           mend: mend it",
        "",
        "2 checks: 1 fault, 0 warnings",
    ]


def test_a_damaged_state(tmp_path: Path) -> None:
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / STATE_NAME).write_bytes(b"not a state" * 1000)
    found = checked(tmp_path)
    assert (found["state"].level, found["clock"].level) == (Level.FAULT, Level.OK)
    assert "winnow state rebuild" in found["state"].words


def test_a_folder_after_a_run(tmp_path: Path) -> None:
    run_at(tmp_path / "output", NOW - timedelta(hours=1))
    found = checked(tmp_path)
    assert {each.level for each in found.values()} == {Level.OK}
    assert found["state"].words == "whole; 0 URLs, 1 run"


def test_a_clock_that_is_behind(tmp_path: Path) -> None:
    run_at(tmp_path / "output", NOW + timedelta(days=2))
    clock = checked(tmp_path)["clock"]
    assert clock.level is Level.FAULT
    assert "1 day, 23:5" in clock.words or "2 days, 0:0" in clock.words
    assert "NTP" in clock.mend


@pytest.mark.parametrize(
    ("sites", "level", "words"),
    [
        ('[[site]]\nname = "a"\nurl = "https://a.test/"\n', Level.WARNING, "no contact in the user agent for a"),
        ('[defaults]\nuser_agent = "X (x@x.test)"\n[[site]]\nname = "a"\nurl = "https://a.test/"', Level.OK, "1 site"),
        ("[[site]", Level.FAULT, "not TOML"),
    ],
    ids=["no contact", "in order", "broken"],
)
def test_the_sites(tmp_path: Path, sites: str, level: Level, words: str) -> None:
    (tmp_path / "sites.toml").write_text(sites)
    found = checked(tmp_path)["sites"]
    assert found.level is level
    assert words in found.words


def test_a_state_of_an_earlier_version(tmp_path: Path) -> None:
    run_at(tmp_path / "output", NOW)
    connection = sqlite3.connect(tmp_path / "output" / STATE_NAME)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    found = checked(tmp_path)["state"]
    assert (found.level, "earlier version" in found.words) == (Level.WARNING, True)


def test_records_without_a_state(tmp_path: Path) -> None:
    (tmp_path / "output" / "records").mkdir(parents=True)
    (tmp_path / "output" / "records" / "run-001.jsonl").write_text("{}\n")
    found = checked(tmp_path)["state"]
    assert (found.level, "winnow state rebuild" in found.mend) == (Level.FAULT, True)


def test_a_finished_file_that_was_changed(tmp_path: Path) -> None:
    output = tmp_path / "output"
    run_at(output, NOW)
    (output / "records").mkdir(exist_ok=True)
    (output / "records" / "a.jsonl").write_text("{}\n")
    connection = sqlite3.connect(output / STATE_NAME)
    row = ("records/a.jsonl", "run", "finished", 99, 1)
    connection.execute("INSERT INTO files (path, run_id, state, committed_bytes, records) VALUES (?, ?, ?, ?, ?)", row)
    connection.commit()
    connection.close()
    found = checked(tmp_path)["state"]
    assert (found.level, found.words) == (Level.WARNING, "finished files have changed since: records/a.jsonl")


@pytest.mark.parametrize(
    ("free", "level"), [(10**6, Level.FAULT), (10**8, Level.WARNING), (10**10, Level.OK)], ids=["full", "low", "free"]
)
def test_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: Level) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 10**12 - free, free))
    assert checked(tmp_path)["disk"].level is level


def test_a_package_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "version", lambda name: "0.0.1")
    found = finding("packages", installation._packages)
    assert found.level is Level.FAULT
    assert '"scrapy<2.20,>=2.19"' in found.mend
    assert "parquet (pip install pyarrow)" in finding("extras", installation._extras).words


def test_whatever_a_check_raises_is_told() -> None:
    def check() -> str:
        raise ZeroDivisionError("seven")

    assert finding("x", check) == Finding(
        "x", Level.FAULT, "ZeroDivisionError: seven", "reinstall winnow-crawler, or report it"
    )
