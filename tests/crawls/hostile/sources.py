"""Feeds, sitemaps and front pages that are bombs, trees without end, or lists of what must not be asked."""

from __future__ import annotations

import gzip
from collections.abc import Callable

from tests.crawls.hostile.articles import article, feed, sitemap
from tests.crawls.hostile.case import (
    Answer,
    Case,
    Exchange,
    drips,
    floods,
    hangs,
    head,
    made,
    outcomes,
    page,
    redirects,
    whole,
)
from tests.crawls.hostile.compression import beginning, brotli_bomb, coded, gzip_bomb

READ = outcomes("read")
NONE = outcomes("source_unreadable")
RSS = "application/rss+xml"
XML = "application/xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
ENTITIES = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
BAD_LINKS = (
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/html,<p>x",
    "ftp://127.0.0.1/x",
    "http://[bad",
    "http://a b c/",
    "//",
    "http://",
    "",
    "   ",
    "mailto:x@example.org",
    "http://user:secret@127.0.0.1/",
    "http://127.0.0.1:1/x",
    "http://169.254.169.254/latest",
    "\\\\127.0.0.1\\x",
    "https://" + "a" * 300 + ".example/",
    "http://example.org/" + "a" * 5000,
    "http://example.org:99999/",
    "#",
    "?",
)


def xml(text: str | bytes, kind: str = RSS) -> Answer:
    return page(text, kind=kind)


def listed(paths: tuple[str, ...], more: str = "", build: Callable[[list[str], str], str] = feed) -> Answer:
    """A list of paths of the same site, absolute."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(whole(build([exchange.base_url + path for path in paths], more), kind=XML))

    return answer


def _feed(name: str, does: str, answer: Answer, source: frozenset[str], found: tuple[str, ...] = ()) -> Case:
    return Case(
        name,
        does,
        frozenset(),
        {"/hostile": answer},
        source=source,
        found=found,
        feeds=("/hostile", "/feed.xml"),
    )


def _map(
    name: str, does: str, answer: Answer, source: frozenset[str], found: tuple[str, ...] = (), asked: int = 0
) -> Case:
    return Case(
        name,
        does,
        frozenset(),
        {"/hostile": answer},
        source=source,
        found=found,
        sitemaps=("/hostile",),
        asked=asked,
    )


def _links(number: int) -> str:
    return "".join(f"<item><title>a</title><link>http://elsewhere.example/{n}</link></item>" for n in range(number))


def index(links: list[str], more: str = "") -> str:
    return (
        f"<sitemapindex {NS}>"
        + "".join(f"<sitemap><loc>{link}</loc></sitemap>" for link in links)
        + more
        + "</sitemapindex>"
    )


async def _endless_index(exchange: Exchange) -> None:
    """Every sitemap is an index of ten more."""
    branch = exchange.path.removeprefix("/hostile").removeprefix("/tree")
    await exchange.send(whole(index([f"{exchange.base_url}/tree{branch}{n}" for n in range(10)]), kind=XML))


STORY = ("/story/1",)
TREE = _endless_index

CASES = (
    # feeds
    _feed(
        "feed_laughs",
        "a billion laughs",
        xml(
            f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "ha">{ENTITIES}]>' + feed(["http://x.example/&e12;"])[21:]
        ),
        NONE,
    ),
    _feed(
        "feed_quadratic",
        "one entity of 100 kB, used 10,000 times",
        made(lambda: f'<!DOCTYPE rss [<!ENTITY a "{"a" * 100_000}">]>' + feed(["&a;" * 10_000])[21:], RSS),
        NONE,
    ),
    _feed(
        "feed_external_entity",
        "an entity from /etc/passwd",
        xml('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + feed(["http://x.example/&x;"])[21:]),
        NONE,
    ),
    _feed(
        "feed_parameter_entity",
        "a parameter entity from an inner host",
        xml('<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]>' + feed([])[21:]),
        NONE,
    ),
    _feed(
        "feed_utf_16_entities",
        "entities in UTF-16",
        xml(
            (
                f'<?xml version="1.0" encoding="utf-16"?><!DOCTYPE rss [<!ENTITY e0 "ha">{ENTITIES}]><rss>&e12;</rss>'
            ).encode("utf-16")
        ),
        NONE,
    ),
    _feed(
        "feed_bad_links",
        "links of 20 kinds that must not be followed, one good",
        listed(STORY, "".join(f"<item><link>{link}</link></item>" for link in BAD_LINKS).replace("<p>", "&lt;p>")),
        READ,
        STORY,
    ),
    _feed(
        "feed_relative",
        "relative and protocol-relative links",
        xml(feed(["/story/1", "//127.0.0.1/x", "story/2", "../../story/3"])),
        READ,
        ("/story/1", "/story/2", "/story/3"),
    ),
    _feed("feed_html", "HTML called a feed", xml(article(1)), NONE),
    _feed("feed_empty", "no bytes", xml(b""), NONE),
    _feed("feed_binary", "random bytes", xml(bytes(n * 7919 % 256 for n in range(9_000))), NONE),
    _feed("feed_json_words", "JSON that is no feed", xml('{"a": [1, 2'), NONE),
    _feed(
        "feed_json_deep",
        "a JSON feed of 1,000,000 brackets",
        made(
            lambda: '{"version": "https://jsonfeed.org/version/1.1", "items": ' + "[" * 1_000_000,
            "application/feed+json",
        ),
        READ | NONE,
    ),
    _feed(
        "feed_truncated",
        "a feed that ends in its second entry",
        xml(feed(["/story/1", "/story/2"]).partition("/story/2")[0]),
        READ,
        STORY,
    ),
    _feed(
        "feed_controls",
        "control characters and bare ampersands",
        xml(feed(["/story/1"]).replace("Entry", "\x1b[31m A & B \x00 &nbsp; &bogus;")),
        READ,
        STORY,
    ),
    _feed(
        "feed_junk_before",
        "a PHP warning before the XML",
        xml("<br />\n<b>Warning</b>: x in y on line 3<br />\n" + feed(["/story/1"])),
        outcomes("read source_unreadable"),
    ),
    _feed(
        "feed_wrong_encoding",
        "UTF-8 declared as UTF-16",
        xml(feed(["/story/1"]).replace("?>", ' encoding="utf-16"?>')),
        READ,
        STORY,
    ),
    _feed(
        "feed_python_codec",
        "a feed whose encoding is “zlib”",
        xml(feed(["/story/1"]).replace("?>", ' encoding="zlib"?>')),
        READ,
        STORY,
    ),
    _feed(
        "feed_100000",
        "100,000 entries of another host",
        made(lambda: feed([], _links(100_000)), RSS),
        READ | outcomes("extraction_timeout"),
    ),
    _feed(
        "feed_dates",
        "dates of year 0, 9999, 30 February, +99:99, 20 digits",
        listed(
            STORY,
            "".join(
                f"<item><link>http://elsewhere.example/{n}</link><pubDate>{date}</pubDate></item>"
                for n, date in enumerate(
                    (
                        "0000-00-00",
                        "9999-12-31T23:59:59Z",
                        "30 Feb 2026",
                        "2026-01-01T00:00:00+99:99",
                        "1" * 20,
                        "-0044-03-15",
                        "Thu, 32 Foo 2026 99:99:99 XYZ",
                        "now",
                    )
                )
            ),
        ),
        READ,
        STORY,
    ),
    _feed(
        "feed_same_guid",
        "one GUID for every entry",
        xml(feed(["/story/1", "/story/2"]).replace("</item>", "<guid>1</guid></item>")),
        READ,
        ("/story/1", "/story/2"),
    ),
    _feed(
        "feed_deep",
        "an entry 100,000 elements deep",
        made(lambda: feed([], "<a>" * 100_000 + "<item><link>/story/1</link></item>"), RSS),
        READ | NONE | outcomes("extraction_crashed extraction_timeout"),
    ),
    _feed(
        "feed_attributes",
        "an element with 300,000 attributes",
        made(lambda: feed(["/story/1"], "<x " + " ".join(f'a{n}="1"' for n in range(300_000)) + "/>"), RSS),
        READ | NONE | outcomes("extraction_timeout extraction_crashed"),
    ),
    _feed(
        "feed_malformed_bait",
        "2 MB of unclosed tags and quotes",
        made(lambda: "<rss><channel>" + "<item><link href='" * 100_000, RSS),
        READ | NONE | outcomes("extraction_timeout extraction_crashed"),
    ),
    _feed("feed_hang", "a feed that never comes", hangs(), outcomes("download_timeout")),
    _feed(
        "feed_drip",
        "a feed of a byte a second",
        drips(head(kind=RSS), b"<"),
        outcomes("download_timeout"),
    ),
    _feed(
        "feed_endless",
        "a feed without end",
        floods(head(kind=RSS) + b"<rss><channel>", b"<item><link>/story/1</link></item>" * 2000),
        outcomes("page_too_large download_timeout"),
    ),
    _feed(
        "feed_gzip_bomb",
        "a feed that is a gzip bomb",
        coded(gzip_bomb, "gzip"),
        outcomes("page_too_large"),
    ),
    _feed(
        "feed_brotli_bomb",
        "a feed that is a brotli bomb",
        coded(brotli_bomb, "br"),
        outcomes("page_too_large"),
    ),
    _feed(
        "feed_redirect_file",
        "a feed that redirects to file:",
        redirects("file:///etc/passwd"),
        outcomes("scheme_refused"),
    ),
    _feed(
        "feed_redirect_inside",
        "a feed that redirects inside",
        redirects("http://127.0.0.1:{canary}/feed"),
        outcomes("address_refused"),
    ),
    _feed(
        "feed_titles",
        "titles with markup, escapes and 1 MB",
        listed(
            STORY,
            "<item><link>/story/2</link><title><![CDATA[<script>x</script>\x1b[31m\u202e"
            + "T" * 1_000_000
            + "]]></title></item>",
        ),
        READ,
        ("/story/1", "/story/2"),
    ),
    _feed(
        "feed_status_206",
        "a feed with status 206",
        page(feed(["/story/1"]), "206 Partial Content", RSS),
        outcomes("http_failed http_refused body_truncated"),
    ),
    # sitemaps
    _map(
        "map_laughs",
        "a billion laughs",
        xml(f'<!DOCTYPE urlset [<!ENTITY e0 "ha">{ENTITIES}]>' + sitemap(["&e12;"]), XML),
        NONE,
    ),
    _map(
        "map_external_entity",
        "an entity from /etc/passwd",
        xml('<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + sitemap(["http://x.example/&x;"]), XML),
        NONE,
    ),
    _map(
        "map_bad_links",
        "links of 20 kinds that must not be followed, one good",
        listed(STORY, "".join(f"<url><loc>{link}</loc></url>" for link in BAD_LINKS).replace("<p>", "&lt;p>"), sitemap),
        READ,
        STORY,
    ),
    _map(
        "map_100000",
        "100,000 entries of another host",
        made(lambda: sitemap([f"http://elsewhere.example/{n}" for n in range(100_000)]), XML),
        READ,
    ),
    _map(
        "map_gzip_bomb",
        "a file that is a gzip bomb",
        made(gzip_bomb, "application/gzip"),
        READ | NONE | outcomes("page_too_large extraction_timeout"),
    ),
    _map(
        "map_gzip_of_words",
        "gzip of words that are no sitemap",
        made(lambda: gzip.compress(b"hello"), "application/gzip"),
        NONE,
    ),
    _map(
        "map_gzip_cut",
        "a gzip file cut at two thirds",
        made(
            lambda: beginning(gzip.compress(sitemap([f"http://elsewhere.example/{n}" for n in range(500)]).encode())),
            "application/gzip",
        ),
        READ | NONE,
    ),
    _map("map_html", "HTML called a sitemap", xml(article(1), XML), NONE),
    _map("map_empty", "no bytes", xml(b"", XML), NONE),
    _map(
        "map_dates",
        "lastmod of year 9999, 0 and 30 February",
        listed(
            STORY,
            "".join(
                f"<url><loc>http://elsewhere.example/{n}</loc><lastmod>{date}</lastmod></url>"
                for n, date in enumerate(("9999-12-31", "0000-00-00", "2026-02-30", "99999999999999", "tomorrow"))
            ),
            sitemap,
        ),
        READ,
        STORY,
    ),
    _map("map_names_itself", "an index that names itself", listed(("/hostile",), "", index), READ, asked=10),
    Case(
        "map_endless_index",
        "an index of indexes, ten more in each",
        frozenset(),
        {"/hostile": TREE, "/tree*": TREE},
        source=READ,
        sitemaps=("/hostile",),
        asked=70,
    ),
    _map(
        "map_wide_index",
        "an index of 20,000 sitemaps",
        listed(tuple(f"/none{n}" for n in range(20_000)), "", index),
        READ,
        asked=70,
    ),
    _map(
        "map_unclosed",
        "500,000 elements that are never closed",
        made(lambda: f"<urlset {NS}>" + "<url><loc>/story/1" * 500_000, XML),
        READ | NONE | outcomes("extraction_timeout"),
    ),
    _map(
        "map_long_loc",
        "a loc of 20 MB",
        made(lambda: sitemap(["http://x.example/" + "a" * 20_000_000, "http://elsewhere.example/1"]), XML),
        READ,
    ),
    _map(
        "map_endless",
        "a sitemap without end",
        floods(head(kind=XML) + f"<urlset {NS}>".encode(), b"<url><loc>http://elsewhere.example/1</loc></url>" * 2000),
        outcomes("page_too_large download_timeout"),
    ),
    _map(
        "map_text_bait",
        "a text list of 1 MB lines",
        made(lambda: "\n".join(["http://x.example/" + "a" * 1_000_000] * 10), "text/plain"),
        READ | NONE,
    ),
    # front pages
    Case(
        "front_inner_links",
        "a front page of links to inner addresses and other schemes",
        frozenset(),
        {
            "/front": page(
                "<html><body>"
                + "".join(f'<a href="{link}">A headline of several words in a row</a>' for link in BAD_LINKS)
                + '<a href="/story/1">A good headline of several words</a></body></html>'
            )
        },
        source=READ,
        front_pages=("/front",),
    ),
    Case(
        "front_base",
        "a front page whose base is file:",
        frozenset(),
        {
            "/front": page(
                '<html><head><base href="file:///etc/"></head><body><a href="/2026/11/22/a-good-headline-of-words">'
                "A good headline of several words</a></body></html>"
            )
        },
        source=READ,
        front_pages=("/front",),
    ),
    Case(
        "front_endless_links",
        "500,000 links",
        frozenset(),
        {
            "/front": made(
                lambda: (
                    "<html><body>"
                    + "".join(
                        f'<a href="http://elsewhere.example/2026/11/22/a-headline-of-words-{n}">A headline {n}</a>'
                        for n in range(80_000)
                    )
                )
            )
        },
        source=READ | outcomes("extraction_timeout"),
        front_pages=("/front",),
    ),
    Case(
        "front_binary",
        "random bytes as a front page",
        frozenset(),
        {"/front": page(bytes(n * 7919 % 256 for n in range(9_000)))},
        source=READ | NONE,
        front_pages=("/front",),
    ),
    Case(
        "front_deep",
        "a front page 50,000 elements deep",
        frozenset(),
        {"/front": made(lambda: "<div>" * 50_000 + '<a href="/2026/11/22/a-good-headline-of-words">x</a>')},
        source=READ,
        front_pages=("/front",),
    ),
    Case(
        "home_feeds",
        "a home page that names 20,000 feeds",
        frozenset(),
        {
            "/": page(
                "<html><head>"
                + "".join(f'<link rel="alternate" type="{RSS}" href="/none{n}.xml">' for n in range(20_000))
                + "</head><body><p>Home.</p></body></html>"
            )
        },
        feeds=(),
        good="any",
        asked=70,
    ),
)
