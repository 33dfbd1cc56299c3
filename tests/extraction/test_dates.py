from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.extraction.date_formats import parse_date
from crawler.extraction.dates import FoundDate, _marked_times, find_modified, find_published, guess_published
from crawler.extraction.declarations import Declarations, gather_declarations
from crawler.items import DiscoveredVia, Link

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://example.org/news/story"


def declarations(
    head: str = "",
    body: str = "",
    *,
    json_ld: dict[str, object] | None = None,
    url: str = URL,
    link: Link | None = None,
) -> Declarations:
    script = json.dumps({"@type": "NewsArticle", **json_ld}) if json_ld else "{}"
    head += f'<script type="application/ld+json">{script}</script>'
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    return gather_declarations(html.fromstring(page), url=url, link=link, now=NOW)


@pytest.mark.parametrize(
    ("raw", "value", "precision"),
    [
        ("2026-11-20T10:15:30+01:00", "2026-11-20T10:15:30+01:00", "second"),
        ("2026-11-20T10:15:30.123+00:00", "2026-11-20T10:15:30+00:00", "second"),
        ("2026-11-20T10:15:30Z", "2026-11-20T10:15:30Z", "second"),
        ("2026-11-20 10:15:30 +0530", "2026-11-20T10:15:30+05:30", "second"),
        ("2026-11-20T10:15-08", "2026-11-20T10:15-08:00", "minute"),
        ("2026-11-20T10:15", "2026-11-20T10:15", "minute"),
        ("20261120T101530Z", "2026-11-20T10:15:30Z", "second"),
        ("2026-11-20", "2026-11-20", "day"),
        ("20.11.2026", "2026-11-20", "day"),
        ("2026-3-7", "2026-03-07", "day"),
        ("2026/3/7 9:05", "2026-03-07T09:05", "minute"),
        ("2026. 3. 7.", "2026-03-07", "day"),
        ("2026年3月7日 10:00:01", "2026-03-07T10:00:01", "second"),
        ("2026년 3월 7일", "2026-03-07", "day"),
        ("20.11.2026, 10:15 Uhr", "2026-11-20T10:15", "minute"),
        ("Fri, 20 Nov 2026 10:15:30 +0100", "2026-11-20T10:15:30+01:00", "second"),
        ("Fri, 20 Nov 2026 10:15 +0100", "2026-11-20T10:15+01:00", "minute"),
        ("Nov 20, 2026 10:15 PM", "2026-11-20T22:15", "minute"),
        ("November 20, 2026, 12:05:30 a.m.", "2026-11-20T00:05:30", "second"),
        ("Fri Nov 20 2026 10:15:30 GMT+0100 (CET)", "2026-11-20T10:15:30+01:00", "second"),
        ("November 20, 2026", "2026-11-20", "day"),
        ("20 Nov 2026", "2026-11-20", "day"),
    ],
)
def test_dates_keep_offset_and_precision(raw: str, value: str, precision: str) -> None:
    assert parse_date(raw, NOW) == (value, precision)


@pytest.mark.parametrize(
    "raw",
    [
        *("0000-01-01", "9999-12-31", "-44-03-15", "2026-02-30", "2026-13-01", "20261120202611202026"),
        *(
            "1763892000000",
            "1763892000",
            "2026-11-20T10:15:30+99:99",
            "2026-11-20T10:15:30+15:00",
            "2026-11-20T25:00",
        ),
        *(
            "1970-01-01T00:00:00Z",
            "yesterday",
            "2026",
            "{{date}}",
            "",
            "31.02.2026",
            "2026-11-24",
            "2027-01-01",
        ),
    ],
)
def test_refused_dates(raw: str) -> None:
    assert parse_date(raw, NOW) is None


def test_a_day_ahead_is_allowed() -> None:
    assert parse_date("2026-11-23T11:00:00Z", NOW) == ("2026-11-23T11:00:00Z", "second")


@given(st.text(max_size=40) | st.from_regex(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d|Z)?)?", fullmatch=True))
def test_what_is_read_is_iso_8601(raw: str) -> None:
    parsed = parse_date(raw, NOW)
    if parsed:
        value, precision = parsed
        datetime.fromisoformat(value)
        assert (precision == "day") == (len(value) == len("2026-11-20"))


META = '<meta property="article:published_time" content="2026-11-19T08:00:00+01:00">'
TIME = '<time datetime="2026-11-18T08:00">18 November</time>'


@pytest.mark.parametrize(
    ("found", "value", "origin"),
    [
        pytest.param(
            declarations(META, TIME, json_ld={"datePublished": "2026-11-20"}),
            "2026-11-20",
            "json_ld",
            id="json-ld",
        ),
        pytest.param(
            declarations(META, TIME, json_ld={"datePublished": "2026-02-30"}),
            "2026-11-19T08:00:00+01:00",
            "meta",
            id="json-ld-broken",
        ),
        pytest.param(
            declarations(META, TIME, json_ld={"datePublished": 1763892000000}),
            "2026-11-19T08:00:00+01:00",
            "meta",
            id="json-ld-number",
        ),
        pytest.param(declarations("", TIME), "2026-11-18T08:00", "html", id="time-element"),
        pytest.param(
            declarations("", f'<div class="related-teaser">{TIME}</div>', url="https://example.org/2026/11/17/a"),
            "2026-11-17",
            "url",
            id="teaser-is-not-asked",
        ),
        pytest.param(
            declarations(link=Link(URL, DiscoveredVia.FEED, published="2026-11-14T10:00:00+00:00")),
            "2026-11-14T10:00:00+00:00",
            "feed",
            id="feed",
        ),
    ],
)
def test_origins_in_order(found: Declarations, value: str, origin: str) -> None:
    published = find_published(found)
    assert (published.value, published.origin) == (value, origin)


def test_a_guess_is_made_only_when_asked_and_leaves_the_tree() -> None:
    page = declarations(body="<p>Seen 15 November 2026</p>")
    assert find_published(page) == FoundDate()
    before = html.tostring(page.tree)
    guessed = guess_published(page.tree, NOW, None)
    assert (guessed.value, guessed.precision, guessed.origin) == ("2026-11-15", "day", "htmldate")
    assert html.tostring(page.tree) == before
    assert guess_published(html.fromstring("<p>Some day</p>"), NOW, None) == FoundDate()


def test_the_raw_string_is_kept() -> None:
    chosen = find_published(declarations(META, json_ld={"datePublished": "2026-02-30"}))
    assert chosen.raw == "2026-11-19T08:00:00+01:00"
    failed = find_published(declarations(json_ld={"datePublished": "some day"}))
    assert failed == FoundDate(raw="some day")


@pytest.mark.parametrize(
    "said",
    ["© 2019 The Daily Tide", "Copyright 2012-2019", "A look back at 2019", "Issue of March 2019", "1 of 2019 pages"],
)
def test_no_day_is_made_of_a_year_or_a_month(said: str) -> None:
    tree = html.fromstring(f"<body><article><p>Some text of no day.</p></article><footer><p>{said}</p></footer></body>")
    assert guess_published(tree, NOW, None) == FoundDate()


@pytest.mark.parametrize(
    "said", ["January 1, 2019", "1. Januar 2019", "1er janvier 2019", "01.01.2019", "2019年1月1日"]
)
def test_the_first_of_january_is_a_day_where_the_page_names_it(said: str) -> None:
    tree = html.fromstring(f"<body><article><p class='date'>{said}</p><p>Some text of that day.</p></article></body>")
    assert guess_published(tree, NOW, None).value == "2019-01-01"


def test_modified_is_never_guessed() -> None:
    assert find_modified(declarations(body="<p>Published: 15 November 2026</p>")) == FoundDate()
    changed = declarations('<meta property="article:modified_time" content="2026-11-20T10:15Z">')
    assert find_modified(changed) == FoundDate("2026-11-20T10:15Z", "2026-11-20T10:15Z", "minute", "meta")


def test_the_tree_is_not_changed() -> None:
    page = declarations(body="<article><p>Published: 15 November 2026</p></article><footer>x</footer>")
    before = html.tostring(page.tree)
    find_published(page)
    assert html.tostring(page.tree) == before


@pytest.mark.parametrize(
    ("markup", "day"),
    [
        (f'<p>On <time datetime="1969-07-20">20 July 1969</time> {"they stood on the moon " * 20}</p>', None),
        (f'<time datetime="2026-07-01">1 July</time><p>{"They stood on the moon. " * 20}</p>', "2026-07-01"),
        ('<p>By Ann Lee, <time datetime="2026-07-01">1 July</time></p>', "2026-07-01"),
    ],
    ids=["in a sentence", "above the text", "in a byline"],
)
def test_a_time_in_a_sentence_is_of_what_is_told(markup: str, day: str | None) -> None:
    tree = html.fromstring(f"<html><body><article><h1>Title</h1>{markup}</article></body></html>")
    assert next(_marked_times(tree, "datePublished"), None) == day
