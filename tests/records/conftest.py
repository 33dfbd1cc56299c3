from __future__ import annotations

from collections.abc import Callable

import pytest

from crawler.items import Extraction, Label, Paragraph, ParagraphKind, Record, Segment, Status


def _record(number: int = 1) -> Record:
    return Record(
        id=f"{number:032x}",
        url=f"https://news.example/{number}",
        normalized_url=f"news.example/{number}",
        title=f"Bridge {number} reopens",
        text=f"The bridge number {number} is open again.",
        paragraphs=(Paragraph(ParagraphKind.PARAGRAPH, f"The bridge number {number} is open again."),),
        segments=(
            Segment(Label.BODY, f"The bridge number {number} is open again.", "/html/body/p[1]", 0.9, "long text"),
            Segment(Label.NAVIGATION, "Home", "/html/body/nav/a", 0.99, "in nav"),
            Segment(Label.JOB_LISTING, "We are hiring.", "/html/body/p[2]", 0.8, "phrase"),
        ),
        extraction=Extraction(Status.OK, None, "model", {"winnow": "0.1.0"}),
        text_hash=f"sha256:{number:064x}",
    )


@pytest.fixture
def make_record() -> Callable[[int], Record]:
    return _record
