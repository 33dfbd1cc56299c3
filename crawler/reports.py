"""The report of a run: `runs/<run_id>.json`, with the alarms that an operator must see first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from statistics import median
from typing import Protocol

from crawler.items import JsonValue, Record

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


class SiteHistory(Protocol):
    """What an earlier run had of a site."""

    @property
    def found(self) -> int: ...
    @property
    def new(self) -> int: ...
    @property
    def median_text_chars(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Traffic:
    requests: int
    received_bytes: int
    statuses: Mapping[str, int]
    """HTTP status -> answers."""


@dataclass(slots=True)
class RunFigures:
    """What is counted while records are written."""

    labels: Counter[str] = field(default_factory=Counter)
    text_chars: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    whole_polls: Counter[str] = field(default_factory=Counter)
    """Site -> sources that answered with content, not with 304."""

    def count(self, site: str, record: Record) -> None:
        self.labels.update(str(segment.label) for segment in record.segments)
        self.text_chars[site].append(len(record.text))


def run_report(
    reason: str,
    traffic: Traffic,
    accounts: Mapping[str, SiteCounts],
    history: Mapping[str, Sequence[SiteHistory]],
    figures: RunFigures,
) -> dict[str, JsonValue]:
    """Return the report; `alarms` stand first."""
    sites = {name: _site(name, accounts[name], history.get(name, ()), figures) for name in sorted(accounts)}
    return {
        "finish_reason": reason,
        "alarms": [f"{name}: {alarm}" for name, site in sites.items() for alarm in site["alarms"]],
        "versions": {name: version(name) for name in PACKAGES},
        "requests": traffic.requests,
        "bytes": traffic.received_bytes,
        "http_statuses": dict(sorted(traffic.statuses.items())),
        "blocks_by_label": dict(sorted(figures.labels.items())),
        "sites": sites,
    }


def _site(name: str, account: SiteCounts, history: Sequence[SiteHistory], figures: RunFigures) -> dict[str, JsonValue]:
    lengths = figures.text_chars.get(name, [])
    return {
        "found": account.found,
        "refused": account.refused,
        "accepted": account.accepted,
        "states": dict(account.states),
        "causes": dict(account.causes),
        "refusals": dict(account.refusals),
        "holds": account.holds,
        "median_text_chars": median(lengths) if lengths else None,
        "alarms": _alarms(account, lengths, history, whole_polls=figures.whole_polls[name]),
    }


def _alarms(
    account: SiteCounts, lengths: Sequence[int], history: Sequence[SiteHistory], *, whole_polls: int
) -> list[str]:
    if len(history) < MIN_HISTORY:
        return []
    alarms = []
    usual = median(run.found for run in history if run.found) if any(run.found for run in history) else 0
    if whole_polls and usual >= MIN_YIELD and account.found < FAR_LESS * usual:
        alarms.append(f"{account.found} links found, {usual:g} is usual; its sources may have changed")
    earlier = [run.median_text_chars for run in history if run.median_text_chars]
    if len(lengths) >= MIN_TEXTS and earlier and median(lengths) < MUCH_SHORTER * median(earlier):
        alarms.append(
            f"texts have {median(lengths):,.0f} characters at the median, {median(earlier):,.0f} is usual; "
            "its template may have changed"
        )
    return alarms
