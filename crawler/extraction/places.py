"""What the names of a block's containers say: `class="newsletter-box"` is a place for subscription prompts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from crawler.items import Container, Label

NEAR = 6
"""Containers, from the block outwards, whose names count; further ones name the page's layout. Chosen."""

TAG_PLACES = {"nav": Label.NAVIGATION, "figcaption": Label.CAPTION, "menu": Label.NAVIGATION}
WIDE_TAGS = frozenset({"body", "main", "html"})

PLACE_WORDS: dict[Label, frozenset[str]] = {
    Label.ADVERTISEMENT: frozenset(
        [
            "ad",
            "ads",
            "advert",
            "advertisement",
            "adslot",
            "anzeige",
            "werbung",
            "sponsored",
            "sponsor",
            "promo",
            "affiliate",
            "shop",
            "shopping",
            "deal",
            "deals",
            "coupon",
            "donation",
            "donate",
            "spende",
        ]
    ),
    Label.JOB_LISTING: frozenset(
        [
            "job",
            "jobs",
            "jobbox",
            "stellenmarkt",
            "stellenanzeigen",
            "stellenangebote",
            "vacancies",
            "vacancy",
            "career",
            "careers",
            "emploi",
            "vacatures",
            "empleo",
            "karriere",
        ]
    ),
    Label.COMMENT: frozenset(
        [
            "comment",
            "comments",
            "commentlist",
            "kommentar",
            "kommentare",
            "disqus",
            "commentaires",
            "comentarios",
            "respond",
        ]
    ),
    Label.SUBSCRIPTION: frozenset(
        ["newsletter", "subscribe", "subscription", "signup", "paywall", "abo", "abonnement", "rss", "follow"]
    ),
    Label.RELATED: frozenset(
        [
            "related",
            "recommended",
            "recommendations",
            "recommendation",
            "teaser",
            "teasers",
            "mostread",
            "popular",
            "trending",
            "readmore",
            "morenews",
            "outbrain",
            "taboola",
            "recirculation",
            "weitere",
            "similaires",
        ]
    ),
    Label.NAVIGATION: frozenset(
        [
            "nav",
            "navbar",
            "navigation",
            "menu",
            "breadcrumb",
            "breadcrumbs",
            "pagination",
            "pager",
            "tags",
            "taglist",
            "sidebar",
            "topbar",
            "search",
            "footer",
            "header",
            "skip",
        ]
    ),
    Label.AUTHOR_BIO: frozenset(["authorbox", "bio", "biography", "aboutauthor"]),
    Label.SHARING: frozenset(["share", "sharing", "social", "sharebar", "sharedaddy", "addthis"]),
    Label.LEGAL: frozenset(
        ["cookie", "cookies", "consent", "gdpr", "copyright", "imprint", "impressum", "legal", "disclaimer"]
    ),
    Label.CAPTION: frozenset(["caption", "captions", "bildunterschrift", "legend", "credit", "credits", "figcaption"]),
    Label.BYLINE: frozenset(
        ["byline", "author", "authors", "dateline", "pubdate", "published", "timestamp", "postmeta", "autor", "auteur"]
    ),
}


@dataclass(frozen=True, slots=True)
class Place:
    label: Label
    reason: str


def label_of_place(containers: Sequence[Container]) -> Place | None:
    """Return what the nearest telling container says, None where none does; innermost container first."""
    for container in containers[:NEAR]:
        if container.tag in WIDE_TAGS:
            return None
        if container.tag in TAG_PLACES:
            return Place(TAG_PLACES[container.tag], f"stands in <{container.tag}>")
        for word in container.words:
            label = _words().get(word)
            if label is not None:
                return Place(label, f"stands in a container named “{word}”")
    for container in containers:
        if container.tag in {"footer", "header", "aside"}:
            label = Label.RELATED if container.tag == "aside" else Label.NAVIGATION
            return Place(label, f"stands in <{container.tag}>")
    return None


@cache
def _words() -> dict[str, Label]:
    return {word: label for label, words in PLACE_WORDS.items() for word in words}
