from __future__ import annotations

import csv
import sys

import pytest

from crawler.items import Extraction, Label, Paragraph, ParagraphKind, Record, Segment, Status

HOSTILE = "=cmd|' /C calc'!A0; @SUM(1)\n- one\n\"two\", three\t+4 </script> \u2028 \x85 \U0001f600 é"


@pytest.fixture(autouse=True, scope="session")
def _long_csv_fields() -> None:
    csv.field_size_limit(sys.maxsize)


def _record(number: int, text: str = "Some text.\n\nAnd more of it.", title: str | None = "A title") -> Record:
    return Record(
        id=f"{number:032x}", url=f"https://news.example/{number}", canonical_url=f"https://news.example/c/{number}",
        domain="news.example", site_name="The News", title=title, lead="Some text.", text=text,
        paragraphs=tuple(Paragraph(ParagraphKind.PARAGRAPH, part) for part in text.split("\n\n")),
        authors=("Ada Example", "Bo; Example"), date_published="2026-11-22", date_published_raw="22 Nov 2026",
        date_published_precision="day", date_modified="2026-11-22T09:30:00+01:00", language="en-GB",
        language_score=0.5, section="Town", tags=("a", "b"), image_url="https://news.example/i.jpg",
        is_accessible_for_free=True, origins={"title": "json_ld"}, fetched_at="2026-11-22T10:46:00Z", http_status=200,
        segments=(Segment(Label.ADVERTISEMENT, "Buy!", "/html/body/p[3]", 0.9, "“Buy” is a phrase"),),
        extraction=Extraction(Status.OK, 0.75, "model", {"winnow": "0.1.0"}), rights={"robots": ["noarchive"]},
    )  # fmt: skip


@pytest.fixture(scope="session")
def make_record() -> type[Record] | object:
    return _record


@pytest.fixture(scope="session")
def hostile() -> str:
    """Text that tries to leave its place in every form there is."""
    return HOSTILE
