from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.errors import BadUrl, PageError, SchemeRefused
from crawler.urls import (
    host,
    normalized_url,
    record_id,
    registered_domain,
    requested_form,
    same_site,
    shown_url,
)

BASE = "https://news.example/a/b"

SAME = [
    ("http://news.example/a", "https://news.example/a"),
    ("HTTPS://News.Example/a", "https://news.example/a"),
    ("https://news.example", "https://news.example/"),
    ("https://news.example:443/a", "https://news.example/a"),
    ("http://news.example:80/a", "https://news.example/a"),
    ("https://news.example./a", "https://news.example/a"),
    ("https://user:secret@news.example/a", "https://news.example/a"),
    ("https://news.example/a#comments", "https://news.example/a"),
    ("https://news.example/a#:~:text=word", "https://news.example/a"),
    ("https://news.example/a#!", "https://news.example/a"),
    ("https://news.example/x/../a", "https://news.example/a"),
    ("https://news.example/./a", "https://news.example/a"),
    ("https://news.example/x/%2e%2e/a", "https://news.example/a"),
    ("https://news.example/%7Ename/a", "https://news.example/~name/a"),
    ("https://news.example/%c3%a4", "https://news.example/%C3%A4"),
    ("https://news.example/ä", "https://news.example/%C3%A4"),
    ("https://news.example/a b", "https://news.example/a%20b"),
    (" https://news.example/a\n", "https://news.example/a"),
    ("https:\\\\news.example\\a", "https://news.example/a"),
    ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
    ("https://news.example/100%", "https://news.example/100%25"),
    ("https://news.example/a?", "https://news.example/a"),
    ("https://news.example/a?&", "https://news.example/a"),
    ("https://news.example/a?x=1&y=2", "https://news.example/a?y=2&x=1"),
    ("https://news.example/a?x=a+b", "https://news.example/a?x=a%20b"),
    ("https://news.example/a?x=%e4", "https://news.example/a?x=%E4"),
    ("https://news.example/a?utm_source=rss", "https://news.example/a"),
    ("https://news.example/a?UTM_Source=rss&id=7", "https://news.example/a?id=7"),
    ("https://news.example/a?id=7&amp;utm_source=rss", "https://news.example/a?id=7"),
    ("https://news.example/a?%75tm_source=rss", "https://news.example/a"),
    ("https://news.example/a?fbclid=IwAR0", "https://news.example/a"),
    ("https://news.example/a?gclid=x&gbraid=y&wbraid=z", "https://news.example/a"),
    ("https://news.example/a?mc_cid=1&mc_eid=2", "https://news.example/a"),
    ("https://news.example/a?at_medium=RSS&at_campaign=RSS", "https://news.example/a"),
    ("https://news.example/a?xtor=RSS-3208", "https://news.example/a"),
    ("https://news.example/a?_ga=2.1&_gl=1", "https://news.example/a"),
    ("https://news.example/a?igshid=x", "https://news.example/a"),
    ("https://news.example/a?CMP=share_btn_tw", "https://news.example/a"),
    ("https://news.example/a?smid=tw-share", "https://news.example/a"),
    ("https://news.example/a?wt_mc=rss.red", "https://news.example/a"),
    ("https://news.example/a?WT.mc_id=x", "https://news.example/a"),
    ("https://news.example/a?ns_mchannel=rss&ns_campaign=x", "https://news.example/a"),
    ("https://news.example/a?ito=1490", "https://news.example/a"),
    ("https://news.example/a?pk_campaign=x&mtm_kwd=y", "https://news.example/a"),
    ("https://news.example/a?_hsenc=p2&_hsmi=9", "https://news.example/a"),
    ("https://news.example/a?maca=de-rss-de-all", "https://news.example/a"),
    ("https://news.example/a?PHPSESSID=abc", "https://news.example/a"),
    ("https://news.example/a;jsessionid=0A1B", "https://news.example/a"),
    ("http://0x7f.1/a", "http://127.0.0.1/a"),
    ("http://[0:0::1]/a", "http://[::1]/a"),
    ("http://127.0.0.1:8080/a", "https://127.0.0.1:8080/a"),
    # The same article in another form
    ("https://news.example/a/", "https://news.example/a"),
    ("https://news.example/a/?id=7", "https://news.example/a?id=7"),
    ("https://www.news.example/a", "https://news.example/a"),
    ("https://m.news.example/a", "https://www.news.example/a"),
    ("https://mobile.news.example/a", "https://news.example/a"),
    ("https://www.m.news.co.uk/a", "https://news.co.uk/a"),
    ("https://m.sport.news.example/a", "https://sport.news.example/a"),
    ("https://amp.news.example/a", "https://news.example/a"),
    ("https://news.example/a/amp", "https://news.example/a"),
    ("https://news.example/a/amp/", "https://news.example/a/"),
    ("https://news.example/a/AMP/?utm_source=x", "https://news.example/a"),
    ("https://news.example/a.amp", "https://news.example/a"),
    ("https://news.example/a.amp.html", "https://news.example/a.html"),
    ("https://news.example/a.html/amp", "https://news.example/a.html"),
    ("https://news.example/a?amp", "https://news.example/a"),
    ("https://news.example/a?amp=1&id=7", "https://news.example/a?id=7"),
    ("https://news.example/a?outputType=amp", "https://news.example/a"),
    ("https://news.example/a?x=1&amp;outputType=amp", "https://news.example/a?x=1"),
    ("https://www-news-example.cdn.ampproject.org/c/s/www.news.example/a", "https://news.example/a"),
    ("https://cdn.ampproject.org/v/www.news.example/a?amp_js_v=0.1&id=7", "https://news.example/a?id=7"),
    ("https://www.google.com/amp/s/amp.news.example/a", "https://news.example/a"),
    ("https://news.example/a/index.html", "https://news.example/a/"),
    ("https://news.example/index.php?id=7", "https://news.example/?id=7"),
    ("https://news.example/(S(lit3py55t21z5v55vlm25s55))/a.aspx", "https://news.example/a.aspx"),
    ("https://news.example/a?ASP.NET_SessionId=lit3py55t21z5v55vlm25s55", "https://news.example/a"),
    ("https://news.example/a?CFID=1&CFTOKEN=2", "https://news.example/a"),
    ("https://news.example/a?gaa_at=eafs&gaa_n=x&gaa_ts=1&gaa_sig=y", "https://news.example/a"),
    ("https://news.example/a?hsa_acc=1&hsa_cam=2", "https://news.example/a"),
    ("https://xn--BCHER-KVA.example/a", "https://b\u00fccher.example/a"),
    ("https://news\u3002example/a", "https://news.example/a"),
    ("https://www.news.example:443/a/?utm_source=x#top", "http://news.example./a"),
]

DIFFERENT = [
    ("https://news.example/?ArticleID=77", "https://news.example/?ArticleID=78"),
    ("https://news.example/?p=1", "https://news.example/?p=2"),
    ("https://news.example/?id=1", "https://news.example/"),
    ("https://news.example/?q=a", "https://news.example/?q=b"),
    ("https://news.example/?a=1", "https://news.example/?a=2"),
    ("https://news.example/?ref=1", "https://news.example/?ref=2"),
    ("https://news.example/?source=1", "https://news.example/?source=2"),
    ("https://news.example/?partner=1", "https://news.example/"),
    ("https://news.example/?sid=1", "https://news.example/?sid=2"),
    ("https://news.example/?newsid=1", "https://news.example/?newsid=2"),
    ("https://news.example/?from=1", "https://news.example/"),
    ("https://news.example/?cid=1", "https://news.example/?cid=2"),
    ("https://news.example/?cmpid=1", "https://news.example/?cmpid=2"),
    ("https://news.example/?gallery=1", "https://news.example/"),
    ("https://news.example/?page=2", "https://news.example/"),
    ("https://news.example/?x=1&x=2", "https://news.example/?x=2"),
    ("https://news.example/?utm=1", "https://news.example/"),
    ("https://news.example/#!/a", "https://news.example/#!/b"),
    ("https://news.example/#/a", "https://news.example/"),
    ("https://news.example/A", "https://news.example/a"),
    ("https://news.example/a%2Fb", "https://news.example/a/b"),
    ("https://news.example/a%3Fb", "https://news.example/a?b"),
    ("https://news.example/%2541", "https://news.example/A"),
    ("https://news.example/a;b=1", "https://news.example/a;b=2"),
    ("https://news.example:8080/a", "https://news.example/a"),
    ("https://news.example:8080/a", "https://news.example:8443/a"),
    ("https://news.example/a//b", "https://news.example/a/b"),
    ("https://news.example/a?x=%2B", "https://news.example/a?x=+"),
    ("https://news.example/a?x=1%262", "https://news.example/a?x=1&2"),
    ("http://127.0.0.1/a", "http://127.0.0.2/a"),
    # What looks like another form of the same article and need not be
    ("https://m.de/a", "https://www.de/a"),
    ("https://m.co.uk/a", "https://amp.co.uk/a"),
    ("https://m.github.io/a", "https://www.github.io/a"),
    ("https://mobile.de/a", "https://m.de/a"),
    ("https://sport.news.example/a", "https://news.example/a"),
    ("https://en.news.example/a", "https://de.news.example/a"),
    ("https://www2.news.example/a", "https://news.example/a"),
    ("https://amp.example/a", "https://m.example/a"),
    ("https://news.example/amp", "https://news.example/"),
    ("https://news.example/amp/a", "https://news.example/a"),
    ("https://news.example/m/a", "https://news.example/a"),
    ("https://news.example/mobile/a", "https://news.example/a"),
    ("https://news.example/lamp", "https://news.example/l"),
    ("https://news.example/a-amp", "https://news.example/a"),
    ("https://news.example/stamp.html", "https://news.example/st.html"),
    ("https://news.example/a?amp=2", "https://news.example/a"),
    ("https://news.example/a?q=amp", "https://news.example/a"),
    ("https://news.example/a?view=gallery", "https://news.example/a"),
    ("https://news.example/a?outputType=json", "https://news.example/a"),
    ("https://news.example/a?print=1", "https://news.example/a"),
    ("https://news.example/print/a", "https://news.example/a"),
    ("https://news.example/a.html", "https://news.example/a"),
    ("https://news.example/a/index-2.html", "https://news.example/a/"),
    ("https://news.example/a/Index.html", "https://news.example/a/index.htm1"),
    ("https://news.example/a/default.html", "https://news.example/a/"),
    ("https://news.example/story-77", "https://news.example/story-78"),
    ("https://news.example/77/a", "https://news.example/78/a"),
    ("https://news.example/article,77.html", "https://news.example/article,78.html"),
    ("https://news.example/a?docid=77&utm_source=x", "https://news.example/a?docid=78&utm_source=x"),
    ("https://news.example/a?session=1", "https://news.example/a?session=2"),
    ("https://news.example/(S(short))/a", "https://news.example/a"),
    ("https://news.example/a?date=2026-11-22", "https://news.example/a?date=2026-11-23"),
    ("https://news.example/a?lang=de", "https://news.example/a?lang=fr"),
    ("https://www.google.com/amp/a", "https://www.google.com/a"),
    ("https://www.google.com/c/s/news.example/a", "https://news.example/a"),
    ("https://xn--bcher-kva.example/a", "https://bucher.example/a"),
    ("https://news.example/%C3%A4", "https://news.example/a"),
    ("https://news.example:8080/a", "https://news.example:80/a"),
]


@pytest.mark.parametrize(("one", "other"), SAME, ids=[one for one, _ in SAME])
def test_spellings_of_one_page_are_the_same(one: str, other: str) -> None:
    assert normalized_url(one) == normalized_url(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=[f"{one} {other}" for one, other in DIFFERENT])
def test_pages_that_may_differ_stay_apart(one: str, other: str) -> None:
    assert normalized_url(one) != normalized_url(other)


def test_normalized_url_is_a_readable_url() -> None:
    url = "http://user@News.Example:8080/b/../ä?z=1&utm_id=2&a=2#top"
    assert normalized_url(url) == "https://news.example:8080/%C3%A4?a=2&z=1"


def test_significant_params_are_kept() -> None:
    assert normalized_url(f"{BASE}?cmp=7&utm_id=1", frozenset({"CMP"})) == f"{BASE}?cmp=7"


words = st.text(st.sampled_from("ab%2fF;=&+#!/.?@:~ü\\ 0\t'\"<|[]^`{}"), max_size=30)
urls = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["http://", "https://u:p@", "HTTP:\\\\"]),
    st.sampled_from(["news.example", "127.1", "[::1]", "bücher.example.", "a_b.example:443", "x.example:8080"]),
    st.sampled_from(["", "/", "?"]),
    words | st.text(max_size=20),
)


@given(urls)
@example("http://a.example/%%34%31?%%34%31")
@example("http://a.example/%2541/%252e%252e/x")
@example("http://a.example/;jsessionid=1;jsessionid=2")
@example("http://a.example/a;?x;y=1;2")
@example("https://a.example:80/")
@example("http://a.example:443/")
@example("http://a.example/?amp;amp;utm_x=1&&=")
@example("http://a.example/#!/a b")
@example("http://a.example/b/%61mp/index.html/amp/")
@example("http://a.example/b/.;jsessionid=1")
@example("http://m.www.a.example//")
@example("https://cdn.ampproject.org/c/s/cdn.ampproject.org/c/s/a.example/b/amp")
def test_normalized_url_is_idempotent(url: str) -> None:
    try:
        once = normalized_url(url)
    except PageError:
        return
    assert normalized_url(once) == once
    assert once.startswith("https://")
    assert once.isascii()


@pytest.mark.parametrize(
    "url",
    [
        "", "/a/b", "a/b", "//news.example/a", "news.example", "http://", "https://?x", "http://[::1",
        "http://a b/",
        "http://news.example:99999/", "http://a..example/", "http://" + "a" * 64 + ".example/",
        "http://" + "a." * 130 + "example/", "http://\ud800/", "http://a\0.example/", "http://999.1.1.1/",
    ],
)  # fmt: skip
def test_what_is_no_url_is_named(url: str) -> None:
    with pytest.raises(BadUrl) as caught:
        normalized_url(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["ftp://news.example/a", "file:///etc/passwd", "FILE:///x", "javascript:alert(1)",
            "data:text/html,x", "mailto:a@b.example", "gopher://x.example/", "ws://x.example/"],
)  # fmt: skip
def test_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(SchemeRefused):
        normalized_url(url)


def test_messages_are_one_line_without_credentials() -> None:
    shown = shown_url("http://user:secret@[bad\n\x1b[2J/" + "x" * 5000)
    assert "secret" not in shown
    assert shown.isascii()
    assert shown.isprintable()
    assert len(shown) < 400


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("http://news.example:8080/a?b=2&utm_source=rss&a=1#top", "http://news.example:8080/a?b=2&a=1"),
        ("http://news.example/a?utm_source=rss", "http://news.example/a"),
        ("https://u:p@news.example/a?b=%7e&a#!/x", "https://news.example/a?b=%7e&a#!/x"),
        ("https://news.example/a?cmp=1&ito=2", "https://news.example/a?cmp=1"),
    ],
)
def test_requested_form_only_leaves_out_tracking_and_fragment(url: str, form: str) -> None:
    assert requested_form(url, frozenset({"cmp"})) == form
    assert normalized_url(requested_form(url, frozenset({"cmp"}))) == normalized_url(url)


def test_record_id_is_the_head_of_sha256() -> None:
    assert record_id("x") == "2d711642b726b04401627ca9fbac32f5"


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.news.example.co.uk/a", "example.co.uk"),
        ("news.example.com", "example.com"),
        ("News.Example.com:8080", "example.com"),
        ("//news.example.com/x", "example.com"),
        ("https://one.github.io/", "one.github.io"),
        ("https://a.one.blogspot.com/", "one.blogspot.com"),
        ("github.io", "github.io"),
        ("co.uk", "co.uk"),
        ("https://www.bücher.de/", "xn--bcher-kva.de"),
        ("https://www.example.xn--p1ai/", "example.xn--p1ai"),
        ("http://127.0.0.1:8080/a", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("http://[::1]:8080/a", "::1"),
        ("[::1]:8080", "::1"),
        ("::1", "::1"),
        ("http://localhost/", "localhost"),
        ("http://www.example.com./", "example.com"),
    ],
)
def test_registered_domain(url: str, domain: str) -> None:
    assert registered_domain(url) == domain


@pytest.mark.parametrize(
    ("url", "site", "allowed", "same"),
    [
        ("https://sport.example.org/a", "https://www.example.org/", (), True),
        ("https://example.net/a", "https://example.org/", (), False),
        ("https://example.net/a", "https://example.org/", ("example.net",), True),
        ("https://www.example.net/a", "https://example.org/", ("example.net",), False),
        ("https://Example.net./a", "https://example.org/", ("EXAMPLE.net",), True),
        ("https://two.github.io/", "https://one.github.io/", (), False),
        ("http://127.0.0.10:8080/", "http://127.0.0.10/", (), True),
        ("http://127.0.0.11/", "http://127.0.0.10/", (), False),
        ("http://[::1]/", "http://[0::1]:81/", (), True),
        ("https://example.org.evil.example/", "https://example.org/", (), False),
        ("https://example.org@evil.example/", "https://example.org/", (), False),
    ],
)
def test_same_site(url: str, site: str, allowed: tuple[str, ...], same: bool) -> None:
    assert same_site(url, site, frozenset(allowed)) is same


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://U:p@News.Example.:8080/", "news.example"), ("http://[::FFFF:1.2.3.4]/", "::ffff:102:304")],
)
def test_host(url: str, name: str) -> None:
    assert host(url) == name


def test_the_suffix_list_is_neither_fetched_nor_cached() -> None:
    code = (
        "import sys\n"
        "def audit(event, args):\n"
        "    if event == 'socket.connect' or (event == 'open' and 'w' in str(args[1])): sys.exit(3)\n"
        "from crawler.urls import registered_domain\n"
        "sys.addaudithook(audit)\n"
        "assert registered_domain('www.example.co.uk') == 'example.co.uk'\n"
    )
    done = subprocess.run([sys.executable, "-B", "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_heavy_libraries_are_loaded_on_use() -> None:
    code = "import sys, crawler.urls; sys.exit('ada_url' in sys.modules or 'tldextract' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_caches_within_caches_have_an_end() -> None:
    nested = "news.example/1"
    for _ in range(3):
        nested = f"www-example.cdn.ampproject.org/c/s/{nested}"
    assert normalized_url(f"https://{nested}") == "https://news.example/1"
    with pytest.raises(BadUrl, match="more than 5 deep"):
        normalized_url("https://" + "www-example.cdn.ampproject.org/c/s/" * 700 + "news.example/1")
