"""`winnow clusters`, `winnow diff` and `winnow export` on one small crawl."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crawler.dedup.fingerprints import text_hash
from crawler.items import Extraction, Paragraph, ParagraphKind, Record, Status
from crawler.state.store import CrawlStore
from crawler.state.values import Outcome
from crawler.urls import normalized_url, record_id

if TYPE_CHECKING:
    from tests.conftest import Inline

FETCHED_AT = "2026-11-22T10:46:00Z"
WORDS = [f"word{n}" for n in range(200)]


def _record(url: str, paragraphs: list[str], published: str, title: str = "A title") -> Record:
    text = "\n\n".join(paragraphs)
    return Record(
        id=record_id(normalized_url(url)), url=url, requested_url=url, normalized_url=normalized_url(url), title=title,
        text=text, paragraphs=tuple(Paragraph(ParagraphKind.PARAGRAPH, p) for p in paragraphs),
        text_hash=text_hash(text), date_published=published, fetched_at=FETCHED_AT,
        extraction=Extraction(Status.OK, None, "model", {}),
    )  # fmt: skip


FIRST = ["The bridge opens on Monday.", " ".join(WORDS), "The mayor was there."]
THEN = ["The bridge opens on Tuesday.", " ".join(WORDS), "Nobody knows why it took so long."]
STORY = _record("https://a.example/story", FIRST, "2026-11-22T09:00:00Z")
COPY = _record("https://b.example/copy", [*FIRST, "From our agency."], "2026-11-22T08:00:00Z", "Copied")
SAME = _record("https://c.example/same", FIRST, "2026-11-22T10:00:00Z")
OTHER = _record("https://a.example/other", ["Nothing of it."], "2026-11-22")
LATER = replace(_record("https://a.example/story", THEN, "2026-11-22T09:00:00Z", "A new title"))


def _crawl(folder: Path, run_id: str, records: list[Record]) -> None:
    with CrawlStore.open(folder, run_id, datetime(2026, 11, 22, 10, 46, tzinfo=UTC)) as run:
        run.schedule_revisits("a.example", (1,), datetime(2100, 1, 1, tzinfo=UTC))
        rows = {row.record_id: row for row in run.take_waiting(None, 99)}
        for record in records:
            key, site = record.normalized_url or "", (record.url or "").split("/")[2]
            verdict = run.claim(record, rows.get(record.id))
            if verdict.state in {"new", "changed"}:
                run.write(record, site, key)
            else:
                copy = Outcome(key, record.url or "", site, verdict.state, original_id=verdict.original_id)
                run.settle(replace(copy, page_id=record.id, page_published=record.date_published))
        run.finish({})


@pytest.fixture
def crawled(inline: Inline) -> Inline:
    _crawl(inline.folder / "output", "run-1", [STORY, COPY, SAME, OTHER])
    _crawl(inline.folder / "output", "run-2", [LATER])
    return inline


def test_clusters_are_shown(crawled: Inline) -> None:
    ended = crawled.run("clusters")
    assert (ended.code, ended.err) == (0, "1 cluster of 3 articles\n")
    lines = ended.out.decode().splitlines()
    assert lines[0] == f"cluster {min(r.id for r in (STORY, COPY, SAME))}: 3 articles"
    assert [line.split()[0] for line in lines[1::2]] == ["original", "copy", "same"]
    assert f"same text as {STORY.id[:8]} c.example" in lines[5]
    assert "b.example  2026-11-22T08:00:00Z  Copied" in lines[1]
    assert lines[2].strip() == f"{COPY.id}  https://b.example/copy"


def test_clusters_of_a_site_as_json(crawled: Inline) -> None:
    (line,) = crawled.run("clusters", "--json", "--site", "c.example").out.splitlines()
    cluster = json.loads(line)
    assert (cluster["original"], cluster["kept"]) == (COPY.id, COPY.id)
    assert [member["is_written"] for member in cluster["members"]] == [True, True, False]
    assert crawled.run("clusters", "--json", "--site", "d.example").out == b""


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ((), ["A title", "Copied", "A title", "A new title"]),
        (("--latest",), ["Copied", "A title", "A new title"]),
        (("--no-duplicates",), ["Copied", "A title"]),
        (("--latest", "--no-duplicates"), ["Copied", "A title"]),
    ],
    ids=["all", "latest", "no-duplicates", "one-row-per-article"],
)
def test_export(crawled: Inline, options: tuple[str, ...], kept: list[str]) -> None:
    ended = crawled.run("export", *options)
    assert (ended.code, ended.err) == (0, f"output: {len(kept)} records exported\n")
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert [line["title"] for line in lines] == kept
    cluster = min(r.id for r in (STORY, COPY, SAME))
    for line in lines:
        assert line["duplicate_cluster_id"] == (None if line["id"] == OTHER.id else cluster)
        assert line["duplicate_of"] == (COPY.id if line["id"] == STORY.id else None)


def test_export_into_a_file(crawled: Inline) -> None:
    assert crawled.run("export", "output", "--to", "json", "-o", "all.json", "-q").err == ""
    assert len(json.loads((crawled.folder / "all.json").read_text())) == 4
    again = crawled.run("export", "output", "-o", "all.json")
    assert again.code == 2
    assert "add --overwrite" in again.err


@pytest.mark.parametrize("name", [STORY.id, STORY.id[:8], "https://www.a.example/story/?utm_source=x"])
def test_diff(crawled: Inline, name: str) -> None:
    ended = crawled.run("diff", name)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.decode().splitlines() == [
        f"{STORY.id}  https://a.example/story",
        "",
        f"version 1, {FETCHED_AT} -> version 2, {FETCHED_AT}",
        "  title",
        "    - A title",
        "    + A new title",
        "  text: 3 paragraphs: 1 changed, 1 added, 1 removed",
        "  paragraph 1 changed",
        "    The bridge opens on [-Monday.-]{+Tuesday.+}",
        "  paragraph 3 removed",
        "    - The mayor was there.",
        "  paragraph 3 added",
        "    + Nobody knows why it took so long.",
    ]


def test_diff_of_one_version(crawled: Inline) -> None:
    ended = crawled.run("diff", COPY.id)
    assert ended.code == 0
    assert "one version only" in ended.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("diff", "zzzz"), "neither a record's id"),
        (("diff", "0" * 32), "no such article"),
        (("diff", "https://a.example/never"), "no such article"),
        (("diff", STORY.id, "-o", "nowhere"), "nowhere: no such folder"),
        (("diff", "http://"), "not a URL"),
        (("clusters", "-o", "nowhere"), "no such file; name the folder of a crawl"),
        (("export", "nowhere"), "no such file; name the folder of a crawl"),
    ],
)
def test_what_is_not_there(crawled: Inline, arguments: tuple[str, ...], words: str) -> None:
    ended = crawled.run(*arguments)
    assert (ended.code, ended.out) == (2, b"")
    assert words in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_broken_line_is_named(crawled: Inline) -> None:
    path = next((crawled.folder / "output" / "records").rglob("run-1-*.jsonl"))
    path.write_text(path.read_text() + f"{{broken {STORY.id}\n")  # diff reads only lines that name its article
    for arguments in (("export",), ("export", "--latest"), ("diff", STORY.id[:4])):
        ended = crawled.run(*arguments)
        assert (ended.code, len(ended.err.splitlines())) == (5, 1)
        assert f"{path.name}:4: " in ended.err
        assert "mend that line or move the file away" in ended.err
