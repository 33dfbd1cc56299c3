"""When a source is asked again: sooner after news, later without, much later after failures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from crawler.items import DiscoveredVia
from crawler.state.runs import utc_text
from crawler.state.values import Poll, SourceState

_NOT_MODIFIED = 304
_MINUTE = 60
_HOUR = 3600
_START_SECONDS = {
    DiscoveredVia.FEED: 60 * _MINUTE,
    DiscoveredVia.FRONT_PAGE: 30 * _MINUTE,
    DiscoveredVia.NEWS_SITEMAP: 30 * _MINUTE,
    DiscoveredVia.SITEMAP: 12 * _HOUR,
}
"""First interval by kind. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class IntervalOptions:
    with_news: float = 0.7
    """Factor after a poll with news. Chosen, not measured."""
    without_news: float = 1.5
    """Factor after a poll without. Chosen, not measured."""
    after_gap: float = 0.5
    """Factor when entries may have been missed. Chosen, not measured."""
    gap_entries: int = 5
    """Entries under which all being new says nothing. Chosen, not measured."""
    least_seconds: int = 10 * _MINUTE
    """Chosen; research: Media Cloud uses the same."""
    most_seconds: int = 24 * _HOUR
    """Also after failures. Chosen; research: Media Cloud uses the same."""
    jitter: float = 0.1
    """Share of the interval by which a source is early or late, so that not all are due at once. Chosen."""


DEFAULT_OPTIONS = IntervalOptions()


@dataclass(frozen=True, slots=True)
class Entries:
    """What a poll gave: different URLs, and those of them that no earlier run had found."""

    total: int = 0
    fresh: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a source is asked again."""

    interval_seconds: int
    due_at: str
    possible_gap: bool


def schedule(
    poll: Poll, known: SourceState | None, entries: Entries, options: IntervalOptions = DEFAULT_OPTIONS
) -> Schedule:
    """Return when to ask again; `known` is the state before the poll, None for a source without one."""
    interval = known.interval_seconds if known is not None and known.interval_seconds else start_seconds(poll.kind)
    if poll.cause is not None:
        failures = 1 if known is None else known.failures + 1
        pause = min(options.most_seconds, interval * 2 ** min(failures, 16))
        return Schedule(interval, _due(poll, pause, options), possible_gap=False)
    gap = False
    if known is not None and was_read(known):
        news = entries.fresh > 0 and not is_same(poll, known)
        gap = news and entries.total >= options.gap_entries and entries.fresh == entries.total
        factor = options.after_gap if gap else options.with_news if news else options.without_news
        interval = max(options.least_seconds, min(options.most_seconds, round(interval * factor)))
    return Schedule(interval, _due(poll, interval, options), gap)


def start_seconds(kind: str) -> int:
    return next((seconds for known, seconds in _START_SECONDS.items() if known == kind), 60 * _MINUTE)


def was_read(known: SourceState) -> bool:
    """Whether a poll succeeded before: failures are counted in a row."""
    return known.polls > known.failures


def is_same(poll: Poll, known: SourceState) -> bool:
    """Whether the answer says that nothing changed: 304, or the body that we know."""
    is_equal = poll.body_hash is not None and poll.body_hash == known.body_hash
    return poll.http_status == _NOT_MODIFIED or is_equal


def is_due(known: SourceState | None, now: datetime) -> bool:
    """Whether the source may be asked; an unknown one may, and one whose turn a wrong clock has put far away."""
    if known is None or known.due_at is None:
        return True
    wait = datetime.fromisoformat(known.due_at) - now
    return not timedelta(0) < wait <= timedelta(seconds=2 * DEFAULT_OPTIONS.most_seconds)


def _due(poll: Poll, seconds: int, options: IntervalOptions) -> str:
    polled_at = datetime.fromisoformat(poll.polled_at)
    polled_at = polled_at if polled_at.tzinfo else polled_at.replace(tzinfo=UTC)
    return utc_text(polled_at + timedelta(seconds=seconds * (1 + options.jitter * _place(poll.url))))


def _place(url: str) -> float:
    """Return a number from -1 to 1 that is always the same for the URL."""
    return int.from_bytes(sha256(url.encode("utf-8", "surrogatepass")).digest()[:4]) / (2**31) - 1
