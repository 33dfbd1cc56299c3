from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from lxml import html

from crawler.extraction.declarations import gather_declarations
from crawler.extraction.site_names import SiteNames
from crawler.extraction.titles import MAX_TITLE_CHARS, Title, declared_headlines, find_title

NOW = datetime(2026, 11, 22, tzinfo=UTC)
URL = "https://www.example-post.org/news/bridge"


def title_of(
    *,
    h1: str = "",
    og: str = "",
    json_ld: str = "",
    title: str = "",
    site: str | None = "Example Post",
) -> Title | None:
    node = json.dumps({"@type": "NewsArticle", "headline": json_ld}) if json_ld else "{}"
    page = (
        f"<html><head><title>{title}</title><meta property='og:title' content='{og}'>"
        f"<script type='application/ld+json'>{node}</script></head><body>{h1}<p>x</p></body></html>"
    )
    found = gather_declarations(html.fromstring(page), url=URL, link=None, now=NOW)
    return find_title(found, site)


@pytest.mark.parametrize(
    ("page", "text", "origin"),
    [
        pytest.param(
            {"h1": "<h1>Bridge closed</h1>", "json_ld": "Bridge closed"},
            "Bridge closed",
            "json_ld",
            id="agreed",
        ),
        pytest.param(
            {"h1": "<h1>Bridge closed</h1>", "og": "Bridge closed - Example Post"},
            "Bridge closed",
            "meta",
            id="site-name",
        ),
        pytest.param({"og": "Bridge closed | example-post.org"}, "Bridge closed", "meta", id="host"),
        pytest.param({"title": "Example Post | Bridge closed"}, "Bridge closed", "html", id="site-name-first"),
        pytest.param(
            {"og": "Rain - and more rain - tonight"},
            "Rain - and more rain - tonight",
            "meta",
            id="dash-in-headline",
        ),
        pytest.param({"og": "Bridge closed | 22.11.2026"}, "Bridge closed", "meta", id="date"),
        pytest.param(
            {
                "h1": "<h1>Example Post</h1><h1>Bridge closed</h1>",
                "og": "You will not believe this bridge",
                "json_ld": "Bridge closed",
            },
            "Bridge closed",
            "json_ld",
            id="visible-before-social",
        ),
        pytest.param(
            {
                "h1": "<h1><span>Traffic</span><span>Old bridge closed until spring</span></h1>",
                "og": "Old bridge closed until spring",
            },
            "Old bridge closed until spring",
            "meta",
            id="kicker-in-heading",
        ),
        pytest.param(
            {
                "h1": "<h1>Bridge closed</h1>",
                "og": "Traffic: Bridge closed",
                "json_ld": "Traffic: Bridge closed",
            },
            "Traffic: Bridge closed",
            "json_ld",
            id="kicker-declared-twice",
        ),
        pytest.param(
            {
                "h1": "<h1>The old bridge is closed</h1><h1>Most read</h1>",
                "og": "Old bridge closed: what drivers must know",
            },
            "The old bridge is closed",
            "html",
            id="most-alike-heading",
        ),
        pytest.param(
            {"h1": "<h1>Most read</h1>", "og": "Old bridge closed"},
            "Old bridge closed",
            "meta",
            id="foreign-heading",
        ),
        pytest.param({"h1": "<h1>Bridge <b>cl</b>osed</h1>"}, "Bridge closed", "html", id="only-heading"),
        pytest.param(
            {"h1": "<h1><span>Traffic</span><span>Bridge closed</span></h1>"},
            "Traffic Bridge closed",
            "html",
            id="spans-apart",
        ),
        pytest.param(
            {"h1": "<h1>Old <i>bridge</i> <span>18 <b>May</b></span> closed</h1>"},
            "Old bridge 18 May closed",
            "html",
            id="order",
        ),
        pytest.param({"json_ld": "Br&uuml;cke <b>zu</b>"}, "Brücke zu", "json_ld", id="entities-and-markup"),
        pytest.param(
            {"og": "Bridge closed", "site": "Bridge closed"},
            "Bridge closed",
            "meta",
            id="site-name-is-the-title",
        ),
    ],
)
def test_title(page: dict[str, str], text: str, origin: str) -> None:
    assert title_of(**page) == Title(text, origin)


def test_no_title() -> None:
    assert title_of() is None


def test_title_is_capped() -> None:
    found = title_of(og="word " * 1000)
    assert found is not None
    assert len(found.text) <= MAX_TITLE_CHARS
    assert found.text.endswith("…")


def test_declared_headlines_are_without_the_site() -> None:
    page = (
        "<html><head><title>One - Example Post</title><meta property='og:title' content='Two'></head>"
        "<body><h1>Three</h1></body></html>"
    )
    found = gather_declarations(html.fromstring(page), url=URL, link=None, now=NOW)
    assert declared_headlines(found, "Example Post") == ("Two", "One")


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("Example Post", True),
        ("Example", True),
        ("example-post.org", True),
        ("ExamplePost Online", True),
        ("What the Example Post said of the bridge", False),
        ("Bridge closed", False),
        ("", True),
    ],
)
def test_site_names(text: str, matches: bool) -> None:
    assert SiteNames.of("Example Post", URL).matches(text) is matches


@pytest.mark.parametrize(
    ("url", "text", "matches"),
    [
        ("https://www.welt.example/a", "Umweltschutz kostet Milliarden", False),
        ("https://www.welt.example/a", "WELT", True),
        ("https://www.zeit.example/a", "Die Zeit drängt", False),
        ("https://www.zeit.example/a", "Die Zeit", True),
        ("https://www.zeit.example/a", "ZEIT Online", True),
        ("https://reuters.example/a", "Reuters journalists killed", False),
        ("https://lemonde.example/a", "Le monde change", False),
        ("https://lemonde.example/a", "Le Monde", True),
        ("https://elpais.example/a", "El País", True),
        ("https://www.news.co.uk/a", "UK", False),
        ("https://www.theherald.co.uk/a", "theherald.co.uk", True),
        ("https://www.theherald.co.uk/a", "Herald", True),
        ("https://abcnews.go.com/a", "ABC News", True),
        ("https://stern.example/a", "Klaus Morgenstern", False),
        ("https://stern.example/a", "Ina Stern", False),
    ],
)
def test_a_sites_name_is_whole_words(url: str, text: str, matches: bool) -> None:
    assert SiteNames.of(None, url).matches(text) is matches


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Umweltschutz kostet Milliarden | WELT", "Umweltschutz kostet Milliarden"),
        ("Umwelt: Wer zahlt - Ein Überblick - WELT", "Umwelt: Wer zahlt - Ein Überblick"),
        ("Wer zahlt | WELT Politik", "Wer zahlt"),
        ("WELT | Wer zahlt", "Wer zahlt"),
    ],
)
def test_a_sites_name_is_cut_off(title: str, text: str) -> None:
    assert SiteNames.of(None, "https://www.welt.example/a").strip(title) == text


def test_a_declared_title_of_any_length_is_looked_at_in_no_time() -> None:
    names = SiteNames.of("a " * 50_000, "https://www.welt.example/a")
    assert not names.matches("a b " * 50_000)


def test_site_names_without_a_usable_url() -> None:
    assert not SiteNames.of(None, "http://[broken").matches("Bridge closed")


def test_a_heading_that_spells_one_word_otherwise_gives_way_to_what_all_declare() -> None:
    declared = "Johannesburg has failed its traders and here is what the City should do"
    page = (
        f"<html><head><title>{declared}</title><meta property='og:title' content='{declared}'>"
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{declared}"}}</script></head>'
        f"<body><h1>{declared.replace('Johannesburg', 'Joburg')}</h1></body></html>"
    )
    found = gather_declarations(html.fromstring(page), url=URL, link=None, now=NOW)
    title = find_title(found, None)
    assert title is not None
    assert (title.text, title.origin) == (declared, "json_ld")


@pytest.mark.parametrize("rest", ["_新闻中心_北方网", " - 北方网", "｜北方网"])
def test_a_heading_without_spaces_is_told_from_what_follows_it_in_the_page_title(rest: str) -> None:
    found = title_of(h1="<h1>老桥将关闭十八个月</h1>", title="老桥将关闭十八个月" + rest, site=None)
    assert found is not None
    assert found.text == "老桥将关闭十八个月"
