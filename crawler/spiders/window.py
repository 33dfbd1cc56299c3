"""The time that articles must be of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from crawler.discovery.dates import instant
from crawler.items import Link

EARLIEST, LATEST = timedelta(hours=14), timedelta(hours=12)
"""How far the clocks of the world are before and behind UTC (IANA time zones)."""
DAY_CHARS = len("2026-11-22")


@dataclass(frozen=True, slots=True)
class Window:
    """Articles by publication date, else lastmod; what has neither is of now."""

    since: datetime | None = None
    until: datetime | None = None

    def has(self, link: Link, zone: str | None = None) -> bool:
        """Whether the link may be of the time; a day is all its hours, and without a zone any that it can be."""
        told = link.published or link.modified
        if told is None:
            return True
        first, last = _span(told, zone)
        return (self.since is None or last >= self.since) and (self.until is None or first <= self.until)


ANY_TIME = Window()


def _span(told: str, zone: str | None) -> tuple[datetime, datetime]:
    moment = datetime.fromisoformat(told)
    length = timedelta(days=1) if len(told) == DAY_CHARS else timedelta(0)
    try:
        if moment.tzinfo is None and zone is not None:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        if moment.tzinfo is not None:
            # A day of the zone's own: two in a year have another length than 24 hours.
            return moment.astimezone(UTC), (moment + length).astimezone(UTC)
        begin = moment.replace(tzinfo=UTC)
        return begin - EARLIEST, begin + length + LATEST
    except OverflowError:  # years 1 and 9999
        return instant(told), instant(told)
