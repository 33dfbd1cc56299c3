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


def test_without_arguments_it_helps(inline: Inline) -> None:
    bare, asked = inline.run(), inline.run("-h")
    assert (bare.code, bare.out) == (2, b"")
    assert [line.split()[:2] for line in bare.err.splitlines() if line.startswith("  ")] == [
        ["winnow", "demo"], ["winnow", "scrape"], ["winnow", "crawl"],
    ]  # fmt: skip
    assert max(map(len, bare.err.splitlines())) <= COLUMNS
    assert (asked.code, asked.err) == (0, "")
    assert all(f"  {name} " in asked.out.decode() for name in COMMANDS)


def test_version(inline: Inline) -> None:
    ended = inline.run("--version")
    assert (ended.code, ended.out.decode()) == (0, f"winnow, version {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("scrap",), "winnow: No such command 'scrap'; did you mean 'scrape'? See winnow --help"),
        (("zzz",), "winnow: No such command 'zzz'; see winnow --help"),
        (("-v",), "winnow: No such option '-v'; see winnow --help"),
        (("scrape",), "winnow scrape: Missing argument 'URL...'; see winnow scrape --help"),
        (
            ("state", "forget"),
            "winnow state forget: Say what to forget: --site, --url or --before; see winnow state forget --help",
        ),
        (("scrape", "--form", "x"), "winnow scrape: No such option '--form'; did you mean '--format'? "
         "See winnow scrape --help"),
        (("crawl", "--since", "1d", "--until", "7d"), "winnow: --since 1d --until 7d: it ends before it begins; "
         "exchange the two"),
        (("view", "0123abcd"), "0123abcd: file_unreadable: no such file, and no output in which to look for the id; "
         "name it with --from"),
    ],
    ids=["near a command", "no command", "option", "argument", "choice", "near an option", "window", "folder"],
)  # fmt: skip
def test_a_wrong_use_is_one_line_with_its_mend(inline: Inline, arguments: tuple[str, ...], line: str) -> None:
    ended = inline.run(*arguments)
    assert (ended.code, ended.out) in {(2, b""), (4, b"")}
    assert ended.err == line + "\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("crawl", "--json-logs", "--sites", "none.toml"), "none.toml: no such file"),
        (("crawl", "--json-logs", "--since", "1d", "--until", "7d"), "it ends before it begins"),
        (("crawl", "--json-logs", "--no-such"), "No such option '--no-such'"),
    ],
    ids=["file", "window", "option"],
)
def test_who_reads_json_lines_reads_faults_as_such(inline: Inline, arguments: tuple[str, ...], words: str) -> None:
    ended = inline.run(*arguments)
    (line,) = map(json.loads, ended.err.splitlines())
    assert (ended.code, line["level"]) == (2, "error")
    assert words in line["message"]


def complete(winnow: CommandLine, words: str) -> list[str]:
    """What the shell is told: kind and word on a line each."""
    ended = winnow.start(variables={"_WINNOW_COMPLETE": "bash_complete", "COMP_WORDS": words,
                                    "COMP_CWORD": str(len(words.split(" ")) - 1)}).end()  # fmt: skip
    assert (ended.code, ended.err) == (0, "")
    return [line.partition(",")[2] for line in ended.out.decode().splitlines()]


def test_the_shell_completes(winnow: CommandLine) -> None:
    (winnow.folder / "sites.toml").write_text('[[site]]\nname = "herald"\nurl = "https://herald.example/"\n')
    assert complete(winnow, "winnow ex") == ["extract", "export"]
    assert complete(winnow, "winnow export --to par") == ["parquet"]
    assert complete(winnow, "winnow export --no-d") == ["--no-duplicates"]
    assert complete(winnow, "winnow crawl --site her") == ["herald"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_printed(winnow: CommandLine, shell: str) -> None:
    ended = winnow.start(variables={"_WINNOW_COMPLETE": f"{shell}_source"}).end()
    assert ended.code == 0
    assert b"_WINNOW_COMPLETE=" in ended.out


def test_schema_is_a_schema(inline: Inline) -> None:
    ended = inline.run("schema")
    assert (ended.code, ended.err) == (0, "")
    schema = json.loads(ended.out)
    Draft202012Validator.check_schema(schema)
    assert schema == record_schema()
    assert all(field.get("description") for field in schema["properties"].values())


@pytest.mark.parametrize(
    ("url", "name", "written"),
    [
        ("https://www.example.net/", "example.net", "https://www.example.net/"),
        ("news.test", "news.test", "https://news.test/"),
        ("http://127.0.0.1:8000", "127.0.0.1", "http://127.0.0.1:8000/"),
        ("https://news.test/en/", "news.test", "https://news.test/en/"),
        ('https://news.test/"x"', "news.test", 'https://news.test/"x"'),
        ("https://news.test?lang=en", "news.test", "https://news.test/?lang=en"),
    ],
)
def test_init_writes_what_crawl_reads(inline: Inline, url: str, name: str, written: str) -> None:
    ended = inline.run("init", url, "--user-agent", "Mine/1.0 (+mailto:me@mine.test)")
    assert (ended.code, ended.out) == (0, b"")
    (site,) = tomllib.loads((inline.folder / "sites.toml").read_text(encoding="utf-8"))["site"]
    assert (site["name"], site["url"]) == (name, written)


def test_init_writes_no_password(inline: Inline) -> None:
    ended = inline.run("init", "https://me:secret@news.test/")
    assert (ended.code, "a user name or password does not belong in sites.toml" in ended.err) == (2, True)
    assert "secret" not in ended.err
    assert not (inline.folder / "sites.toml").exists()


def test_init_writes_no_control_characters(inline: Inline) -> None:
    assert inline.run("init", "https://news.test/", "--name", "news\r\x7fof\tthe day").code == 0
    assert inline.run("config", "check").code == 0


def test_init_and_config_check_go_together(inline: Inline) -> None:
    assert inline.run("init", "https://news.test/").code == 0
    ended = inline.run("config", "check")
    assert ended.code == 0
    assert ended.out.decode() == "sites.toml: 1 site, 1 without a contact\n"
    assert "“example.org” in user_agent reaches nobody; crawling it needs a URL or an e-mail of yours" in ended.err


def test_config_check_tells_of_sources_that_sites_share(inline: Inline) -> None:
    agent = '[defaults]\nuser_agent = "Mine/1.0 (+mailto:me@mine.test)"\n'
    site = '[[site]]\nname = "{0}"\nurl = "https://{0}.test/"\nfeeds = ["https://a.test/{1}"]\n'
    path = inline.folder / "sites.toml"
    path.write_text(agent + site.format("a", "all") + site.format("b", "all") + site.format("c", "c"), encoding="utf-8")
    ended = inline.run("config", "check")
    assert (ended.code, ended.out) == (0, b"sites.toml: in order, 3 sites\n")
    (line,) = ended.err.splitlines()
    assert "a and b have the source https://a.test/all" in line


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
