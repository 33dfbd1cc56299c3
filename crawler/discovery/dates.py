"""Dates of feeds and sitemaps: ISO 8601, W3C-DTF and RFC 822 in, ISO 8601 out."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

MAX_DATE_CHARS = 64
"""Longer text is no date."""
UNKNOWN_INSTANT = datetime.min.replace(tzinfo=UTC)

_YEAR_FIRST = re.compile(r"^(\d{4})[/.](\d{2})[/.](\d{2})(?!\d)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}")
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ]+(\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?) *([+-]\d{2}:?\d{2}|[A-Za-z]+)?"
    r"(?:\[[\w/+-]*\])?"  # Java writes the zone's name after the offset
)
_ZONE_NAME = re.compile(r"(?<=[\d ])\(?([A-Za-z]{1,5})\)?$")
_ZONES = {
    "Z": "+0000", "UTC": "+0000", "GMT": "+0000", "UT": "+0000", "WET": "+0000", "WEST": "+0100",
    "CET": "+0100", "MEZ": "+0100", "CEST": "+0200", "MESZ": "+0200", "EET": "+0200", "EEST": "+0300",
    "MSK": "+0300", "JST": "+0900", "KST": "+0900", "AEST": "+1000", "AEDT": "+1100", "EST": "-0500",
    "EDT": "-0400", "CDT": "-0500", "MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
}  # fmt: skip
"""Zone names with one meaning; BST, IST and CST have several, so that such a time stays without an offset."""


def parse_date(text: str | None) -> str | None:
    """Return ISO 8601 to the second, or None.

    A day stays a day. The offset is kept as given; a time without one, or with an ambiguous zone name, gets
    none. A month or year alone is None, and so is a date that does not exist.
    """
    stripped = " ".join((text or "")[: MAX_DATE_CHARS + 1].split())
    if not stripped or len(stripped) > MAX_DATE_CHARS:
        return None
    stripped = _YEAR_FIRST.sub(r"\1-\2-\3", stripped)
    try:
        if _DAY.fullmatch(stripped):
            return date.fromisoformat(stripped).isoformat()
        iso = _TIME.fullmatch(stripped)
        moment = _iso_moment(iso) if iso else _rfc_822_moment(stripped)
        moment.utcoffset()
    except (ValueError, OverflowError, IndexError, TypeError):  # what email.utils raises for bad dates
        return None
    return moment.isoformat(timespec="seconds")


def _iso_moment(found: re.Match[str]) -> datetime:
    day, time, zone = found.groups(default="")
    offset = _ZONES.get(zone.upper(), "") if zone.isalpha() else zone
    return datetime.fromisoformat(f"{day}T{time.replace(',', '.')}{offset}")


def _rfc_822_moment(text: str) -> datetime:
    # email.utils takes an unknown zone name, and a missing one, for UTC or local; we do not.
    named = _ZONE_NAME.search(text)
    if named:
        offset = _ZONES.get(named[1].upper())
        moment = parsedate_to_datetime(text[: named.start()] + " " + (offset or "+0000"))
        return moment.replace(tzinfo=UTC if offset in {"+0000", "-0000"} else moment.tzinfo if offset else None)
    moment = parsedate_to_datetime(text)
    return moment.replace(tzinfo=UTC) if text.endswith("-0000") else moment


def instant(iso: str | None) -> datetime:
    """Return a moment to sort `parse_date`'s results by: UTC where there is no offset, None before all."""
    if iso is None:
        return UNKNOWN_INSTANT
    moment = datetime.fromisoformat(iso)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:  # years 1 and 9999
        return moment.replace(tzinfo=UTC)
