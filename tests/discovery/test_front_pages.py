from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.front_pages import FrontPage, read_front_page
from crawler.discovery.options import DiscoveryOptions
from crawler.errors import BadUrl, SchemeRefused
from crawler.items import DiscoveredVia, Link

URL = "https://news.example/politics/"
SLUG = "minister-resigns-after-vote"


def urls(page: FrontPage) -> list[str]:
    return [link.url for link in page.links]


def test_articles_with_their_titles_and_feeds() -> None:
    page = read_front_page(
        "<html><head><link rel='ALTERNATE' type='application/rss+xml; charset=utf-8' href='/feed'>"
        "<link rel='alternate' type='application/atom+xml' href='atom.xml'>"
        "<link rel='alternate' type='application/feed+json' href='//f.example/feed.json'>"
        "<link rel='alternate' hreflang='de' href='/de'><link rel='stylesheet' href='/x.css'></head>"
        f"<body><nav><a href='/'>Home</a><a href='/sport/'>Sport</a></nav>"
        f"<a href='/{SLUG}'>Minister\n <b>resigns</b>"
        " &amp; leaves &lt;soon&gt;</a></body></html>",
        URL,
    )
    assert page == FrontPage(
        (
            Link(
                f"https://news.example/{SLUG}",
                DiscoveredVia.FRONT_PAGE,
                URL,
                "Minister resigns & leaves <soon>",
            ),
        ),
        (
            "https://news.example/feed",
            "https://news.example/politics/atom.xml",
            "https://f.example/feed.json",
        ),
    )


def test_one_page_is_one_link_with_the_longest_text() -> None:
    page = read_front_page(
        f"<a href='/{SLUG}'><img alt='A picture'></a>"
        f"<a href='/{SLUG}?utm_source=home#c'>Minister resigns today</a>"
        f"<a href='http://news.example/{SLUG}'>more</a>",
        URL,
    )
    assert [(link.url, link.title) for link in page.links] == [
        (f"https://news.example/{SLUG}", "Minister resigns today")
    ]


@pytest.mark.parametrize(
    ("anchor", "title"),
    [
        ("<a href='/{}' title='From title'></a>", "From title"),
        ("<a href='/{}' aria-label='From label'></a>", "From label"),
        ("<a href='/{}'><img alt='From picture'></a>", "From picture"),
        ("<a href='/{}'><script>var x</script><style>p</style>Text</a>", "Text"),
        ("<a href='/{}'></a>", None),
        ("<a href='/{}'>open", "open"),
    ],
    ids=["title", "aria-label", "alt", "script", "none", "unclosed"],
)
def test_titles(anchor: str, title: str | None) -> None:
    assert read_front_page(anchor.format(SLUG), URL).links[0].title == title


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("", f"https://news.example/politics/{SLUG}"),
        ("<base href='/x/'>", f"https://news.example/x/{SLUG}"),
        ("<base href='https://other.example/'>", f"https://other.example/{SLUG}"),
        ("<base target='_top'><base href='/y/'>", f"https://news.example/y/{SLUG}"),
        ("<base href=''>", f"https://news.example/politics/{SLUG}"),
        ("<base href='file:///etc/'>", f"https://news.example/politics/{SLUG}"),
        ("<base href='javascript:x'>", f"https://news.example/politics/{SLUG}"),
        ("<base href='http://[bad'>", f"https://news.example/politics/{SLUG}"),
    ],
)
def test_base(base: str, expected: str) -> None:
    assert urls(read_front_page(f"{base}<a href='{SLUG}'>x</a>", URL)) == [expected]


def test_left_out_are_the_page_itself_and_what_is_no_page() -> None:
    own = f"https://news.example/{SLUG}"
    page = read_front_page(
        f"<a href='#c'>c</a><a href='{own}?utm_source=x'>self</a><a href='mailto:a-b-c@x.example'>m</a>"
        "<a href='JavaScript:void(0)'>j</a><a href='tel:123456789'>t</a><a href=''>e</a><a>n</a>"
        "<a href='/a-b-photo-1.jpg'>i</a><a href='/impressum'>i</a><a href='fb://page/123456'>app</a>",
        own,
    )
    assert page == FrontPage(())


def test_a_bad_link_is_named_and_the_others_stay() -> None:
    page = read_front_page(f"<a href='http://[bad/{SLUG}'>x</a><a href='/{SLUG}'>y</a>", URL)
    assert urls(page) == [f"https://news.example/{SLUG}"]
    assert len(page.faults) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
def test_bytes_are_decoded(encoding: str) -> None:
    html = f"<html><head><meta charset='{encoding}'></head><a href='/{SLUG}'>Министр ушёл</a>"
    assert read_front_page(html.encode(encoding), URL).links[0].title == "Министр ушёл"


def test_depth_hides_no_links() -> None:
    html = "<div>" * 20_000 + f"<a href='/{SLUG}'>deep</a>"
    assert urls(read_front_page(html, URL)) == [f"https://news.example/{SLUG}"]


def test_too_many_anchors_and_bytes_are_reported() -> None:
    html = "".join(f"<a href='/{SLUG}-{n}'>x</a>" for n in range(50))
    page = read_front_page(html, URL, DiscoveryOptions(max_anchors=10))
    assert len(page.links) == 10
    assert "50 anchors" in page.faults[0]
    page = read_front_page(html, URL, DiscoveryOptions(max_page_bytes=500))
    assert 0 < len(page.links) < 20
    assert "500 bytes" in page.faults[0]


@pytest.mark.parametrize(("url", "error"), [("file:///x.html", SchemeRefused), ("x", BadUrl)])
def test_the_page_needs_a_url_of_the_web(url: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_front_page("", url)


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_any_document_gives_a_front_page(html: str | bytes) -> None:
    for document in (html, html + html, (b"<a href='" if isinstance(html, bytes) else "<a href='") + html):  # type: ignore[operator]
        page = read_front_page(document, URL)
        assert all(link.url.startswith(("http://", "https://")) for link in page.links)
