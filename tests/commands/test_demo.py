"""`winnow demo`: its tables say what the files say."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Bench, CommandLine, Inline

COLUMNS = ("found", "new", "duplicate", "skipped", "failed")


def test_a_file_in_the_demos_place(inline: Inline) -> None:
    (inline.folder / "there").write_text("mine")
    ended = inline.run("demo", "-o", "there")
    assert (ended.code, ended.out) == (5, b"")
    assert "a file stands where a folder is needed" in ended.err


def test_the_demo_shows_what_it_wrote(winnow: CommandLine, bench: Bench) -> None:
    ended = winnow.run("demo", "-o", "there")
    assert ended.code == 0
    shown = ended.out.decode()
    output = winnow.folder / "there"
    (report,) = bench.reports(output)
    records = bench.written(output)

    rows = {cells[0]: cells[1:] for cells in cells_of(shown)}
    by_site = Counter(record["domain"] for record in records)
    assert sorted(by_site.values()) == sorted(int(rows[name][1]) for name in ("de", "en", "fr"))
    for name in ("de", "en", "fr"):
        account = report["sites"][name]
        numbers = [account["found"], *(account["states"][state] for state in COLUMNS[1:])]
        assert [int(cell) for cell in rows[name][:5]] == numbers
        assert account["states"]["new"] >= 12
        for cause, number in account["causes"].items():
            assert f" {number} {cause} " in shown

    removed = Counter(entry["label"] for record in records for entry in record["boilerplate"])
    for label, number in removed.items():
        assert int(rows[label][0]) == number == report["blocks_by_label"][label]
    assert removed.keys() >= {"advertisement", "job_listing", "comment_policy", "subscription", "related"}
    assert {rows[label][1] for label in removed} == {"boilerplate"}

    example = json.loads(shown[shown.index("{") : shown.rindex("}") + 1])
    (record,) = [record for record in records if record["id"] == example["id"]]
    assert example["title"] == record["title"]
    for path in (output / "records", output / "state.sqlite", next(output.glob("runs/*.json"))):
        assert path.exists()
        assert str(path.relative_to(winnow.folder)) in shown
    assert (output / "sites.toml").exists()


def test_the_sites_of_another_crawl_are_not_overwritten(inline: Inline) -> None:
    (inline.folder / "sites.toml").write_text("mine")
    ended = inline.run("demo", "-o", ".")
    assert (ended.code, ended.err) == (2, "winnow: sites.toml: exists already; name a new folder with --output\n")
    assert (inline.folder / "sites.toml").read_text() == "mine"


def cells_of(shown: str) -> list[list[str]]:
    """The cells of the tables' body rows."""
    lines = [line for line in shown.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in re.split("│", line)[1:-1]] for line in lines]
