"""Pages and lists without end, and pages that lie about what they are."""

from __future__ import annotations

from tests.crawls.hostile.articles import article, feed
from tests.crawls.hostile.case import Answer, Case, Exchange, outcomes, own, page, whole

NEW = outcomes("new")


async def calendar(exchange: Exchange) -> None:
    """Each page links to the next month, for ever."""
    month = int(exchange.path.rpartition("/")[2] or 0) if exchange.path[-1].isdigit() else 0
    links = "".join(
        f'<a href="/calendar/{month + n}">Month {month + n} of a long year of news</a>' for n in range(1, 9)
    )
    await exchange.send(whole(f"<html><body>{links}</body></html>"))


async def deeper(exchange: Exchange) -> None:
    """Each page links to one a folder deeper."""
    await exchange.send(
        whole(
            f'<html><body><a href="{exchange.path.rstrip("/")}/a/a-headline-of-several-words">'
            "A headline of several words</a></body></html>"
        )
    )


async def changing(exchange: Exchange) -> None:
    """A page that is another at each visit."""
    await exchange.send(whole(article(own("changing") + exchange.times_asked)))


async def session_feed(exchange: Exchange) -> None:
    """One article under 30 session ids."""
    links = [f"{exchange.base_url}/story/1;jsessionid={n:032x}" for n in range(15)]
    links += [f"{exchange.base_url}/story/1?utm_source={n}" for n in range(15)]
    await exchange.send(whole(feed(links), kind="application/rss+xml"))


async def spellings_feed(exchange: Exchange) -> None:
    """One article in spellings that are one URL."""
    host = exchange.base_url
    links = [
        f"{host}/story/1",
        f"{host}/./story/1",
        f"{host}/a/../story/1",
        f"{host}/story/1#top",
        f"{host}//story/1".replace("//story", "/story"),
        f"{host}/%73tory/1",
    ]
    await exchange.send(whole(feed(links), kind="application/rss+xml"))


def _feed(name: str, does: str, answer: Answer, found: tuple[str, ...]) -> Case:
    return Case(
        name,
        does,
        frozenset(),
        {"/hostile": answer},
        source=outcomes("read"),
        found=found,
        feeds=("/hostile", "/feed.xml"),
    )


CASES = (
    Case(
        "calendar",
        "a calendar without end",
        frozenset(),
        {"/front": calendar, "/calendar/*": calendar},
        source=outcomes("read"),
        front_pages=("/front",),
        asked=60,
    ),
    Case(
        "deeper",
        "a path that grows for ever",
        frozenset(),
        {"/front*": deeper},
        source=outcomes("read"),
        front_pages=("/front",),
        asked=60,
    ),
    Case("changing", "another page at each visit", NEW, {"/case": changing}),
    _feed("session_ids", "one article under 30 session ids", session_feed, ("/story/1",)),
    _feed("spellings", "one article in six spellings", spellings_feed, ("/story/1",)),
    Case(
        "soft_404",
        "200 for what is not there",
        outcomes("not_article empty_page short"),
        {
            "/case": page(
                "<html><head><title>404 Page not found</title></head><body><h1>Page not found</h1>"
                "<p>The page that you are looking for is no longer here, or never was.</p></body>"
                "</html>"
            )
        },
    ),
    Case(
        "consent_wall",
        "a consent wall with status 200",
        outcomes("consent_page not_article"),
        {
            "/case": page(
                "<html><head><title>Cookies</title></head><body><h1>We value your privacy</h1>"
                + (
                    "<p>We and our partners store cookies and process personal data with your consent,"
                    " for tracking and advertising. You can accept all or manage your privacy choices.</p>"
                )
                * 4
                + "<button>Accept all</button></body></html>"
            )
        },
    ),
    Case(
        "login_wall",
        "a log-in form with status 200",
        outcomes("not_article empty_page"),
        {
            "/case": page(
                "<html><head><title>Log in</title></head><body><form><label>Name</label><input><label>"
                "Password</label><input type=password><button>Log in</button></form></body></html>"
            )
        },
    ),
    Case(
        "bot_wall",
        "a bot check with status 200",
        outcomes("not_article empty_page consent_page"),
        {
            "/case": page(
                "<html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1>"
                "<p>Please wait while we check that you are a human and not a robot. This takes a "
                "few seconds.</p></body></html>"
            )
        },
    ),
    Case(
        "bot_wall_403",
        "a bot check with status 403",
        outcomes("http_failed"),
        {"/case": page("<h1>Denied</h1>", "403 Forbidden")},
    ),
    Case("long_url", "a URL of 5,000 characters", outcomes("bad_url"), url="http://{host}:{port}/" + "a" * 5000),
    Case(
        "url_of_controls",
        "a URL with escapes and a line break in it",
        outcomes("new http_refused bad_url"),
        url="http://{host}:{port}/%1b%5b31m%0d%0aX-A:%20b%00",
    ),
    Case(
        "url_traversal",
        "a path of ../ and %00",
        outcomes("new http_refused bad_url"),
        url="http://{host}:{port}/..%2f..%2f..%2fetc%2fpasswd%00.html",
    ),
)
