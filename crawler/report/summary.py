"""A run as it is reported: figures of its report, what they were before, and the URLs behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.report.run_files import RunFile
from crawler.report.url_lists import ALL_SITES, Key, UrlBook, UrlList
from crawler.state.clusters import Cluster
from crawler.state.values import STATES


@dataclass(frozen=True, slots=True)
class ReportOptions:
    urls: int = 50
    """URLs listed behind one number. Chosen, not measured."""
    runs: int = 20
    """Runs that get a page. Chosen, not measured."""
    trend_runs: int = 30
    """Runs of a trend, the run itself among them. Chosen, not measured."""
    clusters: int = 50
    """Repeated texts listed. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A site's figures run by run, oldest first, the run of the report last; runs without the site are left out."""

    new: tuple[int, ...] = ()
    found: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteSummary:
    name: str
    figures: Mapping[str, Any]
    """The site's part of the run's report."""
    trend: Trend

    @property
    def states(self) -> Mapping[str, int]:
        states: Mapping[str, int] = self.figures.get("states", {})
        return states

    @property
    def alarms(self) -> tuple[str, ...]:
        """What of the site must be looked at first."""
        own = tuple(self.figures.get("alarms", ()))
        return own if self.figures.get("holds", True) else ("the account does not hold", *own)


@dataclass(frozen=True, slots=True)
class RunSummary:
    run: RunFile
    sites: tuple[SiteSummary, ...]
    """Those with alarms first, then by records written."""
    lists: Mapping[Key, UrlList]
    languages: Mapping[str, int]
    """Language -> records written, the most frequent first."""
    clusters: tuple[Cluster, ...] = ()
    """Those that the run met a member of, on most sites first."""
    notes: tuple[str, ...] = ()
    """What else is to be known, in words: templates that changed, what is missing."""
    states: Mapping[str, int] = field(default_factory=dict)
    causes: Mapping[str, int] = field(default_factory=dict)
    refusals: Mapping[str, int] = field(default_factory=dict)

    @property
    def site_names(self) -> list[str]:
        return [site.name for site in self.sites]

    @property
    def alarms(self) -> tuple[tuple[str, str], ...]:
        """Site and alarm, in words; an alarm of the whole run has no site."""
        reason = self.run.report.get("finish_reason", "finished")
        whole = [] if reason == "finished" else [(ALL_SITES, f"the run ended early: {reason}")]
        return (*whole, *((site.name, alarm) for site in self.sites for alarm in site.alarms))


@dataclass(frozen=True, slots=True)
class Extra:
    """What is known of a run beside its report and its URLs."""

    clusters: tuple[Cluster, ...] = ()
    notes: tuple[str, ...] = ()


def summarize(run: RunFile, history: Sequence[RunFile], book: UrlBook, extra: Extra) -> RunSummary:
    """Return the summary of the run; `history` has the runs before it, latest first."""
    sites = tuple(sorted((_site(name, run, history) for name in run.sites), key=_rank))
    lists = dict(_lists(run, book))
    return RunSummary(
        run,
        sites,
        lists,
        book.words("language"),
        extra.clusters,
        (*run.report.get("notices", ()), *extra.notes),
        states={state: run.total(state) for state in STATES},
        causes=_summed(run, "causes"),
        refusals=_summed(run, "refusals"),
    )


def sites_of(cluster: Cluster) -> list[str]:
    return sorted({member.site for member in cluster.members})


def _site(name: str, run: RunFile, history: Sequence[RunFile]) -> SiteSummary:
    earlier = [past.sites[name] for past in reversed(history) if name in past.sites]
    known = [*earlier, run.sites[name]]
    new = tuple(site.get("states", {}).get("new", 0) for site in known)
    return SiteSummary(name, run.sites[name], Trend(new, tuple(site.get("found", 0) for site in known)))


def _rank(site: SiteSummary) -> tuple[int, int, str]:
    written = site.states.get("new", 0) + site.states.get("changed", 0)
    return -len(site.alarms), -written, site.name


def _summed(run: RunFile, name: str) -> dict[str, int]:
    total: Counter[str] = Counter()
    for site in run.sites.values():
        total.update(site.get(name, {}))
    return dict(total.most_common())


def _lists(run: RunFile, book: UrlBook) -> Iterator[tuple[Key, UrlList]]:
    """Yield a list for every number of the run that has URLs."""
    for kind, name in (("state", "states"), ("cause", "causes")):
        for word, total in _summed(run, name).items():
            if total:
                yield (kind, ALL_SITES, word), book.list_of((kind, ALL_SITES, word), total)
        for site, figures in run.sites.items():
            for word, total in figures.get(name, {}).items():
                if total:
                    yield (kind, site, word), book.list_of((kind, site, word), total)
    for status, total in run.report.get("http_statuses", {}).items():
        yield ("status", ALL_SITES, status), book.list_of(("status", ALL_SITES, status), total)
    for kind in ("language", "label"):
        for word in book.words(kind):
            yield (kind, ALL_SITES, word), book.list_of((kind, ALL_SITES, word))
