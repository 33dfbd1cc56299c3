"""`winnow export` of a file of records: targets, folders, and what is said where something is in the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from crawler.commands.article_files import ArticleFiles
from crawler.exports import targets
from crawler.exports.csv_cells import LONGEST_CELL
from crawler.exports.targets import Target
from crawler.items import Extraction, Paragraph, ParagraphKind, Record, Status
from crawler.records.lines import json_line

if TYPE_CHECKING:
    from tests.conftest import Inline


def _record(number: int, text: str = "Some text.") -> Record:
    return Record(
        id=f"{number:032x}", url=f"https://news.example/{number}", title=f"Title {number}", text=text,
        paragraphs=(Paragraph(ParagraphKind.PARAGRAPH, text),), extraction=Extraction(Status.OK, None, "model", {}),
    )  # fmt: skip


@pytest.fixture
def save(inline: Inline) -> Callable[..., Path]:
    """Write records as `winnow scrape` does."""

    def write(*records: Record, more: str = "") -> Path:
        path = inline.folder / "records.jsonl"
        path.write_text("".join(json_line(record.to_dict()) + "\n" for record in records) + more, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("target", Target)
def test_every_target_writes_a_file(inline: Inline, save: Callable[..., Path], target: Target) -> None:
    ended = inline.run("export", save(_record(1), _record(2)).name, "--to", target, "-o", "out")
    assert (ended.code, ended.out, ended.err) == (0, b"", "records.jsonl: 2 records exported\n")
    assert (inline.folder / "out").stat().st_size > 30


def test_parquet_of_a_file(inline: Inline, save: Callable[..., Path]) -> None:
    save(_record(1), _record(2))
    assert inline.run("export", "records.jsonl", "--to", "parquet", "-o", "a.parquet", "-q").err == ""
    assert duckdb.execute(f"select title from '{inline.folder}/a.parquet' order by 1").fetchall() == [
        ("Title 1",),
        ("Title 2",),
    ]


def test_a_file_for_each_article(inline: Inline, save: Callable[..., Path]) -> None:
    save(_record(1), replace(_record(1), version=2), _record(2))
    arguments = ("export", "records.jsonl", "--to", "markdown", "--output-dir", "articles")
    assert inline.run(*arguments).code == 0
    names = sorted(path.name for path in (inline.folder / "articles").iterdir())
    assert names == [f"{1:032x}-v2.md", f"{1:032x}.md", f"{2:032x}.md"]
    assert (inline.folder / "articles" / names[2]).read_text().startswith(f'---\nid: "{2:032x}"\n')
    again = inline.run(*arguments)
    assert (again.code, "add --overwrite" in again.err) == (2, True)
    assert inline.run(*arguments, "--overwrite").code == 0


def test_of_only_the_latest_versions_each_article_has_one_file(tmp_path: Path) -> None:
    for version in (1, 2, 3):
        with ArticleFiles(tmp_path, Target.MARKDOWN, overwrite=True, latest=True).open() as add:
            add(replace(_record(1), version=version, title=f"Version {version}"))
    (file,) = tmp_path.iterdir()
    assert file.name == f"{1:032x}.md"
    assert "# Version 3" in file.read_text()


@pytest.mark.parametrize("name", ["../escaped", "/etc/x", "", ".hidden", "a/b", "nul\0"])
def test_an_id_names_no_file_elsewhere(inline: Inline, save: Callable[..., Path], name: str) -> None:
    save(replace(_record(1), id=name))
    ended = inline.run("export", "records.jsonl", "--to", "markdown", "--output-dir", "articles")
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert "is no name for a file" in ended.err
    assert not list((inline.folder / "articles").glob("**/*"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--latest",), "need the state of a crawl: name its folder"),
        (("--to", "csv", "--output-dir", "d"), "--output-dir goes with --to markdown or --to text"),
        (("--to", "text", "--output-dir", "d", "-o", "f"), "not with --output"),
        (("--to", "excel"), "'excel' is not one of"),
        (("-o", "."), "is a folder; name a file"),
    ],
)
def test_wrong_uses(inline: Inline, save: Callable[..., Path], arguments: tuple[str, ...], words: str) -> None:
    save(_record(1))
    ended = inline.run("export", "records.jsonl", *arguments)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (2, b"", 1)
    assert words in ended.err


def test_a_library_that_is_missing(inline: Inline, save: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    save(_record(1))
    monkeypatch.setattr(targets, "find_spec", lambda name: None)
    ended = inline.run("export", "records.jsonl", "--to", "parquet", "-o", "a.parquet")
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert 'pip install "pyarrow>=15"' in ended.err
    assert not (inline.folder / "a.parquet").exists()


@pytest.mark.parametrize("target", [Target.PARQUET, Target.CSV, Target.JSON])
def test_a_broken_line_leaves_no_file(inline: Inline, save: Callable[..., Path], target: Target) -> None:
    save(_record(1), more="{broken\n")
    ended = inline.run("export", "records.jsonl", "--to", target, "-o", "out")
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert "records.jsonl:2: " in ended.err
    assert [path.name for path in inline.folder.iterdir()] == ["records.jsonl"]


def test_what_a_target_cannot_have_is_named(inline: Inline, save: Callable[..., Path]) -> None:
    save(_record(1), replace(_record(2), url=None))
    ended = inline.run("export", "records.jsonl", "--to", "zyte")
    assert (ended.code, len(ended.out.splitlines())) == (3, 1)
    assert ended.err.splitlines() == [
        f"{2:032x}: left out: an Article of zyte-common-items needs a URL, and the record has none",
        "records.jsonl: 1 record exported, 1 left out",
    ]


def test_cells_that_a_spreadsheet_cuts_are_told(inline: Inline, save: Callable[..., Path]) -> None:
    save(_record(1, "a" * (LONGEST_CELL + 1)))
    ended = inline.run("export", "records.jsonl", "--to", "csv", "-o", "a.csv")
    assert ended.code == 0
    assert "1 cell is longer than the 32,767 characters" in ended.err


def test_the_index_template(inline: Inline) -> None:
    template = json.loads(inline.run("schema", "--to", "elasticsearch").out)
    assert template["index_patterns"] == ["winnow*"]
    assert template["template"]["mappings"]["properties"]["@timestamp"]["type"] == "date"
