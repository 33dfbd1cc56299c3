from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.feeds import Feed, read_feed
from crawler.discovery.options import DiscoveryOptions
from crawler.errors import PageError, SourceUnreadable
from crawler.items import DiscoveredVia, Link

URL = "https://news.example/feed/index.xml"


def rss(entries: str, head: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0" {head}><channel><title>t</title>{entries}</channel></rss>'


def entry(name: str) -> str:
    return f"<item><title>{name}</title><link>https://news.example/{name}</link></item>"


def read(text: str | bytes, content_type: str | None = None) -> Feed:
    return read_feed(text if isinstance(text, bytes) else text.encode(), URL, content_type)


def urls(feed: Feed) -> list[str]:
    return [link.url for link in feed.links]


def test_rss_2() -> None:
    feed = read(
        rss(
            "<item><title>One &amp; two</title><link>https://news.example/a?x=1&amp;y=2</link>"
            "<guid isPermaLink='false'>77</guid><pubDate>Sun, 22 Nov 2026 10:00:00 +0100</pubDate></item>"
        )
    )
    assert feed == Feed(
        (
            Link(
                "https://news.example/a?x=1&y=2",
                DiscoveredVia.FEED,
                URL,
                "One & two",
                "2026-11-22T10:00:00+01:00",
            ),
        )
    )


def test_atom_takes_the_alternate_link_and_both_dates() -> None:
    feed = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example/x/"><id>u</id>'
        '<entry><link rel="self" href="/self"/><link rel="enclosure" href="/a.mp3" type="audio/mpeg"/>'
        '<link rel="alternate" type="application/json" href="/a.json"/><link href="a.html"/><id>urn:1</id>'
        "<title type='html'>&lt;b&gt;Bold&lt;/b&gt; title</title>"
        "<published>2026-11-22T10:00:00-05:00</published>"
        "<updated>2026-11-23T10:00:00Z</updated></entry></feed>"
    )
    assert feed.links == (
        Link(
            "https://other.example/x/a.html",
            DiscoveredVia.FEED,
            URL,
            "Bold title",
            "2026-11-22T10:00:00-05:00",
            "2026-11-23T10:00:00+00:00",
        ),
    )
    assert feed.faults == ()


def test_rdf_takes_dc_date_as_publication() -> None:
    feed = read(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><link>https://news.example/</link>'
        '</channel><item rdf:about="https://news.example/a"><title>T</title><link>https://news.example/a</link>'
        "<dc:date>2026-11-22</dc:date></item></rdf:RDF>"
    )
    assert feed.links == (Link("https://news.example/a", DiscoveredVia.FEED, URL, "T", "2026-11-22"),)


def test_json_feed() -> None:
    feed = read(
        '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "/a", "title": "T",'
        '"date_published": "2026-11-22T10:00:00Z", "date_modified": "2026-11-23"},'
        '{"id": "https://news.example/b"},'
        '{"external_url": "https://other.example/c"}, {"id": 4}, {"url": ["x"]}, "no"]}'
    )
    assert urls(feed) == ["https://news.example/a", "https://news.example/b", "https://other.example/c"]
    assert (feed.links[0].published, feed.links[0].modified) == ("2026-11-22T10:00:00+00:00", "2026-11-23")
    assert len(feed.faults) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rss("<item><guid>https://news.example/g</guid></item>"), "https://news.example/g"),
        (rss("<item><guid isPermaLink='false'>https://news.example/g</guid></item>"), "https://news.example/g"),
        (rss("<item><link>/a</link></item>"), "https://news.example/a"),
        (rss("<item><link>b.html</link></item>"), "https://news.example/feed/b.html"),
        (rss("<item><link>b</link></item>", "xml:base='https://o.example/d/'"), "https://o.example/d/b"),
        (rss("<item><link>\n https://news.example/a \n</link></item>"), "https://news.example/a"),
        (rss("<item><link><![CDATA[/?a=1&b=2]]></link></item>"), "https://news.example/?a=1&b=2"),
        (rss("<item><link>/?a=1&amp;amp;b=2</link></item>"), "https://news.example/?a=1&b=2"),
        (
            rss(
                "<item><link>https://proxy.example/x</link><feedburner:origLink>https://news.example/a"
                "</feedburner:origLink></item>",
                "xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'",
            ),
            "https://news.example/a",
        ),
        (
            rss(
                "<item><atom:link rel='self' href='/s'/><link>https://news.example/a</link></item>",
                "xmlns:atom='http://www.w3.org/2005/Atom'",
            ),
            "https://news.example/a",
        ),
        (
            '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><link rel="alternate" '
            'href="https://news.example/a"/></entry></feed>',
            "https://news.example/a",
        ),
    ],
    ids=[
        "guid", "guid-url-without-permalink", "rooted", "relative", "xml-base", "white-space", "cdata",
        "escaped-twice", "feedburner", "self-link", "atom-0.3",
    ],
)  # fmt: skip
def test_entry_links(text: str, expected: str) -> None:
    feed = read(text)
    assert urls(feed) == [expected]
    assert feed.faults == ()


ONE, TWO = entry("one"), entry("two")
GOOD = ["https://news.example/one", "https://news.example/two"]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (rss(ONE + TWO + entry("three"))[:-40].encode(), "ends early"),
        ((rss(ONE + TWO)[:-16] + "<item><link>https://news.example/thr").encode(), "ends early"),
        (rss(ONE + TWO).replace("</rss>", "").encode(), "ends early"),
        (rss("<description>R&D & more &nbsp;</description>" + ONE + TWO).encode(), "ampersand"),
        (rss(ONE + "<item><title>\x00\x1b[2J</title><link>/two</link></item>").encode(), "control"),
        (rss(ONE + "<item><title>&#27;&#x0;</title><link>/two</link></item>").encode(), "control"),
        (b"\n\n  " + rss(ONE + TWO).encode(), "white space"),
        (b"<br />\n<b>Warning</b>: x in <b>/y</b>\n" + rss(ONE + TWO).encode(), "text before"),
        (rss(ONE + "</wrong>" + TWO).encode(), "not well-formed"),
        (rss("<title>é</title>" + ONE + TWO).replace("?>", ' encoding="iso-8859-1"?>', 1).encode(), "utf-8"),
        (rss("<title>é</title>" + ONE + TWO).encode("latin-1"), "windows-1252"),
        (gzip.compress(rss(ONE + TWO).encode())[:-6], "gzip ends early"),
    ],
    ids=[
        "cut-between", "cut-in-link", "root-open", "ampersand", "control", "control-reference", "white-space",
        "server-warning", "wrong-tag", "is-utf-8", "is-not-utf-8", "gzip-cut",
    ],
)  # fmt: skip
def test_broken_feeds_give_what_is_there_and_the_fault(body: bytes, fault: str) -> None:
    feed = read(body)
    assert urls(feed) == GOOD
    assert any(fault in text for text in feed.faults), feed.faults


@pytest.mark.parametrize(
    "link", ["", "http://[bad/", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "http://x:99999/",
             "https://news.example/" + "x" * 3000, "ftp://news.example/a"],
)  # fmt: skip
def test_one_bad_link_is_left_out_alone_and_named(link: str) -> None:
    feed = read(rss(f"{ONE}<item><title>bad</title><link>{link}</link></item>{TWO}"))
    assert urls(feed) == GOOD
    assert len(feed.faults) == 1
    assert "entry 2" in feed.faults[0]


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("?>", ' encoding="utf-16"?>', 1).encode("utf-16-be"),
        lambda text: text.replace("?>", ' encoding="windows-1251"?>', 1).encode("windows-1251"),
        lambda text: text.replace("?>", ' encoding="koi8-r"?>', 1).encode("koi8-r"),
        lambda text: text.replace("?>", ' encoding="utf-16"?>', 1).encode(),
        lambda text: text.replace("?>", ' encoding="idna"?>', 1).encode(),
    ],
    ids=[
        "utf-8-bom",
        "utf-16-bom",
        "utf-16-no-bom",
        "windows-1251",
        "koi8-r",
        "called-utf-16",
        "called-idna",
    ],
)
def test_encodings(encode: Callable[[str], bytes]) -> None:
    feed = read(encode(rss(entry("one").replace("<title>one", "<title>Новости дня"))))
    assert feed.links[0].title == "Новости дня"
    assert feed.faults == ()


def test_header_charset_counts_where_the_document_declares_none() -> None:
    body = rss(entry("one").replace("<title>one", "<title>日本")).encode("shift_jis")
    assert read(body, "text/xml; charset=Shift_JIS").links[0].title == "日本"


@pytest.mark.parametrize(
    "body",
    [
        b"", b" \n", b"<html><body><item><link>/a</link></item></body></html>",
        b"<!DOCTYPE html><p>Not found",
        b"\x89PNG\r\n\x1a\n\0\0", b"%PDF-1.7", b"Not found", b"{}", b"[1]", b'{"items": []}', b"<urlset/>",
        b'{"version": "https://jsonfeed.org/version/1", "items": 7}', b"\x1f\x8b", b"\xff\xfe",
        b"<", b"<?xml?>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)  # fmt: skip
def test_what_is_no_feed_is_unreadable(body: bytes) -> None:
    with pytest.raises(SourceUnreadable, match=r"news\.example"):
        read(body)


def test_a_sitemap_given_as_feed_says_so() -> None:
    with pytest.raises(SourceUnreadable, match="sitemap"):
        read("<urlset><url><loc>/a</loc></url></urlset>")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "subset", ['<!ENTITY a "b">', '<!entity a "b">', '<!ENTITY % a SYSTEM "http://127.0.0.1/x"> %a;']
)
def test_declared_entities_are_refused(subset: str, encoding: str) -> None:
    with pytest.raises(SourceUnreadable, match="entities"):
        read(f"<!DOCTYPE rss [{subset}]>{rss(ONE)[21:]}".encode(encoding))


def test_the_doctype_of_rss_0_91_is_harmless() -> None:
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss.dtd">'
    assert urls(read(rss(ONE + TWO).replace("?>", f"?>{doctype}", 1))) == GOOD


def test_an_empty_feed_has_no_fault() -> None:
    assert read(rss("")) == Feed(())


def test_too_many_entries_keep_the_newest_in_order_and_say_so() -> None:
    dated = [f"<item><link>/{day}</link><pubDate>{day} Nov 2026 10:00:00 GMT</pubDate></item>" for day in (3, 9, 1, 7)]
    feed = read_feed(rss("".join(dated)).encode(), URL, options=DiscoveryOptions(max_links=2))
    assert urls(feed) == ["https://news.example/9", "https://news.example/7"]
    assert "4 links" in feed.faults[0]


def test_too_many_bytes_are_cut_at_an_entry() -> None:
    body = rss("".join(entry(f"number-{n}") for n in range(100))).encode()
    feed = read_feed(body, URL, options=DiscoveryOptions(max_feed_bytes=2000))
    assert 0 < len(feed.links) < 100
    assert body.decode().startswith("<?xml")
    assert all(f"<link>{link.url}</link>".encode() in body for link in feed.links)


def test_many_faults_are_counted_not_listed() -> None:
    feed = read_feed(
        rss("<item><link>ftp://x</link></item>" * 50).encode(), URL, options=DiscoveryOptions(max_faults=3)
    )
    assert len(feed.faults) == 4
    assert "47 more" in feed.faults[-1]


def test_titles_are_one_line_of_plain_text() -> None:
    feed = read(rss("<item><title> A\n B &lt;i&gt;c&lt;/i&gt; \u2028 نیم\u200cفاصله </title><link>/a</link></item>"))
    assert feed.links[0].title == "A B c نیم\u200cفاصله"
    long = read(rss(f"<item><title>{'x' * 100_000}</title><link>/a</link></item>"))
    assert len(long.links[0].title or "") == 500


def test_a_cut_json_feed_gives_the_entries_before_the_fault() -> None:
    feed = read('{"version": "https://jsonfeed.org/version/1", "items": [{"url": "/a"}, {"url": "/b"}, {"url": "/')
    assert urls(feed) == ["https://news.example/a", "https://news.example/b"]
    assert "JSON" in feed.faults[0]


def test_reading_never_connects() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        connected = threading.Event()

        def accept() -> None:
            try:
                server.accept()[0].close()
            except TimeoutError:
                return
            connected.set()

        listener = threading.Thread(target=accept)
        listener.start()
        doctype = f'<!DOCTYPE rss SYSTEM "{address}x.dtd">'
        style = f'<?xml-stylesheet href="{address}"?>'
        read_feed(f"{doctype}{style}{rss(ONE)[21:]}".encode(), address)
        for body in (address.encode(), b"/etc/hostname", b"feed:" + address.encode()):
            with pytest.raises(SourceUnreadable):
                read_feed(body, address)
        listener.join()
        assert not connected.is_set()


pieces = st.sampled_from(
    ["<rss version='2.0'>", "<channel>", "<item>", "<link>", "https://news.example/a", "</link>", "</item>",
     "<entry>",
     "<feed xmlns='http://www.w3.org/2005/Atom'>", "<link href='x'/>", "</entry>", "</rss>", "</feed>", "&",
     "&#1;", "<",
     "<![CDATA[", "]]>", "<!--", "-->", "<!DOCTYPE x [", "]>", "<?xml", "?>", "<title>", "\x00", "é",
     "<pubDate>1", ">"]
)  # fmt: skip


@given(st.binary(max_size=200) | st.lists(pieces, max_size=25).map(lambda found: "".join(found).encode()))
def test_any_bytes_give_a_feed_or_a_page_error(body: bytes) -> None:
    for document in (body, b"<rss>" + body, gzip.compress(body)):
        try:
            feed = read_feed(document, URL)
        except PageError:
            continue
        assert all(link.url.startswith(("http://", "https://")) for link in feed.links)
        assert all(fault.isprintable() for fault in feed.faults)
