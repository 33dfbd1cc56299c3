"""Dates in a line of visible text, `Published: 20 November 2026, 10:15 CET`, in the languages of `month_names.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from crawler.extraction.date_formats import parse_date

MAX_LINE_CHARS = 300
"""A longer line is a paragraph; what dates it names are its story's. Chosen, not measured."""

_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d{2})[-./]\s?(\d{1,2})[-./]\s?(\d{1,2})(?!\d)", re.ASCII)
_CJK = re.compile(r"((?:19|20)\d{2})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]", re.ASCII)
_NUMBERS = re.compile(r"(?<![\d:])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?((?:19|20)\d{2}|\d{2})(?![\d:])", re.ASCII)
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?,?\s?(?:de|di|d[’']|of|ta['’]|-)?\s?"
    r"([^\W\d_]{3,14}|tháng \d{1,2})[.,]?\s?(?:de|del|di|-)?\s?((?:19|20)\d{2})(?!\d)",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,14})\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s((?:19|20)\d{2})(?!\d)", re.IGNORECASE)
_YEAR_MONTH_DAY = re.compile(
    r"((?:19|20)\d{2})(?:\.|\sm\.|,)?\s([^\W\d_]{3,14})\.?\s(\d{1,2})(?!\d|[:.]\d)", re.IGNORECASE
)
ZONES = {
    **dict.fromkeys(("ET", "EST", "EDT"), "America/New_York"),
    **dict.fromkeys(("CT", "CDT"), "America/Chicago"),
    **dict.fromkeys(("MST", "MDT"), "America/Denver"),
    **dict.fromkeys(("PT", "PST", "PDT"), "America/Los_Angeles"),
    **dict.fromkeys(("CET", "CEST", "MEZ", "MESZ"), "Europe/Berlin"),
    **dict.fromkeys(("EET", "EEST"), "Europe/Helsinki"),
    **dict.fromkeys(("WET", "WEST"), "Europe/Lisbon"),
    **dict.fromkeys(("AEST", "AEDT"), "Australia/Sydney"),
    **dict.fromkeys(("NZST", "NZDT"), "Pacific/Auckland"),
    "BST": "Europe/London",
    "MSK": "Europe/Moscow",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    "SGT": "Asia/Singapore",
    "HKT": "Asia/Hong_Kong",
}
"""What lines write in capitals behind a time of day -> the zone whose offset of that day holds: many write EST in
summer too. CST and IST stand for several zones and are left alone."""
_CLOCK = re.compile(
    r"(?<![\d:.])([01]?\d|2[0-3])(?::|[.h](?=\d\d\s*(?:Uhr|hrs?|Z|UTC|GMT|CES?T|[ap]\.?m)|\d\d\b))([0-5]\d)"
    r"(?::([0-5]\d))?(?!\d|[.:]\d)\s*([ap]\.?\s?m\b\.?)?\s*\(?"
    r"(?:(Z\b|UTC|GMT)(?!\s?[+-]\d)|(UTC|GMT)?\s?([+-]\d{1,2})(:?)(\d{2})?(?!\d|:\d)"
    rf"|(?:Uhr\s)?((?-i:{'|'.join(ZONES)}))\b)?",
    re.IGNORECASE | re.ASCII,
)
CLOCK_REACH = 25
"""Characters after or before a day within which a time of day belongs to it. Chosen, not measured."""


@dataclass(frozen=True, slots=True)
class LineDate:
    value: str
    """ISO 8601."""
    precision: str
    raw: str
    """The part of the line that was read."""


def date_in_line(line: str, now: datetime, *, month_first: bool | None = None) -> LineDate | None:
    """Return the first date of a line; None where there is none, or where day and month could be swapped.

    `month_first` says how 3/4/2026 is written; None leaves such dates alone. Points always follow a day.
    """
    if len(line) > MAX_LINE_CHARS:
        return None
    for found, year, month, day in sorted(_days(line, month_first), key=lambda entry: entry[0].start()):
        iso = f"{year:04}-{month:02}-{day:02}"
        clock, end = _clock(line, found, iso)
        raw = line[found.start() : max(found.end(), end)]
        parsed = parse_date(iso + clock, now) or parse_date(iso, now)
        if parsed:
            return LineDate(*parsed, raw)
    return None


def without_days(line: str) -> str:
    """Return a line with a bar in place of each date, and of each time of day beside one; as it is where it has none.

    3/4/2026 is a date here whichever of the two is the month.
    """
    days = sorted((found.span() for found, *_ in _days(line, False)), reverse=True)
    for start, end in days:
        line = f"{line[:start]} | {line[end:]}"
    return _CLOCK.sub(" | ", line) if days else line


def names_day(text: str, day: str) -> bool:
    """Whether a text of any length names a day, given as YYYY-MM-DD, in one of the ways in which lines do.

    3/4/2026 names two.
    """
    named = (entry for month_first in (False, True) for entry in _days(text, month_first))
    return any(f"{year:04}-{month:02}-{number:02}" == day for _, year, month, number in named)


def _days(line: str, month_first: bool | None) -> Iterator[tuple[re.Match[str], int, int, int]]:
    for pattern in (_YEAR_FIRST, _CJK):
        for found in pattern.finditer(line):
            yield found, int(found[1]), int(found[2]), int(found[3])
    for found in _NUMBERS.finditer(line):
        one, other, year = int(found[1]), int(found[3]), int(found[4])
        year += 2000 if year < 100 else 0
        if found[2] == "." or one > 12 or one == other or month_first is False:
            yield found, year, other, one
        elif other > 12 or month_first:
            yield found, year, one, other
    for found in _DAY_MONTH.finditer(line):
        if month := _month(found[2]):
            yield found, int(found[3]), month, int(found[1])
    for found in _MONTH_DAY.finditer(line):
        if month := _month(found[1]):
            yield found, int(found[3]), month, int(found[2])
    for found in _YEAR_MONTH_DAY.finditer(line):
        if month := _month(found[2]):
            yield found, int(found[1]), month, int(found[3])


def _month(word: str) -> int | None:
    if word.casefold().startswith("tháng "):
        return int(word[6:])
    return _month_names().get(word.casefold())


@cache
def _month_names() -> dict[str, int]:
    text = files("crawler.extraction").joinpath("month_names.toml").read_text(encoding="utf-8")
    return {
        name.casefold(): number
        for names in tomllib.loads(text).values()
        for number, spellings in enumerate(names, 1)
        for name in spellings.split()
    }


def _clock(line: str, day: re.Match[str], iso: str) -> tuple[str, int]:
    """Return the time of day beside a day as the end of an ISO date, "" where there is none, and where it ends.

    `iso` is the day.
    """
    found = _CLOCK.search(line, day.end())  # not a part of the line: the reach may end between `10:15` and `p.m.`
    is_behind = found is not None and found.end(2) <= day.end() + CLOCK_REACH
    if not is_behind:
        found = _CLOCK.search(line, max(0, day.start() - CLOCK_REACH), day.start())
    if found is None:
        return "", 0
    hour, minute, second, half, utc, _, offset, _, offset_minutes, named = found.groups()
    number = int(hour)
    if half:
        number = number % 12 + (12 if half[0] in "pP" else 0)
    end = found.end()
    if offset and not _is_offset(found):
        offset, end = None, max(map(found.end, (2, 3, 4)))
    clock = f"T{number:02}:{minute}{f':{second}' if second else ''}"
    if named:
        return clock + _offset(iso + clock, ZONES[named]), end if is_behind else 0
    zone = "Z" if utc else f"{int(offset):+03}:{offset_minutes or '00'}" if offset else ""
    return clock + zone, end if is_behind else 0


def _offset(moment: str, zone: str) -> str:
    """Return the offset that a zone has at a moment, "" where there is no such day."""
    try:
        return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)).isoformat()[-6:]
    except ValueError:
        return ""


def _is_offset(found: re.Match[str]) -> bool:
    """Return whether the sign begins an offset; in `10:15-11:30` it stands between two times of day."""
    _, _, second, _, _, named, offset, colon, offset_minutes, _ = found.groups()
    is_iso = bool(second) or found.string[: found.start()][-1:] == "T"
    return bool(offset[0] == "+" or named or is_iso or (offset_minutes and not colon))
