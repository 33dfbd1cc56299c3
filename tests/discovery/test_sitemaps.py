from __future__ import annotations

import gzip
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.options import DiscoveryOptions
from crawler.discovery.sitemaps import Sitemap, read_sitemap, sitemap_urls
from crawler.errors import PageError, SourceUnreadable
from crawler.items import DiscoveredVia, Link

URL = "https://news.example/maps/sitemap.xml"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
ONE = "<url><loc>https://news.example/one</loc></url>"
TWO = "<url><loc>https://news.example/two</loc></url>"
GOOD = ["https://news.example/one", "https://news.example/two"]


def read(text: str | bytes) -> Sitemap:
    return read_sitemap(text if isinstance(text, bytes) else text.encode(), URL)


def urls(sitemap: Sitemap) -> list[str]:
    return [link.url for link in sitemap.links]


def test_urlset() -> None:
    sitemap = read(
        f'<?xml version="1.0" encoding="UTF-8"?><urlset {NAMESPACE}><url><loc> /a?x=1&amp;y=2 </loc>'
        "<lastmod>2026-11-22T10:00:00+01:00</lastmod><changefreq>daily</changefreq></url></urlset>"
    )
    assert sitemap == Sitemap(
        (
            Link(
                "https://news.example/a?x=1&y=2",
                DiscoveredVia.SITEMAP,
                URL,
                modified="2026-11-22T10:00:00+01:00",
            ),
        )
    )


def test_index() -> None:
    sitemap = read(
        f"<sitemapindex {NAMESPACE}><sitemap><loc>news.xml</loc><lastmod>2026-11-22</lastmod></sitemap>"
        "<sitemap><loc>file:///etc/passwd</loc></sitemap></sitemapindex>"
    )
    child = Link("https://news.example/maps/news.xml", DiscoveredVia.SITEMAP, URL, modified="2026-11-22")
    assert (sitemap.links, sitemap.children) == ((), (child,))
    assert "entry 2" in sitemap.faults[0]


def test_news_sitemap_takes_title_and_date_but_not_those_of_images() -> None:
    sitemap = read(
        f'<urlset {NAMESPACE} xmlns:n="http://www.google.com/schemas/sitemap-news/0.9" '
        'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url>'
        "<image:image><image:loc>https://news.example/i.jpg</image:loc><image:title>Image</image:title></image:image>"
        "<loc>https://news.example/a</loc><n:news><n:publication><n:name>N</n:name></n:publication>"
        "<n:publication_date>2026-11-22T10:00:00Z</n:publication_date>"
        "<n:title>One &amp;amp; two</n:title></n:news>"
        f"</url>{TWO}</urlset>"
    )
    assert sitemap.links == (
        Link(
            "https://news.example/a",
            DiscoveredVia.NEWS_SITEMAP,
            URL,
            "One & two",
            "2026-11-22T10:00:00+00:00",
        ),
        Link(GOOD[1], DiscoveredVia.SITEMAP, URL),
    )


@pytest.mark.parametrize(
    "text",
    [
        f"<urlset>{ONE}{TWO}</urlset>",
        f'<urlset xmlns="http://www.google.com/schemas/sitemap/0.84">{ONE}{TWO}</urlset>',
        '<s:urlset xmlns:s="x"><s:url><s:loc>/one</s:loc></s:url><s:url><s:loc>/two</s:loc></s:url></s:urlset>',
        "<s:urlset><s:url><s:loc>/one</s:loc></s:url><s:url><s:loc>/two</s:loc></s:url></s:urlset>",
        "<URLSET><URL><LOC>/one</LOC></URL><URL><LOC>/two</LOC></URL></URLSET>",
        f"<urlset><url><loc><![CDATA[{GOOD[0]}]]></loc></url>{TWO}</urlset>",
        "\ufeffhttps://news.example/one\r\nhttps://news.example/two\r\n",
        "https://news.example/one\nhttps://news.example/two",
        '<rss version="2.0"><channel><item><link>/one</link></item><item><link>/two</link></item></channel></rss>',
    ],
    ids=["none", "old", "prefix", "undeclared-prefix", "upper-case", "cdata", "text-bom", "text", "rss"],
)
@pytest.mark.parametrize("layers", [0, 1, 2])
def test_every_spelling_plain_and_gzip(text: str, layers: int) -> None:
    body = text.encode()
    for _ in range(layers):
        body = gzip.compress(body)
    sitemap = read(body)
    assert urls(sitemap) == GOOD
    assert sitemap.faults == ()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (f"<urlset>{ONE}{TWO}<url><loc>https://news.example/th".encode(), "not well-formed"),
        (f"<urlset>{ONE}{TWO}<url><loc>https://news.example/three</loc>".encode(), "not well-formed"),
        (f"<urlset>{ONE.replace('</loc>', '')}{TWO}</urlset>".encode(), "not well-formed"),
        (f"<urlset>{ONE}{TWO}</urlset>junk".encode(), "not well-formed"),
        (f"\n<?xml version='1.0'?><urlset>{ONE}{TWO}</urlset>".encode(), "white space"),
        (f"<urlset>{ONE}<url><loc>\x0bhttps://news.example/two</loc></url></urlset>".encode(), "control"),
        (f"<urlset>{ONE}{TWO}<url><loc>ftp://x/</loc></url></urlset>".encode(), "entry 3"),
        (f"<urlset>{ONE}<url><lastmod>2026</lastmod></url>{TWO}</urlset>".encode(), "entry 2"),
        (gzip.compress(f"<urlset>{ONE}{TWO}</urlset>".encode())[:-5], "gzip ends early"),
        (gzip.compress(f"<urlset>{ONE}{TWO}</urlset>".encode())[:-8] + b"\0" * 8, "gzip is damaged"),
        (f"{GOOD[0]}\nno url\n{GOOD[1]}".encode(), "line 2"),
        (gzip.compress(f"{GOOD[0]}\n{GOOD[1]}\nhttps://n.example/3".encode())[:-12], "gzip ends early"),
    ],
    ids=[
        "cut-in-loc", "cut-after-loc", "loc-open", "junk-after", "white-space", "control", "scheme", "no-loc",
        "gzip-cut", "gzip-checksum", "text-line", "text-cut",
    ],
)  # fmt: skip
def test_broken_sitemaps_give_what_is_there_and_the_fault(body: bytes, fault: str) -> None:
    sitemap = read(body)
    assert urls(sitemap) == GOOD
    assert any(fault in text for text in sitemap.faults), sitemap.faults


def test_bare_ampersands_stay_in_the_url() -> None:
    sitemap = read("<urlset><url><loc>/a?x=1&y=2&copy=3&nbsp;</loc></url></urlset>")
    assert urls(sitemap) == ["https://news.example/a?x=1&y=2&copy=3&nbsp;"]
    assert "ampersand" in sitemap.faults[0]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><body>no</body></html>", b"\x89PNG\r\n", b"Not found", b"{}", b"<a/>", b"\x1f\x8b\x08"],
)
def test_what_is_no_sitemap_is_unreadable(body: bytes) -> None:
    with pytest.raises(SourceUnreadable, match=r"news\.example"):
        read(body)


def test_declared_entities_are_refused() -> None:
    bomb = '<!DOCTYPE u [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    with pytest.raises(SourceUnreadable, match="entities"):
        read(f"{bomb}<urlset><url><loc>&b;</loc></url></urlset>")


def test_a_gzip_bomb_is_cut_at_the_cap() -> None:
    bomb = gzip.compress(b"<urlset>" + b"<url><loc>/a</loc></url>" * 400_000)
    tracemalloc.start()
    sitemap = read_sitemap(bomb, URL, DiscoveryOptions(max_sitemap_bytes=100_000, max_links=100))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(sitemap.links) == 100
    assert any("longer than 100000 bytes" in fault for fault in sitemap.faults)
    assert peak < 8 << 20


def test_elements_without_end_take_no_memory() -> None:
    body = b"<urlset><url>" + b"<x/>" * 500_000
    tracemalloc.start()
    sitemap = read_sitemap(body, URL)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sitemap.links == ()
    assert peak < 8 * len(body)


def test_too_many_entries_keep_the_newest_in_order_and_say_so() -> None:
    entries = "".join(f"<url><loc>/{day}</loc><lastmod>2026-11-{day:02}</lastmod></url>" for day in (3, 9, 1, 7)) + ONE
    sitemap = read_sitemap(f"<urlset>{entries}</urlset>".encode(), URL, DiscoveryOptions(max_links=2))
    assert urls(sitemap) == ["https://news.example/9", "https://news.example/7"]
    assert "5 links" in sitemap.faults[0]


def test_without_dates_the_first_entries_are_kept() -> None:
    sitemap = read_sitemap(f"<urlset>{ONE}{TWO}</urlset>".encode(), URL, DiscoveryOptions(max_links=1))
    assert urls(sitemap) == GOOD[:1]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (
            ("https://news.example/a.xml", "/b.xml"),
            ("https://news.example/a.xml", "https://news.example/b.xml"),
        ),
        (("/a.xml", "/a.xml"), ("https://news.example/a.xml",)),
        (("file:///etc/passwd", "http://[bad", ""), ()),
        (("/\x9b31mred.xml",), ("https://news.example/%C2%9B31mred.xml",)),
        ((), ()),
    ],
    ids=["two", "twice", "bad", "for a terminal", "none"],
)
def test_sitemaps_that_robots_txt_names(named: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert sitemap_urls(named, "https://news.example/robots.txt") == expected


pieces = st.sampled_from(
    ["<urlset>", "<url>", "<loc>", "/a", "https://news.example/a", "</loc>", "</url>", "</urlset>",
     "<sitemapindex>",
     "<sitemap>", "</sitemap>", "<news:news>", "<news:title>", "</news:title>", "&", "&#1;", "<", ">",
     "<![CDATA[",
     "]]>", "<!--", "-->", "<!DOCTYPE x>", "\x00", "é", "\n", "<lastmod>2026-11-22</lastmod>",
     "<?xml version='1.0'?>"]
)  # fmt: skip


@given(st.binary(max_size=200) | st.lists(pieces, max_size=25).map(lambda found: "".join(found).encode()))
def test_any_bytes_give_a_sitemap_or_a_page_error(body: bytes) -> None:
    for document in (body, b"<urlset>" + body, gzip.compress(body), gzip.compress(body)[:-9]):
        try:
            sitemap = read_sitemap(document, URL)
        except PageError:
            continue
        assert all(link.url.startswith(("http://", "https://")) for link in sitemap.links)
        assert all(fault.isprintable() for fault in sitemap.faults)
