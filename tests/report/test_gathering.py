"""An output folder's runs, and the URLs behind their numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from crawler.errors import FileUnreadable, UsageError
from crawler.report.gathering import NO_STATE, summaries
from crawler.report.run_files import chosen_id, run_ids
from crawler.report.summary import ReportOptions, RunSummary, sites_of
from crawler.report.url_lists import ALL_SITES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.report.conftest import Desk


def summary_of(desk: Desk, place: int = -1, options: ReportOptions | None = None) -> RunSummary:
    (summary,) = summaries(desk.folder, [desk.run_ids[place]], options or ReportOptions())
    return summary


def urls_of(summary: RunSummary, kind: str, word: str, site: str = ALL_SITES) -> list[str]:
    return [listed.url for listed in summary.lists[(kind, site, word)].urls]


@pytest.mark.parametrize(
    ("kind", "site", "word", "names"),
    [
        ("state", "", "new", ["de/3", "en/2"]),
        ("state", "de", "new", ["de/3"]),
        ("state", "", "failed", ["de/4"]),
        ("state", "de", "skipped", ["de/5", "de/6"]),
        ("state", "", "duplicate", ["en/3"]),
        ("cause", "", "robots_disallowed", ["de/6"]),
        ("cause", "de", "http_refused", ["de/4"]),
        ("state", "", "waiting", ["en/4"]),
        ("cause", "en", "budget_reached", ["en/4"]),
        ("status", "", "404", ["de/4"]),
        ("status", "", "200", ["de/3", "en/2"]),
        ("language", "", "de", ["de/3"]),
        ("label", "", "related", ["de/3", "en/2"]),
    ],
)
def test_urls_behind_a_number(busy: Desk, kind: str, site: str, word: str, names: list[str]) -> None:
    assert sorted(urls_of(summary_of(busy), kind, word, site)) == sorted(map(busy.key, names))


def test_every_number_of_the_account_has_a_list_that_accounts_for_it(busy: Desk) -> None:
    summary = summary_of(busy)
    for site, figures in summary.run.sites.items():
        for kind, name in (("state", "states"), ("cause", "causes")):
            for word, total in figures[name].items():
                if total:
                    urls = summary.lists[(kind, site, word)]
                    assert (urls.total, urls.known, urls.rest) == (total, total, "")


def test_lists_are_bounded_and_say_so(desk: Desk) -> None:
    desk.run(new=" ".join(f"de/{number}" for number in range(7)))
    urls = summary_of(desk, options=ReportOptions(urls=3)).lists[("state", "de", "new")]
    assert (len(urls.urls), urls.rest) == (3, "4 more")


def test_an_earlier_run_keeps_its_records_and_says_what_moved_on(busy: Desk) -> None:
    earlier = summary_of(busy, 0)
    assert sorted(urls_of(earlier, "state", "new")) == [busy.key(name) for name in ("de/1", "de/2", "en/1")]
    busy.run(ended={"de/4": ("failed", "connection_failed", "refused")})
    assert "later run came to" in summary_of(busy, 1).lists[("state", "de", "failed")].rest


def test_copies_across_sites(busy: Desk) -> None:
    found = [(sites_of(cluster), {member.url for member in cluster.members}) for cluster in summary_of(busy).clusters]
    assert sorted(found, key=str) == sorted(
        [
            (["de", "en"], {busy.key("de/3"), busy.key("en/2")}),
            (["de", "en"], {busy.key("de/1"), busy.key("en/3")}),
        ],
        key=str,
    )
    assert [cluster.original for cluster in summary_of(busy, 0).clusters] == [busy.id_of("de/1")]


def test_trends_lead_up_to_the_run(busy: Desk) -> None:
    trends = {site.name: site.trend.new for site in summary_of(busy).sites}
    assert trends == {"de": (2, 1), "en": (1, 1)}
    assert summary_of(busy, 0).sites[0].trend.new == (2,)


def test_alarms_come_first(busy: Desk) -> None:
    summary = summary_of(busy)
    assert summary.sites[0].name == "en"
    assert [site for site, _ in summary.alarms] == ["en"]


def test_an_early_end_is_an_alarm(desk: Desk) -> None:
    desk.run(new="de/1", reason="network_down")
    assert summary_of(desk).alarms == ((ALL_SITES, "the run ended early: network_down"),)


def test_without_a_state_numbers_stay(busy: Desk) -> None:
    (busy.folder / "state.sqlite").unlink()
    summary = summary_of(busy)
    assert summary.notes == (NO_STATE,)
    assert summary.lists[("state", ALL_SITES, "failed")].urls == ()
    assert len(urls_of(summary, "state", "new")) == 2


@pytest.mark.parametrize(
    ("wish", "found"), [("20261120T060000Z-0000", 0), ("0001", 1), ("20261121", 1)], ids=["whole", "end", "beginning"]
)
def test_a_run_by_part_of_its_id(busy: Desk, wish: str, found: int) -> None:
    assert chosen_id(run_ids(busy.folder), wish) == busy.run_ids[found]


@pytest.mark.parametrize(
    ("wish", "words"), [("2026", "2 runs have ids"), ("ffff", "no run of this id"), ("1", "no run")]
)
def test_no_such_run(busy: Desk, wish: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        chosen_id(run_ids(busy.folder), wish)


def test_a_folder_without_runs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no report of a run"):
        run_ids(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", '{"sites": 3}', json.dumps({"a": 1})])
def test_a_file_that_is_no_report(busy: Desk, text: str) -> None:
    (busy.folder / "runs" / f"{busy.run_ids[0]}.json").write_text(text)
    with pytest.raises(FileUnreadable, match=busy.run_ids[0]):
        summary_of(busy, 0)
