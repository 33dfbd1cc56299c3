"""The small news web, fetched from the real server over loopback."""

from __future__ import annotations

import http.client
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import feedparser
import pytest
from lxml import etree
from lxml import html as lxml_html
from protego import Protego

from crawler.demo.editions import SITE_KEYS, editions
from crawler.demo.expectations import DemoKind, DemoPage, expectations
from crawler.demo.server import ONE_ADDRESS, DemoServer
from crawler.demo.site import build_sites
from crawler.items import DiscoveredVia

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from crawler.demo.content import DemoArticle
    from crawler.demo.site import Site

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
"""The night of a clock change, so that nothing depends on a kind hour."""

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ARTICLES = [article for edition in editions().values() for article in edition.articles]
STORIES = [story for edition in editions().values() for story in edition.stories]
OPENER = build_opener(ProxyHandler({}))


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(NOW) as running:
        yield running


def fetch(url: str, **headers: str) -> tuple[int, Message, bytes]:
    """Return status, headers and body, whatever the status is."""
    request = Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with OPENER.open(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers, refusal.read()


def site_of(server: DemoServer, key: str) -> Site:
    return next(site for site in server.sites if site.key == key)


def visible(html: bytes) -> str:
    """The page's text as a reader sees it: entities resolved, white space collapsed."""
    return " ".join(unescape(lxml_html.fromstring(html).text_content()).split())


def page_id(page: DemoPage) -> str:
    return f"{page.kind}:{page.site}{page.url_path}"


def story_id(story: DemoArticle) -> str:
    return f"{story.site}:{story.slug}"


def locations(server: DemoServer, url: str) -> list[str]:
    status, headers, body = fetch(url)
    assert status == 200
    assert headers.get_content_type() == "application/xml"
    return [loc.text or "" for loc in etree.fromstring(body).iter(f"{SITEMAP}loc")]


@pytest.mark.parametrize("page", expectations(), ids=page_id)
def test_expected_page_answers(server: DemoServer, page: DemoPage) -> None:
    status, headers, body = fetch(server.url(page))
    assert status == (404 if page.kind is DemoKind.MISSING else 200)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert int(headers["Content-Length"]) == len(body)
    if page.article is None:
        return
    text = visible(body)
    assert page.article.title in text
    end = text.index(page.article.title)
    for block in page.article.expected_text.split("\n\n"):
        assert block in text[end:], "missing or out of order"
        end = text.index(block, end) + len(block)


@pytest.mark.parametrize("page", [p for p in expectations() if p.kind is not DemoKind.MISSING], ids=page_id)
def test_known_copy_is_not_sent_again(server: DemoServer, page: DemoPage) -> None:
    url = server.url(page)
    _, headers, _ = fetch(url)
    assert not headers["ETag"].startswith("W/")
    assert fetch(url, If_None_Match=headers["ETag"])[0::2] == (304, b"")
    assert fetch(url, If_Modified_Since=headers["Last-Modified"])[0::2] == (304, b"")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="unconditional"),
        pytest.param({"If_None_Match": '"other"'}, 200, id="other-tag"),
        pytest.param({"If_None_Match": "*"}, 304, id="any-tag"),
        pytest.param({"If_None_Match": '"other", W/{etag}'}, 304, id="weak-tag-in-a-list"),
        pytest.param({"If_Modified_Since": "Thu, 01 Jan 1970 00:00:00 GMT"}, 200, id="older-date"),
        pytest.param({"If_Modified_Since": "Thu, 01 Jan 2099 00:00:00 GMT"}, 304, id="later-date"),
        pytest.param({"If_Modified_Since": "soon"}, 200, id="no-date"),
        pytest.param(
            {"If_None_Match": '"other"', "If_Modified_Since": "Thu, 01 Jan 2099 00:00:00 GMT"},
            200,
            id="tag-wins-over-date",
        ),
    ],
)
def test_conditional_request(server: DemoServer, headers: dict[str, str], status: int) -> None:
    url = server.sites[0].url
    etag = fetch(url)[1]["ETag"]
    asked = {name: value.replace("{etag}", etag) for name, value in headers.items()}
    assert fetch(url, **asked)[0] == status


def test_head_has_the_headers_of_get_and_no_body(server: DemoServer) -> None:
    url = urlsplit(server.sites[0].url)
    assert url.hostname is not None
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
    connection.request("HEAD", "/")
    answer = connection.getresponse()
    assert answer.read() == b""
    connection.request("GET", "/")
    again = connection.getresponse()
    body = again.read()
    connection.close()
    assert answer.status == again.status == 200
    assert int(answer.headers["Content-Length"]) == len(body)
    assert answer.headers["ETag"] == again.headers["ETag"]


def test_query_does_not_change_the_page(server: DemoServer) -> None:
    aliases = [page for page in expectations() if page.kind is DemoKind.ALIAS]
    for alias in aliases:
        assert alias.original is not None
        assert "utm_" in alias.url_path
        assert fetch(server.url(alias))[2] == fetch(server.url(alias.original))[2]


@pytest.mark.parametrize("key", SITE_KEYS)
def test_every_listed_document_is_served(server: DemoServer, key: str) -> None:
    site = site_of(server, key)
    for path, document in site.documents.items():
        status, headers, body = fetch(site.url.rstrip("/") + path)
        assert (status, headers["Content-Type"], body) == (200, document.content_type, document.body)


@pytest.mark.parametrize("key", SITE_KEYS)
def test_no_link_inside_a_site_is_dead(server: DemoServer, key: str) -> None:
    site = site_of(server, key)
    links = set()
    for document in site.documents.values():
        if document.content_type.startswith("text/html"):
            tree = lxml_html.fromstring(document.body)
            links |= {str(link) for link in tree.xpath("//a/@href | //img/@src | //link[@rel='stylesheet']/@href")}
    inside = {link.partition("#")[0] for link in links if link.startswith("/")}
    assert inside
    assert inside <= set(site.documents)


@pytest.mark.parametrize("key", SITE_KEYS)
def test_feed_is_read_without_complaint(server: DemoServer, key: str) -> None:
    site = site_of(server, key)
    _, headers, body = fetch(site.feeds[0])
    assert headers.get_content_type() in {"application/rss+xml", "application/atom+xml"}
    parsed = feedparser.parse(body)
    assert not parsed.bozo
    assert parsed.feed.title == site.name
    assert len(parsed.entries) == 10
    dates = [entry.published_parsed for entry in parsed.entries]
    assert dates == sorted(dates, reverse=True)
    promised = {server.url(page) for page in expectations() if page.site == key and DiscoveredVia.FEED in page.found_in}
    assert {entry.link for entry in parsed.entries} == promised


def test_feed_formats_and_tracking(server: DemoServer) -> None:
    versions = [feedparser.parse(fetch(site.feeds[0])[2]).version for site in server.sites]
    assert versions == ["rss20", "rss20", "atom10"]


@pytest.mark.parametrize("key", SITE_KEYS)
def test_sitemaps_list_every_article(server: DemoServer, key: str) -> None:
    site = site_of(server, key)
    index, news = site.sitemaps
    (articles,) = locations(server, index)
    listed = locations(server, articles)
    base = site.url.rstrip("/")
    assert {base + article.path for article in editions()[key].articles} <= set(listed)
    assert len(listed) == len(set(listed))
    promised = {
        server.url(page) for page in expectations() if page.site == key and DiscoveredVia.SITEMAP in page.found_in
    }
    assert set(listed) == promised
    recent = {base + story.path for story in editions()[key].stories if story.hours_ago < 48}
    assert set(locations(server, news)) == recent


@pytest.mark.parametrize("key", SITE_KEYS)
def test_front_page_links(server: DemoServer, key: str) -> None:
    site = site_of(server, key)
    tree = lxml_html.fromstring(fetch(site.url)[2])
    links = {str(link).partition("#")[0] for link in tree.xpath("//a/@href")}
    promised = {
        page.url_path for page in expectations() if page.site == key and DiscoveredVia.FRONT_PAGE in page.found_in
    }
    assert links - {"", "/", *(urlsplit(feed).path for feed in site.feeds)} == promised
    assert tree.xpath("string(//link[@rel='alternate']/@href)") == urlsplit(site.feeds[0]).path
    assert 8 <= len({story.path for story in editions()[key].stories} & links) <= 12


@pytest.mark.parametrize("key", SITE_KEYS)
def test_robots_txt_forbids_what_is_declared(server: DemoServer, key: str) -> None:
    site = site_of(server, key)
    rules = Protego.parse(fetch(f"{site.url}robots.txt")[2].decode())
    assert tuple(rules.sitemaps) == site.sitemaps
    for page in expectations():
        if page.site == key:
            allowed = rules.can_fetch(server.url(page), "winnow")
            assert allowed is (page.kind is not DemoKind.ROBOTS_DISALLOWED), page.url_path


def test_each_kind_is_there_and_every_page_once() -> None:
    kinds = Counter(page.kind for page in expectations())
    assert set(kinds) == set(DemoKind)
    assert kinds[DemoKind.ARTICLE] == len(ARTICLES) >= 36
    assert len({(page.site, page.url_path) for page in expectations()}) == len(expectations())
    assert all(page.found_in for page in expectations())


@pytest.mark.parametrize("key", SITE_KEYS)
def test_site_has_a_dozen_articles_in_its_language(key: str) -> None:
    edition = editions()[key]
    assert len(edition.articles) >= 12
    assert {article.language for article in edition.articles} == {key}
    assert all(article.section in edition.sections for article in edition.stories)
    assert all(article.author in edition.authors for article in edition.articles)


@pytest.mark.parametrize("article", ARTICLES, ids=story_id)
def test_article_is_long_enough_and_recent(article: DemoArticle) -> None:
    assert 250 <= len(article.expected_text.split()) <= 500
    assert 0 < article.hours_ago < 120
    assert article.updated_hours_ago is None or 0 < article.updated_hours_ago < article.hours_ago
    assert all(0 < comment.hours_later < article.hours_ago for comment in article.comments)
    assert len(article.breaks) >= 3
    assert '"' not in article.expected_text
    assert "'" not in article.expected_text


def test_no_two_articles_share_a_block() -> None:
    blocks = Counter(block for article in ARTICLES for block in set(article.expected_text.split("\n\n")))
    assert not [block for block, count in blocks.items() if count > 1 and len(block.split()) > 3]
    assert len({article.title for article in STORIES}) == len(STORIES)


def test_near_copy_adds_one_opening_to_the_body_and_has_its_own_headline(server: DemoServer) -> None:
    copies = [page for page in expectations() if page.kind is DemoKind.NEAR_COPY]
    assert len(copies) == 3
    for copy in copies:
        assert copy.article is not None
        assert copy.original is not None
        assert copy.original.article is not None
        assert copy.site != copy.original.site
        assert copy.article.title != copy.original.article.title
        assert copy.article.expected_text.split("\n\n")[1:] == copy.original.article.expected_text.split("\n\n")[1:]
        tree = lxml_html.fromstring(fetch(server.url(copy))[2])
        assert tree.get("lang") == copy.original.article.language
        assert copy.article.agency is not None
        assert copy.article.agency in visible(fetch(server.url(copy))[2])


@pytest.mark.parametrize(
    ("site", "names_original"), [pytest.param("de", True, id="de"), pytest.param("en", False, id="en")]
)
def test_print_copy_declares_its_canonical_url_or_not(server: DemoServer, site: str, names_original: bool) -> None:
    (copy,) = [p for p in expectations() if p.kind is DemoKind.EXACT_COPY and p.site == site]
    assert copy.original is not None
    canonical = lxml_html.fromstring(fetch(server.url(copy))[2]).xpath("string(//link[@rel='canonical']/@href)")
    assert canonical == (server.url(copy.original) if names_original else "")


@pytest.mark.parametrize("story", STORIES, ids=story_id)
def test_each_site_declares_date_and_author_in_its_own_way(server: DemoServer, story: DemoArticle) -> None:
    tree = lxml_html.fromstring(fetch(site_of(server, story.site).url.rstrip("/") + story.path)[2])
    if story.site == "en":
        (script,) = tree.xpath("//script[@type='application/ld+json']/text()")
        linked = json.loads(str(script))
        assert (linked["@type"], linked["headline"]) == ("NewsArticle", story.title)
        published, author = linked["datePublished"], linked["author"][0]["name"]
    elif story.site == "fr":
        published = tree.xpath("string(//meta[@property='article:published_time']/@content)")
        author = tree.xpath("string(//meta[@property='article:author']/@content)")
    else:
        published = tree.xpath("string(//time[contains(@class, 'published')]/@datetime)")
        author = tree.xpath("string(//meta[@name='author']/@content)")
    moment = datetime.fromisoformat(str(published))
    assert abs(moment - (NOW - timedelta(hours=story.hours_ago))) <= timedelta(minutes=1)
    assert moment.utcoffset() == timedelta(hours=editions()[story.site].utc_offset_hours)
    assert author == story.author


CHAFF = {
    "de": ["Lesen Sie auch", "Anzeige", "Morgenbrief", "Meistgelesen", "(m/w/d)", "Google News", "Kommentar"],
    "en": [
        "Read also",
        "Advertisement",
        "Our free newsletter",
        "Most read",
        "See all vacancies",
        "Comments are read",
    ],
    "fr": [
        "Lire aussi",
        "Publicité",
        "La lettre de la vallée",
        "Les plus lus",
        "(H/F)",
        "Les messages sont relus",
    ],
}


@pytest.mark.parametrize("story", STORIES, ids=story_id)
def test_article_page_carries_the_site_s_chaff(server: DemoServer, story: DemoArticle) -> None:
    site = site_of(server, story.site)
    body = fetch(site.url.rstrip("/") + story.path)[2]
    text = visible(body)
    assert [words for words in CHAFF[story.site] if words not in text] == []
    if story.site == "de":
        assert text.count(f"„{story.title}“") == 2
        assert f"»{story.title}«" in text


@pytest.mark.parametrize("site", SITE_KEYS)
def test_french_signs_keep_their_no_break_space(server: DemoServer, site: str) -> None:
    story = editions()[site].articles[0]
    body = fetch(site_of(server, site).url.rstrip("/") + story.path)[2].decode()
    assert ("\u00a0»" in body) is (site == "fr")


def test_dates_are_counted_back_from_now() -> None:
    bases = dict.fromkeys(SITE_KEYS, "http://127.0.0.1")
    early, late = build_sites(bases, NOW), build_sites(bases, NOW + timedelta(hours=7))
    for key in SITE_KEYS:
        first, second = early[key].documents["/"], late[key].documents["/"]
        assert second.last_modified - first.last_modified == timedelta(hours=7)
        assert first.last_modified <= NOW
        assert first.etag != second.etag


def test_same_time_same_bytes() -> None:
    bases = {key: f"http://127.0.0.{n}:8{n}" for n, key in enumerate(SITE_KEYS, 1)}
    assert build_sites(bases, NOW) == build_sites(bases, NOW)


def test_stories_come_newest_first() -> None:
    for edition in editions().values():
        assert all(a.hours_ago < b.hours_ago for a, b in pairwise(edition.stories))


def test_requests_are_counted_by_url() -> None:
    with DemoServer(NOW) as server:
        page = next(page for page in expectations() if page.kind is DemoKind.MISSING)
        assert server.times_asked(page) == 0
        fetch(server.url(page))
        fetch(server.url(page))
        assert server.times_asked(page) == 2
        assert sum(server.requests.values()) == 2


def test_addresses_that_cannot_be_bound_are_replaced_by_one() -> None:
    with DemoServer(NOW, addresses=("127.0.0.1", "192.0.2.1", "192.0.2.2")) as server:
        hosts = [urlsplit(site.url).hostname for site in server.sites]
        ports = {urlsplit(site.url).port for site in server.sites}
        assert hosts == [ONE_ADDRESS] * 3
        assert len(ports) == 3
        assert server.allow == tuple(f"{ONE_ADDRESS}/32:{urlsplit(site.url).port}" for site in server.sites)
        assert all(fetch(site.url)[0] == 200 for site in server.sites)


def test_server_is_gone_after_the_context() -> None:
    with DemoServer(NOW) as server:
        url = server.sites[0].url
    with pytest.raises(OSError, match="refused"):
        fetch(url)
