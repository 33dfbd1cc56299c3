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
from click import Command, Context, Group

import crawler
from crawler import errors, settings
from crawler.cli import LazyGroup
from crawler.config import KEYS, load_sites
from crawler.exports.targets import Target
from crawler.extraction.block_model import LABELS
from crawler.records.schema import record_schema
from crawler.training.corpora import CORPORA, TYPED, read_corpus

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


def options_of(found: Command) -> set[str]:
    own = {option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)}
    nested = found.commands.values() if isinstance(found, Group) else ()
    return own | {option for child in nested for option in options_of(child)} | {"--help"}


@pytest.mark.parametrize("page", PAGES)
def test_the_calls_exist(page: str) -> None:
    group = LazyGroup("winnow")
    blocks = "\n".join(re.findall(r"^```(?:sh|cron)\n(.*?)^```", PAGES[page], re.DOTALL | re.MULTILINE))
    for name, rest in re.findall(r"\bwinnow ([a-z]+)\b(.*)", blocks):
        found = group.get_command(Context(group), name)
        assert found is not None, name
        ours = re.split(r"[#|&;]", rest)[0]
        assert set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", ours)) <= options_of(found), f"{name}{rest}"


def test_the_targets_of_an_export() -> None:
    table = PAGES["records"].partition("## Taking them elsewhere")[2]
    named = re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)))
    assert named == list(Target)


def test_the_selectors_of_a_site(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text(block_of("teaching", "toml"), encoding="utf-8")
    (site,) = load_sites(tmp_path / "sites.toml")
    assert (site.prune, site.keep) == ((".recipe-card", "aside.service"), ("div.live-ticker",))


LABELLED = "https://news.test/bridge"


@pytest.fixture
def corrected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One page of corrections as the view saves it; return its labels, of which a person changed one."""
    paragraphs = "".join(f"<p>{'The old bridge was opened again on Monday, the mayor said. ' * 4}</p>" for _ in "abc")
    html = f'<html><meta charset="latin1"><body><article><h1>Brücke</h1>{paragraphs}</article></body></html>'
    record = crawler.extract(html, url=LABELLED)
    labels = [str(segment.label) for segment in record.segments]
    labels[labels.index("body")] = "advertisement"
    page = {
        "page": record.id, "url": LABELLED, "lang": "en", "kind": "html", "file": None, "html_text": html,
        "runs": [[label, 1] for label in labels],
    }  # fmt: skip
    (tmp_path / "winnow-labels.jsonl").write_text(json.dumps(page) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return labels


def python_of(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", PAGES[page], re.DOTALL | re.MULTILINE)


def test_corrections_measure(corrected: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The recipe names the block whose label a person changed, and no other."""
    exec(compile(python_of("teaching")[0], "teaching.md", "exec"), {})
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{LABELLED} body should be advertisement: The old bridge")


def test_corrections_become_a_corpus(corrected: list[str], tmp_path: Path) -> None:
    exec(compile(python_of("teaching")[1], "teaching.md", "exec"), {})
    (page,) = read_corpus(tmp_path / "corpora" / "typed")
    assert [str(LABELS[number]) for number in page.labels] == corrected
    assert page.tree.blocks[0].text == "Brücke"
    assert all(not list(read_corpus(tmp_path / "corpora" / name)) for name in CORPORA if name != TYPED)
