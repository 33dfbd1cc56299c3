"""What a person sees who asks for help, and the small commands."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from crawler import __version__
from crawler.cli import COMMANDS, LazyGroup
from crawler.cli import winnow as winnow_group
from crawler.records.schema import record_schema

if TYPE_CHECKING:
    from pathlib import Path

    import click

    from tests.conftest import CommandLine, Inline

LINES, COLUMNS = 24, 80
"""A terminal as it opens (VT100)."""


def help_of(name: str) -> str:
    """The help text of a command, as 80 columns show it."""
    context = winnow_group.make_context("winnow", [name] if name else [], resilient_parsing=True)
    context.terminal_width = COLUMNS
    command: click.Command = winnow_group
    for part in name.split():
        assert isinstance(command, LazyGroup) or hasattr(command, "commands")
        found = command.get_command(context, part)  # type: ignore[attr-defined] # a group, as the line above says
        assert found is not None
        command = found
        context = command.make_context(part, ["--help"], parent=context, resilient_parsing=True)
        context.terminal_width = COLUMNS
    return command.get_help(context)


@pytest.mark.parametrize("name", ["", *COMMANDS, "config check"])
def test_help_fits_a_screen_and_has_an_example(name: str) -> None:
    lines = help_of(name).splitlines()
    assert max(map(len, lines)) <= COLUMNS
    assert len(lines) <= LINES
    assert any(line.strip().startswith("winnow ") for line in lines)


def test_without_arguments_it_helps(winnow: CommandLine) -> None:
    bare, asked = winnow.run(), winnow.run("-h")
    assert asked.code == 0
    assert bare.code in {0, 2}
    assert all(f"  {name} " in bare.out.decode() + bare.err for name in COMMANDS)
    assert asked.err == ""


def test_version(inline: Inline) -> None:
    ended = inline.run("--version")
    assert (ended.code, ended.out.decode()) == (0, f"winnow, version {__version__}\n")


def test_an_unknown_command(inline: Inline) -> None:
    ended = inline.run("scrap")
    assert ended.code == 2
    assert "No such command 'scrap'" in ended.err


def test_schema_is_a_schema(inline: Inline) -> None:
    ended = inline.run("schema")
    assert (ended.code, ended.err) == (0, "")
    schema = json.loads(ended.out)
    Draft202012Validator.check_schema(schema)
    assert schema == record_schema()
    assert all(field.get("description") for field in schema["properties"].values())


def test_doctor_is_content(winnow: CommandLine) -> None:
    ended = winnow.run("doctor")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.decode().splitlines()
    assert all(line.startswith("ok    ") for line in lines)
    assert "output is not there yet" in ended.out.decode()
    assert not list(winnow.folder.iterdir())


@pytest.mark.parametrize(
    ("url", "name", "written"),
    [
        ("https://www.example.net/", "example.net", "https://www.example.net/"),
        ("news.test", "news.test", "https://news.test/"),
        ("http://127.0.0.1:8000", "127.0.0.1", "http://127.0.0.1:8000/"),
        ("https://news.test/en/", "news.test", "https://news.test/en/"),
        ('https://news.test/"x"', "news.test", 'https://news.test/"x"'),
    ],
)
def test_init_writes_what_crawl_reads(inline: Inline, url: str, name: str, written: str) -> None:
    ended = inline.run("init", url, "--user-agent", "Mine/1.0 (+mailto:me@mine.test)")
    assert (ended.code, ended.out) == (0, b"")
    (site,) = tomllib.loads((inline.folder / "sites.toml").read_text(encoding="utf-8"))["site"]
    assert (site["name"], site["url"]) == (name, written)


def test_init_and_config_check_go_together(inline: Inline) -> None:
    assert inline.run("init", "https://news.test/").code == 0
    ended = inline.run("config", "check")
    assert ended.code == 0
    assert "sites.toml: in order, 1 site" in ended.out.decode()
    assert "needs a contact in user_agent" in ended.err


def test_every_line_of_the_starter_can_be_taken_into_use(inline: Inline) -> None:
    inline.run("init", "https://news.test/")
    path = inline.folder / "sites.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    used = [line[2:] if line.startswith("# ") and " = " in line else line for line in lines]
    path.write_text("\n".join(used), encoding="utf-8")
    ended = inline.run("config", "check")
    assert ended.code == 0, ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("https://news.test/", "--sites", "there.toml"), 2, "there.toml exists already; add --overwrite"),
        (("https://news.test/", "--sites", "no/such.toml"), 5, "no such folder"),
        (("ftp://news.test/",), 2, "scheme ftp"),
        (("http://",), 2, "not a URL"),
        (("not a url",), 2, "not a URL"),
    ],
    ids=["existing", "missing folder", "scheme", "no host", "spaces"],
)
def test_init_refuses(inline: Inline, arguments: tuple[str, ...], code: int, words: str) -> None:
    (inline.folder / "there.toml").write_text("mine")
    ended = inline.run("init", *arguments)
    assert (ended.code, ended.out) == (code, b"")
    assert words in ended.err
    assert (inline.folder / "there.toml").read_text() == "mine"
    assert not (inline.folder / "sites.toml").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "no such file; run `winnow init`"),
        ('[[site]]\nname = "a"\nurl = "https://a.example/"\ndelai = 3\n', "sites.toml:4: unknown key “delai”"),
    ],
    ids=["missing", "unknown key"],
)
def test_config_check_names_the_fault(inline: Inline, text: str | None, words: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "sites.toml").write_text(text)
    ended = inline.run("config", "check")
    assert (ended.code, ended.out) == (2, b"")
    assert words in ended.err
    assert len(ended.err.splitlines()) == 1
