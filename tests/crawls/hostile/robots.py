"""robots.txt that breaks, hangs, has no end, or leads elsewhere."""

from __future__ import annotations

from tests.crawls.hostile.articles import article
from tests.crawls.hostile.case import (
    Answer,
    Case,
    drips,
    floods,
    hangs,
    head,
    made,
    outcomes,
    own,
    page,
    redirects,
    resets,
)
from tests.crawls.hostile.compression import coded, gzip_bomb

TEXT = "text/plain"
WAITS = outcomes("robots_unavailable")
FORBIDDEN = outcomes("robots_disallowed")
NEW = outcomes("new")


def _case(name: str, does: str, answer: Answer, expected: frozenset[str], good: str = "new") -> Case:
    routes = {"/robots.txt": answer, "/case": page(article(own(name)))}
    return Case(name, does, expected, routes, number=own(name) if expected == NEW else 0, good=good)


CASES = (
    _case("robots_500", "500", page("", "500 Oops", TEXT), WAITS, "robots_unavailable"),
    _case(
        "robots_503",
        "503 with a Retry-After of an hour",
        page("", "503 Later", TEXT, [("Retry-After", "3600")]),
        WAITS | {"host_parked"},
        "any",
    ),
    _case("robots_429", "429", page("", "429 Slow", TEXT), WAITS | {"host_parked"}, "any"),
    _case("robots_reset", "RST", resets(), WAITS, "robots_unavailable"),
    _case("robots_hang", "never answers", hangs(), WAITS, "robots_unavailable"),
    _case("robots_drip", "a byte now and then", drips(head(kind=TEXT), b"#"), WAITS, "robots_unavailable"),
    _case("robots_404", "404 with rules in it", page("User-agent: *\nDisallow: /", "404 Not Found", TEXT), NEW),
    _case("robots_403", "403", page("", "403 No", TEXT), NEW),
    _case(
        "robots_endless",
        "comments without end, the rule first",
        floods(head(kind=TEXT) + b"User-agent: *\nDisallow: /case\n", b"# more and more\n" * 4000),
        FORBIDDEN,
    ),
    _case(
        "robots_200_mb",
        "200 MB, the rule first",
        floods(
            head(kind=TEXT, length=200_000_000) + b"User-agent: *\nDisallow: /case\n",
            b"# more and more\n" * 4000,
            200_000_000,
        ),
        FORBIDDEN,
    ),
    _case("robots_gzip_bomb", "a gzip bomb", coded(gzip_bomb, "gzip"), NEW),
    _case("robots_redirect_loop", "redirects to itself", redirects("/robots.txt"), NEW),
    _case(
        "robots_redirect_inside",
        "redirects to an inner address",
        redirects("http://127.0.0.1:{canary}/robots.txt"),
        WAITS,
        "robots_unavailable",
    ),
    _case(
        "robots_redirect_file",
        "redirects to file:",
        redirects("file:///etc/passwd"),
        outcomes("new robots_unavailable"),
        "any",
    ),
    _case("robots_binary", "random bytes", page(bytes(n * 7919 % 256 for n in range(9_000)), kind=TEXT), NEW),
    _case("robots_html", "an HTML page", page(article(1)), NEW),
    _case(
        "robots_nul",
        "NUL and controls among the rules",
        page(b"User-agent: *\nDisallow: /\x00\x1b[31m\nDisallow: /case\n", kind=TEXT),
        FORBIDDEN,
    ),
    _case(
        "robots_mark",
        "a byte order mark before the rule",
        page(b"\xef\xbb\xbfUser-agent: *\nDisallow: /case\n", kind=TEXT),
        FORBIDDEN,
    ),
    _case(
        "robots_utf_16",
        "UTF-16",
        page("User-agent: *\nDisallow: /case\n".encode("utf-16"), kind=TEXT),
        outcomes("robots_disallowed new"),
    ),
    _case(
        "robots_wildcards",
        "900 rules of 250 stars",
        made(lambda: "User-agent: *\n" + f"Disallow: /{'*a' * 250}b\n" * 900 + "Disallow: /case\n", TEXT),
        FORBIDDEN,
    ),
    _case(
        "robots_long_line",
        "a rule of 400 kB",
        made(lambda: "User-agent: *\nDisallow: /" + "a" * 400_000 + "\nDisallow: /case\n", TEXT),
        FORBIDDEN,
    ),
    _case(
        "robots_30000_rules",
        "30,000 rules",
        made(
            lambda: "User-agent: *\n" + "".join(f"Disallow: /{n}\n" for n in range(30_000)) + "Disallow: /case\n", TEXT
        ),
        FORBIDDEN,
    ),
    _case(
        "robots_14000_agents",
        "14,000 user agents",
        made(
            lambda: (
                "".join(f"User-agent: a{n}\nDisallow: /\n" for n in range(14_000)) + "User-agent: *\nDisallow: /case\n"
            ),
            TEXT,
        ),
        FORBIDDEN,
    ),
    _case(
        "robots_names_and_rules",
        "5,000 user agents with 5,000 rules and as many Content-Signal lines between them",
        made(
            lambda: (
                "".join(f"User-agent: a{n}\n" for n in range(5_000))
                + "User-agent: *\nDisallow: /case\n"
                + "".join(f"Disallow: /{n}\nContent-Signal: search=yes\n" for n in range(5_000))
            ),
            TEXT,
        ),
        FORBIDDEN,
    ),
    _case(
        "robots_30000_wildcards",
        "30,000 rules with wildcards",
        made(lambda: "User-agent: *\n" + "".join(f"Disallow: /*{n}$\n" for n in range(30_000)), TEXT),
        WAITS,
        "robots_unavailable",
    ),
    _case(
        "robots_crawl_delay",
        "Crawl-delay: 99999999",
        page("User-agent: *\nCrawl-delay: 99999999\n", kind=TEXT),
        outcomes("crawl_delay_too_long"),
        "crawl_delay_too_long",
    ),
    _case(
        "robots_crawl_delay_words",
        "Crawl-delay: nan, inf and words",
        page(
            "User-agent: *\nCrawl-delay: nan\nCrawl-delay: inf\nCrawl-delay: 1e999\nCrawl-delay: "
            "-5\nCrawl-delay: soon\n",
            kind=TEXT,
        ),
        outcomes("new crawl_delay_too_long"),
        "any",
    ),
    Case(
        "robots_names_sitemaps",
        "a home page's robots.txt names sitemaps of every kind",
        frozenset(),
        {
            "/robots.txt": page(
                "".join(
                    f"Sitemap: {url}\n"
                    for url in (
                        "file:///etc/passwd",
                        "javascript:x",
                        "words",
                        "/map.xml",
                        "http://127.0.0.1/x.xml",
                        "http:127.0.0.1",
                        "",
                        "//",
                    )
                ),
                kind=TEXT,
            ),
            "/": page("<p>A home page."),
        },
        feeds=(),
        good="any",
    ),
    _case(
        "robots_sitemaps_inside",
        "names sitemaps at inner addresses",
        page("Sitemap: file:///etc/passwd\nSitemap: http://127.0.0.1/x.xml\n", kind=TEXT),
        NEW,
    ),
)
