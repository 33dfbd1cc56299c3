"""`winnow report`: pages, tables and JSON of the same runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Bench, CommandLine, Inline, Web


def test_pages_tables_and_json_tell_the_same(winnow: CommandLine, inline: Inline, bench: Bench, web: Web) -> None:
    urls = bench.add_stories(web, range(1, 5))
    del web.answers["/story/4"]
    sites = bench.sites_toml(winnow.folder, web)
    for _ in range(2):
        winnow.run("crawl", "--workers", 1, "--sites", sites, "--allow-address", web.allow)
    reports = bench.reports(winnow.folder / "output")
    first, last = (report["run_id"] for report in reports)

    pages = inline.run("report")
    assert (pages.code, pages.out, pages.err) == (0, b"", "2 runs: output/report/index.html\n")
    folder = winnow.folder / "output" / "report"
    assert {path.name for path in folder.iterdir()} == {"index.html", f"{first}.html", f"{last}.html"}
    assert f'href="{first}.html"' in (folder / f"{last}.html").read_text(encoding="utf-8")
    page = (folder / f"{first}.html").read_text(encoding="utf-8")
    assert all(url in page for url in urls)

    told = json.loads(inline.run("report", first[-4:], "--json").out)
    assert told["states"] == reports[0]["sites"]["site1"]["states"]
    assert told["report"] == reports[0]
    assert sorted(listed["url"] for listed in told["urls"]["state"]["new"]["urls"]) == sorted(urls[:3])
    assert told["urls"]["cause"]["http_refused"]["urls"] == [{"url": urls[3], "words": "HTTP 404"}]
    assert told["languages"] == {"en": 3}

    tables = inline.run("report", first, "--terminal").out.decode()
    assert first in tables
    assert "http_refused" in tables
    assert urls[3] in tables.replace("\n", "")


def test_another_folder_for_the_pages(inline: Inline) -> None:
    write_run(inline.folder / "news", "20261122T104501Z-abcd")
    ended = inline.run("report", "abcd", "-o", "news", "--pages", "web", "--quiet", "--no-open")
    assert (ended.code, ended.err) == (0, "")
    assert (inline.folder / "web" / "20261122T104501Z-abcd.html").exists()
    assert not (inline.folder / "news" / "report").exists()


def test_the_tables_name_the_sites_in_80_columns(inline: Inline) -> None:
    write_run(inline.folder / "news", "20261122T104501Z-abcd")
    lines = inline.run("report", "-o", "news", "--terminal").out.decode().splitlines()
    assert [line.split() for line in lines if line.startswith("a ")] == [["a", "▅", "1", "1", "0"]]
    assert not [line for line in lines if "Languages" in line], "nothing stands under it"


def test_a_report_that_is_broken_keeps_no_other_from_its_page(inline: Inline) -> None:
    for digits in ("aaaa", "bbbb", "cccc"):
        write_run(inline.folder / "news", f"20261122T104501Z-{digits}")
    broken = inline.folder / "news" / "runs" / "20261122T104501Z-bbbb.json"
    broken.write_text("{")
    ended = inline.run("report", "-o", "news", "--no-open")
    assert ended.code == 3
    assert "bbbb.json" in ended.err
    assert "move it away" in ended.err
    pages = sorted(path.stem[-4:] for path in (inline.folder / "news" / "report").glob("*.html"))
    assert pages == ["aaaa", "cccc", "ndex"]
    named = inline.run("report", "bbbb", "-o", "news", "--no-open")
    assert (named.code, len(named.err.splitlines())) == (3, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "output: no report of a run in it"),
        (("--output", "news", "ffff"), 2, "ffff: no run of this id; the latest is"),
        (("--output", "news", "--json", "--terminal"), 2, "choose one"),
        (("--output", "news", "--pages", "file"), 5, "a file stands where a folder is needed"),
    ],
    ids=["no folder", "no run", "both", "no place"],
)
def test_what_cannot_be_reported(inline: Inline, arguments: tuple[str, ...], code: int, words: str) -> None:
    write_run(inline.folder / "news", "20261122T104501Z-abcd")
    (inline.folder / "file").write_text("")
    ended = inline.run("report", *arguments)
    assert (ended.code, ended.out) == (code, b"")
    assert words in ended.err


def write_run(folder: Path, run_id: str) -> None:
    """A run's report and nothing else."""
    (folder / "runs").mkdir(parents=True, exist_ok=True)
    site = {"found": 1, "refused": 0, "accepted": 1, "states": {"new": 1}, "causes": {}, "refusals": {}, "holds": True}
    report = {"started_at": "2026-11-22T10:45:01Z", "finished_at": "2026-11-22T10:46:00Z", "sites": {"a": site}}
    (folder / "runs" / f"{run_id}.json").write_text(json.dumps({"run_id": run_id, **report}))
