"""Authors and dates of byline blocks, where the page declares none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

import crawler
from crawler.extraction.bylines import with_bylines
from crawler.extraction.metadata import Metadata
from crawler.extraction.read_page import read_page
from crawler.items import Label, Page, Segment

CAPTION = "Bridges that the town had built in the years and months up to 20 October 2026"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def segments(*lines: str) -> list[Segment]:
    return [Segment(Label.BYLINE, line, "/p", 0.9, "") for line in lines]


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (["By Jane Doe"], ("Jane Doe",)),
        (["12 Μαΐου 2026, 18:40 Του Γιώργου Παππά"], ("Γιώργου Παππά",)),
        (["2026年05月12日 18:40 来源：北方日报 作者：李明"], ("李明",)),
        (["（责任编辑：张华）"], ()),
        (["佐藤健一記者"], ("佐藤健一",)),
        (["문화부 김민수 기자"], ("김민수",)),
        (["이서연 특파원", "서울경찰 기자단"], ("이서연",)),
        (["von Dr. Max Beispiel", "20.10.2026"], ("Dr. Max Beispiel",)),
        (["Jane Doe | 05.04.2026 - Güncelleme : 05.04.2026"], ("Jane Doe",)),
        (["Updated January 8, 2026", "Jane Doe"], ("Jane Doe",)),
        (["Jane Doe November 20, 2025"], ("Jane Doe",)),
        (["Jane Doe and John Roe"], ("Jane Doe", "John Roe")),
        (["12 min read", "Categories: City Life"], ()),
        (["#city #life"], ()),
        (["dpa"], ("dpa",)),
    ],
)
def test_names(lines: list[str], authors: tuple[str, ...]) -> None:
    found = with_bylines(Metadata(), segments(*lines), NOW)
    assert found.authors == authors
    assert found.origins.get("authors") == ("html" if authors else None)


def test_declared_people_stay() -> None:
    declared = Metadata(authors=("Jane Doe",), names_people=True, origins={"authors": "json_ld"})
    assert with_bylines(declared, segments("By John Roe"), NOW) == declared


def test_the_sites_own_name_gives_way_to_a_person() -> None:
    declared = Metadata(authors=("Example Post",), origins={"authors": "meta"})
    assert with_bylines(declared, segments("By John Roe"), NOW).authors == ("John Roe",)
    assert with_bylines(declared, segments("PIN FOR LATER"), NOW) == declared
    assert with_bylines(declared, segments("City Life", "By Example Post"), NOW) == declared


@pytest.mark.parametrize(
    ("origin", "given", "line", "wanted"),
    [
        (None, None, "October 20, 2026", "2026-10-20"),
        ("url", "2026-10-20", "20.10.2026, 10:15 Uhr", "2026-10-20T10:15"),
        ("url", "2026-10-20", "19.10.2026, 10:15 Uhr", "2026-10-20"),
        ("json_ld", "2026-10-01", "20.10.2026, 10:15 Uhr", "2026-10-01"),
        (None, None, CAPTION, None),
    ],
    ids=["none", "time of the address's day", "another day", "declared", "a caption"],
)
def test_date(origin: str | None, given: str | None, line: str, wanted: str | None) -> None:
    origins = {"date_published": origin} if origin else {}
    found = with_bylines(Metadata(date_published=given, origins=origins), segments(line), NOW)
    assert found.date_published == wanted


def test_a_changed_date_is_no_publication_date() -> None:
    found = with_bylines(Metadata(), segments("Updated: 20 October 2026", "Published: 19 October 2026"), NOW)
    assert (found.date_published, found.date_modified) == ("2026-10-19", "2026-10-20")


@pytest.mark.parametrize(
    ("line", "published", "modified"),
    [
        ("Yayınlanma: 12.05.2026 18:40 Güncelleme: 13.05.2026 20:15", "2026-05-12T18:40", "2026-05-13T20:15"),
        ("12.05.2026, aktualisiert 13.05.2026", "2026-05-12", "2026-05-13"),
        ("12.05.2026 (aktualisiert)", "2026-05-12", "2026-05-12"),
    ],
)
def test_a_line_with_both_dates_gives_each(line: str, published: str, modified: str) -> None:
    found = with_bylines(Metadata(language_declared="tr"), segments(line), NOW)
    assert (found.date_published, found.date_modified) == (published, modified)


def test_the_sites_zone_gives_the_offset() -> None:
    found = with_bylines(Metadata(), segments("20.10.2026, 10:15 Uhr"), NOW, ZoneInfo("Europe/Berlin"))
    assert found.date_published == "2026-10-20T10:15+02:00"


@pytest.mark.parametrize(
    ("raw", "zone", "value"),
    [
        ("2026-11-20T10:15", "Europe/Berlin", "2026-11-20T10:15+01:00"),
        ("2026-07-20T10:15:00", "Europe/Berlin", "2026-07-20T10:15:00+02:00"),
        ("2026-11-20T10:15:00Z", "Europe/Berlin", "2026-11-20T10:15:00Z"),
        ("2026-11-20", "Europe/Berlin", "2026-11-20"),
        ("2026-11-20T10:15", None, "2026-11-20T10:15"),
    ],
)
def test_zone_of_the_site(raw: str, zone: str | None, value: str) -> None:
    head = f'<meta property="article:published_time" content="{raw}">'
    body = "<p>" + "The council opened the old bridge over the river again on Monday. " * 5 + "</p>"
    page = Page(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "https://example.org/a", timezone=zone)
    page = replace(page, fetched_at="2026-11-22T12:00:00Z")
    assert read_page(page).date_published == value


def test_a_later_declaration_may_say_more_of_the_same_day() -> None:
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-11-20T10:15:00"}</script>'
        '<meta property="article:published_time" content="2026-11-20T10:15:00+01:00">'
    )
    record = crawler.extract(f"<html><head>{head}</head><body><p>Words.</p></body></html>", "https://example.org/a")
    assert (record.date_published, record.origins["date_published"]) == ("2026-11-20T10:15:00+01:00", "meta")


def test_a_chinese_reporter_of_the_first_paragraph() -> None:
    first = Segment(Label.BODY, "本报讯（记者 周小禾）在青石街的尽头，老人修表。", "/p", 0.9, "")
    for own, authors in ((("示例新闻网",), ("周小禾",)), (("李明",), ("李明",))):
        page = Metadata(authors=own, names_people=own == ("李明",))
        assert with_bylines(page, [first], NOW).authors == authors
