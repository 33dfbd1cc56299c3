"""The report of a run: `runs/<run_id>.json`, with the alarms that an operator must see first."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from statistics import median
from typing import Protocol

from crawler.items import BY_TEMPLATE, JsonValue, Record

PACKAGES = ("winnow-crawler", "scrapy", "trafilatura", "lxml")
MIN_HISTORY = 3
"""Earlier runs of a site from which its yield can be compared. Chosen, not measured."""
MIN_YIELD = 5
"""Links that a site used to give, at the median, from which giving none is an alarm."""
FAR_LESS = 0.2
"""Share of the usual yield under which a site yields far less. Chosen, not measured."""
MUCH_SHORTER = 0.5
"""Share of the usual median text length under which the site's template may have changed. Chosen, not measured."""
MIN_TEXTS = 3
ASKED = ("new", "changed", "unchanged", "duplicate", "skipped", "failed")
"""States of URLs that were asked for."""


class SiteCounts(Protocol):
    """What the store counted for a site."""

    @property
    def found(self) -> int: ...
    @property
    def refused(self) -> int: ...
    @property
    def accepted(self) -> int: ...
    @property
    def states(self) -> Mapping[str, int]: ...
    @property
    def causes(self) -> Mapping[str, int]: ...
    @property
    def refusals(self) -> Mapping[str, int]: ...
    @property
    def holds(self) -> bool: ...


class SiteTraffic(Protocol):
    """What was asked of the sites, in all or of one, and answered."""

    @property
    def requests(self) -> int: ...
    @property
    def received_bytes(self) -> int: ...
    @property
    def statuses(self) -> Mapping[str, int]: ...
    @property
    def seconds(self) -> float: ...
    @property
    def mean_latency_seconds(self) -> float | None: ...


class SiteHistory(Protocol):
    """What an earlier run had of a site."""

    @property
    def found(self) -> int: ...
    @property
    def new(self) -> int: ...
    @property
    def median_text_chars(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """What sites.toml asks of a site's run."""

    min_records: int = 0
    max_failed_share: float = 1.0


READ = "read"
"""What is counted of a source that answered; for others it is the cause."""


@dataclass(slots=True)
class RunFigures:
    """What is counted while sources are asked and records are written."""

    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    """Site -> its bounds; a site without any has none."""
    answers: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Site -> how its sources answered."""
    labels: Counter[str] = field(default_factory=Counter)
    text_chars: defaultdict[str, array[int]] = field(default_factory=lambda: defaultdict(lambda: array("L")))
    """Site -> length of each text, four to eight bytes a record."""
    whole_polls: Counter[str] = field(default_factory=Counter)
    """Site -> sources that answered with content, not with 304."""
    by_template: Counter[str] = field(default_factory=Counter)
    """Site -> records whose blocks were labelled by its template."""
    template_changes: Mapping[str, str] = field(default_factory=dict)
    """Site -> day on which its template was found changed in this run."""

    def count(self, site: str, record: Record) -> None:
        self.labels.update(str(segment.label) for segment in record.segments)
        self.text_chars[site].append(len(record.text))
        self.by_template[site] += record.extraction.method == BY_TEMPLATE


@dataclass(frozen=True, slots=True)
class SiteRun:
    """All that the report of one site is made of."""

    account: SiteCounts
    traffic: SiteTraffic
    history: Sequence[SiteHistory]
    """Of earlier runs, newest first."""


def run_report(
    reason: str, traffic: SiteTraffic, sites: Mapping[str, SiteRun], figures: RunFigures
) -> dict[str, JsonValue]:
    """Return the report; `alarms` stand first. `traffic` is that of the whole run."""
    by_name = {name: _site(name, sites[name], figures) for name in sorted(sites)}
    return {
        "finish_reason": reason,
        "alarms": [f"{name}: {alarm}" for name, site in by_name.items() for alarm in site["alarms"]],
        "notices": [
            f"{name}: its template changed on {site['template_changed']}"
            for name, site in by_name.items()
            if site["template_changed"]
        ],
        "versions": {name: version(name) for name in PACKAGES},
        **_traffic(traffic),
        "blocks_by_label": dict(sorted(figures.labels.items())),
        "sites": by_name,
    }


def _traffic(traffic: SiteTraffic) -> dict[str, JsonValue]:
    latency = traffic.mean_latency_seconds
    return {
        "requests": traffic.requests,
        "bytes": traffic.received_bytes,
        "seconds": round(traffic.seconds, 3),
        "mean_latency_seconds": None if latency is None else round(latency, 3),
        "http_statuses": dict(sorted(traffic.statuses.items())),
    }


def _site(name: str, run: SiteRun, figures: RunFigures) -> dict[str, JsonValue]:
    account, lengths = run.account, figures.text_chars.get(name, ())
    return {
        "found": account.found,
        "refused": account.refused,
        "accepted": account.accepted,
        "states": dict(account.states),
        "causes": dict(account.causes),
        "refusals": dict(account.refusals),
        "holds": account.holds,
        **_traffic(run.traffic),
        "median_text_chars": median(lengths) if lengths else None,
        "usual_text_chars": _usual([earlier.median_text_chars for earlier in run.history]),
        "usual_found": _usual([earlier.found for earlier in run.history]),
        "by_template": figures.by_template[name],
        "template_changed": figures.template_changes.get(name),
        "alarms": [
            *_failures(account, figures.answers[name], figures.bounds.get(name, Bounds())),
            *_alarms(account, lengths, run.history, whole_polls=figures.whole_polls[name]),
        ],
    }


def _usual(earlier: Sequence[float | None]) -> float | None:
    """Return the median over earlier runs that had any, None where there are none."""
    told = [figure for figure in earlier if figure]
    return median(told) if told else None


def _failures(account: SiteCounts, answers: Mapping[str, int], bounds: Bounds) -> list[str]:
    """Return what is below what sites.toml asks, and that no source could be read."""
    found = []
    if answers and READ not in answers:
        causes = ", ".join(f"{cause} {number}" for cause, number in sorted(answers.items()))
        found.append(f"none of its sources could be read: {causes}")
    failed, asked = account.states.get("failed", 0), sum(account.states.get(state, 0) for state in ASKED)
    if asked and failed / asked > bounds.max_failed_share:
        found.append(f"{failed} of {asked} pages failed, max_failed_share is {bounds.max_failed_share:g}")
    new = account.states.get("new", 0)
    if new < bounds.min_records:
        found.append(f"{new} new records, min_records is {bounds.min_records}")
    return found


def _alarms(
    account: SiteCounts, lengths: Sequence[int], history: Sequence[SiteHistory], *, whole_polls: int
) -> list[str]:
    if len(history) < MIN_HISTORY:
        return []
    alarms = []
    usual = _usual([run.found for run in history]) or 0
    if whole_polls and usual >= MIN_YIELD and account.found < FAR_LESS * usual:
        alarms.append(f"{account.found} links found, {usual:g} is usual; its sources may have changed")
    usual_chars = _usual([run.median_text_chars for run in history])
    if len(lengths) >= MIN_TEXTS and usual_chars and median(lengths) < MUCH_SHORTER * usual_chars:
        alarms.append(
            f"texts have {median(lengths):,.0f} characters at the median, {usual_chars:,.0f} is usual; "
            "its template may have changed"
        )
    return alarms
