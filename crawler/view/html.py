"""Records -> one HTML file in which they are looked at, and corrected."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.items import JsonValue, Label, Record
from crawler.offline_html.document import Filter, render
from crawler.records.lines import json_line
from crawler.view.corrections import KEYS, page_head
from crawler.view.viewed import LabelShare, Viewed, article_pieces, place_of

BAR_UNITS = 1000
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class ViewOptions:
    correct: bool = False
    """Whether labels can be changed; every page must be at hand then."""
    left_out: int = 0
    """Records of the input that are not on the page."""


def view_html(pages: Sequence[Viewed], options: ViewOptions) -> str:
    """Return the document of the records, in their order; one is shown at a time."""
    heads = [page_head(viewed) for viewed in pages] if options.correct else []
    values = {
        "pages": pages,
        "correct": options.correct,
        "left_out": options.left_out,
        "labels": list(Label),
        "keys": KEYS,
        "corrected": {"heads": heads, "keys": {key: label for label, key in KEYS.items()}},
    }
    return render("crawler.view", "view.html.j2", values, FILTERS)


def _shares_of_bar(shares: Sequence[LabelShare]) -> list[tuple[Label, int, int]]:
    """Return label, place and width of each part of the bar, in units of which it has BAR_UNITS."""
    total = sum(share.chars for share in shares) or 1
    parts, done = [], 0
    for share in shares:
        begin, done = done, done + share.chars
        left, right = (BAR_UNITS * edge // total for edge in (begin, done))
        parts.append((share.label, left, right - left))
    return parts


def _json_of(record: Record) -> str:
    """Return the record's JSON line over several lines, with what reorders or hides text still escaped."""
    return json.dumps(json.loads(json_line(record.to_dict())), indent=2, ensure_ascii=True)


def _words(label: str) -> str:
    return label.replace("_", " ")


def _shown(value: JsonValue) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_shown(inner)}" for name, inner in value.items())
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _language_tag(record: Record) -> str | None:
    """Return what `lang` may hold; None where the language is not known."""
    known = record.language != "und" and _LANGUAGE_TAG.fullmatch(record.language)
    return record.language if known else None


def _moment(date: str) -> str:
    """Return an ISO 8601 date for reading: without seconds, the offset set apart."""
    return re.sub(r"T(\d\d:\d\d)(?::[\d.]+)?", r" \1 ", date).strip()


def _percent(score: float) -> str:
    return f"{score:.0%}"


FILTERS: dict[str, Filter] = {
    "shares_of_bar": _shares_of_bar,
    "json_of": _json_of,
    "words": _words,
    "shown": _shown,
    "language_tag": _language_tag,
    "moment": _moment,
    "percent": _percent,
    "place_of": place_of,
    "article_pieces": article_pieces,
}
