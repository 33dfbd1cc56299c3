"""Dates as pages write them: ISO 8601, RFC 5322, day first with points, English with the month's name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

FIRST_YEAR = 1700
"""Archives of newspapers reach back so far; earlier years are faults."""

FUTURE_ALLOWED = timedelta(days=1)
"""Clocks and time zones differ; what lies further ahead is not a publication date."""

LARGEST_OFFSET = timedelta(hours=14)

_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:[T ]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?\s*(?:(Z|UTC|GMT)|([+-]\d{2}):?(\d{2})?)?)?",
    re.ASCII | re.IGNORECASE,
)
_UTC_NAME = re.compile(r"(?:Z|UTC|GMT)\Z", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:\D{1,5}(\d{1,2}):(\d{2})(?: Uhr)?)?", re.ASCII)
_YEAR_FIRST = re.compile(
    r"(\d{4})(?:([-/.])\s?(\d{1,2})\2\s?(\d{1,2})|[年년]\s?(\d{1,2})[月월]\s?(\d{1,2})[日일])\.?"
    r"(?:[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?)?",
    re.ASCII,
)
_HALF_OF_DAY = re.compile(r"(?<=\d)\s*([ap])\.?m\b\.?", re.ASCII | re.IGNORECASE)
_ZONE_BEFORE_OFFSET = re.compile(r"\b(?:GMT|UTC)(?=[+-]\d{4}\b)", re.ASCII)
"""As browsers write a date: `Fri Nov 20 2026 10:15:30 GMT+0100 (CET)`."""
_SECONDS = re.compile(r"\d[:.]\d{2}[:.]\d{2}\b", re.ASCII)
_PLACEHOLDERS = frozenset({"1970-01-01", "1900-01-01"})
"""Days that stand for "no date" in databases."""

_TEXT_FORMATS = ("%B %d, %Y", "%b %d, %Y", "%b. %d, %Y", "%d %B %Y", "%d %b %Y", "%Y/%m/%d")


def parse_date(raw: str, now: datetime) -> tuple[str, str] | None:
    """Return (ISO 8601, precision), None for what is no date, does not exist or lies in the future."""
    parsed = _parse_iso(raw) or _parse_day_first(raw) or _parse_year_first(raw) or _parse_mail(raw) or _parse_text(raw)
    if parsed is None:
        return None
    moment, precision = parsed
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment.year < FIRST_YEAR or moment.date().isoformat() in _PLACEHOLDERS:
        return None
    if abs(aware.utcoffset() or timedelta()) > LARGEST_OFFSET or _is_future(aware, now):
        return None
    if precision == "day":
        return moment.date().isoformat(), precision
    text = moment.isoformat(timespec="minutes" if precision == "minute" else "seconds")
    return text.replace("+00:00", "Z") if _UTC_NAME.search(raw) else text, precision


def in_zone(value: str, precision: str | None, zone: ZoneInfo | None) -> str:
    """Return an ISO 8601 moment with the zone's offset where it is a time of day without one."""
    if zone is None or precision == "day":
        return value
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is not None:
        return value
    return moment.replace(tzinfo=zone).isoformat(timespec="minutes" if precision == "minute" else "seconds")


def _is_future(moment: datetime, now: datetime) -> bool:
    try:
        return moment > now + FUTURE_ALLOWED
    except OverflowError:
        return True


def _parse_iso(raw: str) -> tuple[datetime, str] | None:
    found = _ISO.fullmatch(raw)
    if not found:
        return None
    year, month, day, hour, minute, second, utc, offset_hours, offset_minutes = found.groups()
    precision = "day" if hour is None else "minute" if second is None else "second"
    zone = "+00:00" if utc else f"{offset_hours}:{offset_minutes or '00'}" if offset_hours else ""
    clock = f"{hour or '00'}:{minute or '00'}:{second or '00'}"
    try:
        return datetime.fromisoformat(f"{year}-{month}-{day}T{clock}{zone}"), precision
    except ValueError:
        return None


def _parse_day_first(raw: str) -> tuple[datetime, str] | None:
    found = _DAY_FIRST.fullmatch(raw)
    if not found:
        return None
    day, month, year, hour, minute = (int(part) if part else 0 for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute), "minute" if found.group(4) else "day"
    except ValueError:
        return None


def _parse_year_first(raw: str) -> tuple[datetime, str] | None:
    """Read `2026/3/7 9:05`, `2026. 3. 7.` and `2026年3月7日`."""
    found = _YEAR_FIRST.fullmatch(raw)
    if not found:
        return None
    year, _, *days, hour, minute, second = found.groups()
    month, day = map(int, filter(None, days))
    try:
        moment = datetime(int(year), month, day, int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    return moment, "day" if hour is None else "minute" if second is None else "second"


def _parse_mail(raw: str) -> tuple[datetime, str] | None:
    """Read RFC 5322 dates, `Sun, 22 Nov 2026 10:00:00 +0100`, also with AM and PM."""
    half = _HALF_OF_DAY.search(raw)
    whole = raw if half is None else raw[: half.start()] + raw[half.end() :]
    try:
        moment = parsedate_to_datetime(_ZONE_BEFORE_OFFSET.sub("", whole))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if half is not None and moment.hour <= 12:
        moment = moment.replace(hour=moment.hour % 12 + (12 if half[1] in "pP" else 0))
    return moment, "second" if _SECONDS.search(raw) else "minute"


def _parse_text(raw: str) -> tuple[datetime, str] | None:
    for form in _TEXT_FORMATS:
        try:
            return datetime.strptime(raw, form), "day"
        except ValueError:
            continue
    return None
