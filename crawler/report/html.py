"""Summaries -> HTML files: one a run, and an index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crawler.items import Label
from crawler.offline_html.document import Filter, render
from crawler.report.sparklines import bars, width_of
from crawler.report.summary import RunSummary, Trend, sites_of
from crawler.report.url_lists import ALL_SITES, Key, UrlList, anchor
from crawler.state.values import STATES

PACKAGE = "crawler.report"
SHOWN_STATES = ("new", "changed", "unchanged", "known", "duplicate", "skipped", "failed", "waiting")
assert set(SHOWN_STATES) == set(STATES)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Ids of the runs before and after that have a page."""

    earlier: str | None
    later: str | None


def run_html(summary: RunSummary, neighbours: Neighbours) -> str:
    """Return the page of a run; it links to pages of other runs and to `index.html` beside it."""
    values = {
        "summary": summary,
        "run": summary.run,
        "report": summary.run.report,
        "near": neighbours,
        "states": SHOWN_STATES,
        "groups": _grouped(summary),
        "labels": _labels(summary),
        "all": ALL_SITES,
    }
    return render(PACKAGE, "run.html.j2", values, FILTERS)


def index_html(runs: Sequence[RunSummary], more: int) -> str:
    """Return the index over the runs, latest first; `more` runs are older than these."""
    values = {
        "runs": runs,
        "more": more,
        "states": SHOWN_STATES,
        "trend": Trend(tuple(run.states["new"] for run in reversed(runs))),
        "sites": _sites(runs),
    }
    return render(PACKAGE, "index.html.j2", values, FILTERS)


@dataclass(frozen=True, slots=True)
class _SiteOverRuns:
    name: str
    run_id: str
    """The latest run that had the site."""
    anchor: str
    new: int
    failed: int
    trend: Trend


def _sites(runs: Sequence[RunSummary]) -> list[_SiteOverRuns]:
    latest = {site.name: (run, site) for run in reversed(runs) for site in run.sites}
    rows = []
    for name, (run, site) in latest.items():
        having = [past.run.sites[name]["states"] for past in runs if name in past.run.sites]
        new, failed = (sum(states.get(word, 0) for states in having) for word in ("new", "failed"))
        rows.append(_SiteOverRuns(name, run.run.run_id, _site_anchor(run, name), new, failed, site.trend))
    return sorted(rows, key=lambda row: (-row.new, row.name))


def _labels(summary: RunSummary) -> list[tuple[str, int, Key | None]]:
    """Label, blocks, and the list of its records: what every article has leads to all new ones."""
    blocks: Mapping[str, int] = summary.run.report.get("blocks_by_label", {})
    written = ("state", ALL_SITES, "new")
    rows = []
    for name, number in sorted(blocks.items(), key=lambda pair: -pair[1]):
        own: Key = ("label", ALL_SITES, name)
        rows.append((name, number, own if own in summary.lists else written if written in summary.lists else None))
    return rows


def _grouped(summary: RunSummary) -> dict[str, list[tuple[Key, UrlList]]]:
    """Return site -> its lists, ALL_SITES first, then as the sites stand."""
    grouped: defaultdict[str, list[tuple[Key, UrlList]]] = defaultdict(list)
    for key, urls in summary.lists.items():
        grouped[key[1]].append((key, urls))
    return {site: grouped[site] for site in (ALL_SITES, *summary.site_names) if site in grouped}


def _anchor(key: Key, summary: RunSummary) -> str:
    return anchor(key, summary.site_names)


def _site_anchor(summary: RunSummary, name: str) -> str:
    return f"site-{summary.site_names.index(name) + 1}"


def _moment(text: str | None) -> str:
    """Return UTC to the minute."""
    return text[:16].replace("T", " ") if text else "–"


def _bytes(number: float | None) -> str:
    if number is None:
        return "–"
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            return f"{number:.0f} {unit}" if unit == "B" or number >= 100 else f"{number:.1f} {unit}"
        number /= 1000
    raise AssertionError("not reached")


def _seconds(number: float | None) -> str:
    if number is None:
        return "–"
    if number < 1:
        return f"{number * 1000:.0f} ms"
    if number < 120:
        return f"{number:.1f} s" if number < 10 else f"{number:.0f} s"
    return f"{number / 60:.0f} min" if number < 7200 else f"{number / 3600:.1f} h"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _is_removed(label: str) -> bool:
    return label in set(Label) and Label(label).is_boilerplate


FILTERS: dict[str, Filter] = {
    "anchor": _anchor,
    "site_anchor": _site_anchor,
    "moment": _moment,
    "as_bytes": _bytes,
    "sites_of": sites_of,
    "as_seconds": _seconds,
    "words": _words,
    "is_removed": _is_removed,
    "bars": bars,
    "width_of": width_of,
}
