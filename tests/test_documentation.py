"""The README says what is there, and nothing that is not."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import click
import pytest

from crawler import cli, errors
from crawler.cli import COMMANDS, LazyGroup
from crawler.commands.delivery import NO_RECORD, SOME_FAILED
from crawler.items import ARTICLE_LABELS, TEXT_LABELS, Label, Record, Status

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL: list[str] = re.findall(r"^```(?:sh)?\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
GROUP = LazyGroup("winnow")


def command(name: str) -> click.Command:
    found = GROUP.get_command(click.Context(GROUP), name)
    assert found is not None
    return found


def options_of(found: click.Command) -> set[str]:
    own = {option for parameter in found.params for option in parameter.opts}
    nested = found.commands.values() if isinstance(found, click.Group) else ()
    return own | {option for child in nested for option in options_of(child)} | {"--help"}


def calls() -> list[tuple[str, str]]:
    """Every `winnow COMMAND ...` of the README's shell blocks: command and the whole line."""
    lines = [line for block in SHELL for line in block.splitlines()]
    return [(name, line) for line in lines for name in re.findall(r"(?:^|[/\s])winnow ([a-z]+)", line)]


def test_the_readme_calls_commands_that_exist() -> None:
    called = {name for name, _ in calls()}
    assert called <= COMMANDS.keys()
    assert called >= {"scrape", "extract", "crawl", "init", "config", "demo"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_named_in_the_readme(name: str) -> None:
    assert re.search(rf"\b{name}\b", README)


@pytest.mark.parametrize(("name", "line"), calls(), ids=lambda value: value)
def test_the_readmes_options_exist(name: str, line: str) -> None:
    ours = line[line.index(f"winnow {name}") :].partition(" #")[0]
    given = re.findall(r"(?<=\s)--?[a-z][a-z-]*", re.sub(r'"[^"]*"', "", ours))
    assert set(given) <= options_of(command(name))


def test_options_in_prose_exist() -> None:
    prose = re.sub(r"^```.*?^```", "", README, flags=re.DOTALL | re.MULTILINE)
    every = {option for name in COMMANDS for option in options_of(command(name))}
    assert set(re.findall(r"--[a-z][a-z-]+", prose)) <= every


def test_the_exit_codes() -> None:
    rows = dict(re.findall(r"^\| ([0-9, ]+) \| (.+) \|$", README, re.MULTILINE))
    assert set(rows) == {"0", "1", "2", "3", "4", "5", "75", "130, 143"}
    named = {errors.WinnowError: "1", errors.UsageError: "2", errors.OutputError: "5", errors.LockHeld: "75"}
    assert {cls.exit_code for cls in named} == set(map(int, named.values()))
    assert {SOME_FAILED, NO_RECORD} == {3, 4}
    assert cli.winnow.epilog is not None
    for code in "1 2 3 4 5 75 130/143".split():
        assert re.search(rf"\b{code}\b", cli.winnow.epilog)


def test_the_labels() -> None:
    (paragraph,) = re.findall(r"^Labels: (.*?)\n\n", README, re.DOTALL | re.MULTILINE)
    text, own, boilerplate = (re.findall(r"`([a-z_]+)`", part) for part in paragraph.split(";"))
    assert set(text) - {"text"} == set(TEXT_LABELS)
    assert set(own) == set(ARTICLE_LABELS - TEXT_LABELS)
    assert set(boilerplate) == {label for label in Label if label.is_boilerplate}


def test_the_records_fields() -> None:
    named = set(re.findall(r"`([a-z_]+)`", README.partition("## The record")[2].partition("Labels:")[0]))
    known = {field.name for field in fields(Record)} | {"boilerplate", "label", "xpath", "score", "reason"}
    known |= {"status", "method", "versions"} | {status for status in Status if status.is_written}
    assert named - {"winnow"} <= known


def test_written_statuses_are_named() -> None:
    assert {str(status) for status in Status if status.is_written} <= set(re.findall(r"`([a-z_]+)`", README))


def test_the_modules_of_the_map_exist() -> None:
    tables = README.partition("## How it is built")[2].partition("## Changes")[0]
    for name in re.findall(r"`([a-z_]+(?:/|\.py))`", tables):
        assert (ROOT / "crawler" / name).exists()
    for name in re.findall(r"`((?:crawler|tests)/[a-z_/.]+)`", tables):
        assert (ROOT / name).exists()


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists()


def test_the_pictures_are_small() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", README)
    assert len(pictures) == 2
    assert all((ROOT / picture).stat().st_size < 200_000 for picture in pictures)


def test_the_two_commands_need_nothing_else() -> None:
    demo, tests = (block.strip() for block in SHELL[:2])
    for line in (demo, tests):
        assert line.startswith("python3 -m venv .venv && .venv/bin/pip install -q ")
        assert "\n" not in line
    assert demo.endswith("&& .venv/bin/winnow demo")
    assert tests.endswith("&& .venv/bin/python -m pytest")
    assert '".[dev]"' in tests


def test_ci_runs_the_readmes_test_command() -> None:
    """The check takes the first line with pytest in a shell block: that is the second command, word for word."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "/pytest/ {print; exit}" in script
    first = next(line for block in SHELL for line in block.splitlines() if "pytest" in line)
    assert first == SHELL[1].strip()


def test_the_documented_python_is_the_public_one() -> None:
    import crawler

    called = set(re.findall(r"crawler\.(\w+)\(", README))
    assert called <= set(crawler.__all__)
    assert called >= {"extract", "extract_text", "read_records"}


PACKAGE_DATA = [
    ("crawler", "py.typed"),
    ("crawler", "tracking_params.txt"),
    ("crawler.records", "record.schema.json"),
    ("crawler.extraction.phrases", "en.toml"),
    ("crawler.discovery", "page_words.txt"),
    ("crawler.demo.articles", "de.toml"),
    ("crawler.demo.templates", "robots.txt.j2"),
    ("crawler.demo.templates.de", "style.css"),
]


@pytest.mark.parametrize(("package", "name"), PACKAGE_DATA)
def test_package_data_is_found_as_installed(package: str, name: str) -> None:
    parent, _, folder = package.partition(".")
    assert files(parent).joinpath(*folder.split(".") if folder else (), name).is_file()


def test_every_file_of_the_package_is_package_data() -> None:
    """A wheel holds what the patterns of pyproject.toml take; a file with another ending would be left behind."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["crawler"]
    package = ROOT / "crawler"
    taken = {path for pattern in patterns for path in package.glob(pattern)}
    present = {p for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts and p.suffix != ".py"}
    training_only = {package / "training" / "annotations" / "pages.jsonl"}  # needs the corpora, which no wheel has
    assert present - taken == training_only
