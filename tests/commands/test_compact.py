"""`winnow compact` as an operator meets it, without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Inline

LINE = json.dumps({"schema_version": "1.0", "id": "a", "version": 1})


def _worker(folder: Path, name: str, file: str, text: str) -> Path:
    path = folder / "news" / "workers" / name / "records" / "2026-11-22" / file
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    (path.parents[2] / "runs").mkdir()
    (path.parents[2] / "runs" / f"{name}.json").write_text("{}", encoding="utf-8")
    return path


def test_workers_become_one_folder(inline: Inline) -> None:
    _worker(inline.folder, "host-1", "r1-001.jsonl", f"{LINE}\n")
    _worker(inline.folder, "host-2", "r2-001.jsonl", f"{LINE}\n")
    ended = inline.run("compact", "news", "-o", "articles")
    assert ended.code == 0
    assert "1 record added from 2 folders; 1 were there" in ended.err
    assert sorted(path.name for path in (inline.folder / "articles" / "runs").iterdir()) == [
        "host-1.json",
        "host-2.json",
    ]


def test_records_beside_the_workers_are_merged_too(inline: Inline) -> None:
    _worker(inline.folder, "host-1", "r1-001.jsonl", f"{LINE}\n")
    own = inline.folder / "news" / "records" / "2026-11-21" / "r0-001.jsonl"
    own.parent.mkdir(parents=True)
    own.write_text(LINE.replace('"a"', '"b"') + "\n", encoding="utf-8")
    (inline.folder / "news" / "manifest.json").write_text('{"files": []}', encoding="utf-8")
    ended = inline.run("compact", "news", "-o", "articles")
    assert (ended.code, "2 records added from 2 folders" in ended.err) == (0, True), ended.err


def test_the_part_file_of_a_killed_worker(inline: Inline) -> None:
    part = _worker(inline.folder, "host-1", "r1-001.jsonl.part", f'{LINE}\n{{"id": "to')
    ended = inline.run("compact", "news", "-o", "articles")
    assert ended.code == 0
    assert (
        "left out, only Redis knows how far it holds: name --sites with its [engine], or --without-redis" in ended.err
    )
    assert part.exists()
    ended = inline.run("compact", "news", "-o", "articles", "--without-redis")
    assert "1 record added" in ended.err
    assert not part.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing", "-o", "articles"), "nothing: no folder of a crawl"),
        (("news", "-o", "news"), "is one of the folders to merge"),
    ],
    ids=["no-crawl", "into-itself"],
)
def test_what_cannot_be_merged(inline: Inline, arguments: tuple[str, ...], words: str) -> None:
    _worker(inline.folder, "host-1", "r1-001.jsonl", f"{LINE}\n")
    ended = inline.run("compact", *arguments)
    assert (ended.code, words in ended.err) == (2, True), ended.err
