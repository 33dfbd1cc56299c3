"""Good articles: invented, each number with words of its own."""

from __future__ import annotations

from functools import cache

TRADES = "ferryman baker gardener teacher clockmaker printer joiner beekeeper mason weaver".split()
PLACES = ("harbour", "old mill", "north bridge", "market hall", "river meadow", "railway yard", "hill chapel")


@cache
def story(number: int) -> tuple[str, ...]:
    """The paragraphs of an article."""
    who, where = TRADES[number % len(TRADES)], PLACES[number % len(PLACES)]
    return (
        f"The {who} of ward {number} has opened a workshop at the {where}, after a year in which the building stood "
        f"empty and nobody knew what would become of it.",
        f"“We wanted a place where people come in without an errand,” the {who} said on Monday, while the neighbours "
        f"carried {number + 3} chairs across the yard and a kettle boiled on the window sill.",
        f"The council had set the rent of the {where} at {number + 200} crowns a month. That is less than the "
        f"storehouse behind it costs, and it was agreed on by {number + 11} votes against four.",
        f"On Saturday, {number + 40} visitors are expected for the first evening, with soup, two fiddles and a talk "
        f"on how the {where} came to its name in the last century.",
    )


def paragraphs(number: int) -> str:
    return "".join(f"<p>{text}</p>" for text in story(number))


def article(number: int, *, head: str = "", before: str = "", after: str = "", title: str = "") -> str:
    """A whole page; `head`, `before` and `after` are markup around what is good in it."""
    title = title or f"Workshop number {number} opens"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}'
        '<meta property="article:published_time" content="2026-10-03T08:00:00+00:00">'
        '<meta property="og:type" content="article"></head><body><nav><ul><li><a href="/">Home</a></li></ul></nav>'
        f"<main>{before}<article><h1>{title}</h1>{paragraphs(number)}</article>{after}</main>"
        "<footer><p>Subscribe to our newsletter</p></footer></body></html>"
    )


def feed(links: list[str], more: str = "") -> str:
    entries = "".join(f"<item><title>Entry</title><link>{link}</link></item>" for link in links)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{entries}{more}</channel></rss>'


def sitemap(links: list[str], more: str = "") -> str:
    entries = "".join(f"<url><loc>{link}</loc></url>" for link in links)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}{more}</urlset>'
