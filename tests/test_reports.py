"""What an operator is told of a run, and when it is an alarm."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import pytest

from crawler.items import Extraction, Label, Record, Segment, Status
from crawler.reports import Bounds, RunFigures, SiteCounts, SiteHistory, SiteRun, run_report
from crawler.traffic import Traffic


def counts(found: int) -> SiteCounts:
    states = {"new": found, "waiting": 0}
    told = SimpleNamespace(
        found=found, refused=0, accepted=found, states=states, causes={}, refusals={"off_site": 2}, holds=True
    )
    return cast(SiteCounts, told)


def history(*runs: tuple[int, float | None]) -> list[SiteHistory]:
    return [
        cast(SiteHistory, SimpleNamespace(found=found, new=found, median_text_chars=chars)) for found, chars in runs
    ]


def record(chars: int) -> Record:
    segment = Segment(Label.BODY, "x" * chars, "/p", 0.9, "words")
    return Record(id="0" * 32, text="x" * chars, extraction=Extraction(Status.OK, None, "", {}), segments=(segment,))


def reported(
    found: int, lengths: tuple[int, ...], earlier: list[SiteHistory], *, whole_polls: int = 1
) -> dict[str, Any]:
    figures = RunFigures()
    figures.whole_polls["news"] = whole_polls
    for chars in lengths:
        figures.count("news", record(chars))
    traffic = Traffic(3, 900, Counter({"200": 2, "304": 1}), 0.6, 10.0, 12.5)
    sites = {"news": SiteRun(counts(found), traffic, earlier)}
    return run_report("finished", traffic, sites, figures)


def test_figures_of_run_and_site() -> None:
    report = reported(10, (100, 300, 500), history((12, 200.0), (8, None), (0, 400.0)))
    site = report["sites"]["news"]
    assert report["blocks_by_label"] == {"body": 3}
    for told in (report, site):
        assert (told["requests"], told["bytes"], told["seconds"], told["mean_latency_seconds"]) == (3, 900, 2.5, 0.2)
        assert told["http_statuses"] == {"200": 2, "304": 1}
    assert site["median_text_chars"] == 300
    assert (site["usual_text_chars"], site["usual_found"]) == (300, 10)
    assert report["alarms"] == site["alarms"] == []


def test_a_site_that_was_not_asked() -> None:
    report = run_report("finished", Traffic(), {"news": SiteRun(counts(0), Traffic(), [])}, RunFigures())
    site = report["sites"]["news"]
    assert (site["seconds"], site["mean_latency_seconds"], site["median_text_chars"]) == (0.0, None, None)
    assert (site["usual_text_chars"], site["usual_found"]) == (None, None)


@pytest.mark.parametrize(
    ("answers", "states", "alarms"),
    [
        pytest.param({"read": 1, "timeout": 2}, {"new": 5}, [], id="well enough"),
        pytest.param({}, {"new": 5}, [], id="not asked"),
        pytest.param(
            {"timeout": 2, "http_refused": 1},
            {"new": 5},
            ["none of its sources could be read: http_refused 1, timeout 2"],
            id="no source",
        ),
        pytest.param(
            {"read": 1}, {"new": 5, "failed": 6}, ["6 of 11 pages failed, max_failed_share is 0.5"], id="failed pages"
        ),
        pytest.param({"read": 1}, {"known": 9}, ["0 new records, min_records is 5"], id="too few"),
    ],
)
def test_what_sites_toml_asks_is_an_alarm_from_the_first_run_on(
    answers: dict[str, int], states: dict[str, int], alarms: list[str]
) -> None:
    figures = RunFigures(bounds={"news": Bounds(min_records=5, max_failed_share=0.5)})
    figures.answers["news"].update(answers)
    account = cast(SiteCounts, SimpleNamespace(**{**vars(counts(9)), "states": states}))
    report: Any = run_report("finished", Traffic(), {"news": SiteRun(account, Traffic(), [])}, figures)
    assert report["sites"]["news"]["alarms"] == alarms
    assert report["alarms"] == [f"news: {alarm}" for alarm in alarms]


THREE = ((20, 4000.0), (18, 4200.0), (22, 3900.0))


@pytest.mark.parametrize(
    ("found", "lengths", "earlier", "whole_polls", "words"),
    [
        pytest.param(20, (4000,) * 4, THREE, 1, None, id="as usual"),
        pytest.param(3, (4000,), THREE, 1, "3 links found, 20 is usual", id="far fewer links"),
        pytest.param(4, (4000,), THREE, 1, None, id="a fifth is not far fewer"),
        pytest.param(0, (), THREE, 0, None, id="nothing has changed: every source answered 304"),
        pytest.param(0, (), THREE[:2], 1, None, id="too little history"),
        pytest.param(0, (), ((2, None), (3, None), (2, None)), 1, None, id="never gave much"),
        pytest.param(20, (900, 800, 1000), THREE, 1, "900 characters at the median, 4,000 is usual", id="short texts"),
        pytest.param(20, (900, 800), THREE, 1, None, id="two short texts prove nothing"),
    ],
)
def test_alarms(
    found: int,
    lengths: tuple[int, ...],
    earlier: tuple[tuple[int, float | None], ...],
    whole_polls: int,
    words: str | None,
) -> None:
    alarms = reported(found, lengths, history(*earlier), whole_polls=whole_polls)["alarms"]
    if words is None:
        assert alarms == []
    else:
        (alarm,) = alarms
        assert alarm.startswith("news: ")
        assert words in alarm
