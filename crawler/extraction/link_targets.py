"""Where a block's links lead: own site or another, what kind of place, and the words of the address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.items import Block

SOCIAL_HOSTS = frozenset(
    "facebook twitter x instagram linkedin whatsapp youtube tiktok pinterest telegram t xing reddit bsky threads "
    "mastodon vk ok flipboard tumblr snapchat wa discord twitch".split()
)
SHOP_HOSTS = frozenset(
    "amazon amzn ebay awin1 tradedoubler idealo otto mediamarkt saturn digistore24 shop etsy thalia buecher "
    "tidd adcell belboon zanox shareasale linksynergy skimresources anrdoezrs jdoqocy geni onelink lnk "
    "hugendubel walmart bestbuy geizhals check24 booking paypal patreon steadyhq ko-fi gofundme betterplace".split()
)
"""First labels of registered domains. General knowledge; the labeller weighs them."""

CALL_WORDS = frozenset(
    "demo trial quote pricing price prices plans contact kontakt contacto contatti contato signup register join start "
    "buy order shop store cart checkout product products produkt produkte service services leistungen angebot angebote "
    "book booking termin schedule appointment consultation beratung donate donation spenden spende don faire soutenir "
    "donar donaciones apoyo support unterstuetzen patreon affiliate ref tag deal deals coupon offer offers oferta "
    "anfrage anmelden kaufen bestellen tickets ticket download ebook webinar course courses kurs kurse".split()
)
"""Words of addresses to which calls to action lead. General knowledge; the labeller weighs them."""
CALL_PATH_WORDS = 3

WORD = re.compile(r"[^\W\d_]+|\d+")
LONG_NUMBER = re.compile(r"\d{5,}")
SLUG_HYPHENS = 3
SLUG_CHARS = 45
"""From so many hyphens or characters one step of a path names an article. Chosen, not measured."""
PATH_WORDS = 10
QUERY_WORDS = 4
LETTERS_OF_SECOND_LEVEL = 3
"""`co.uk`, `com.au`: a short label before a country's is taken for part of the suffix. Enough to tell own from
foreign; identity of sites is decided elsewhere."""
CACHED_TARGETS = 16_384


@dataclass(frozen=True, slots=True)
class LinkTarget:
    kind: str
    """`web`, `anchor` (same page), `mail` (also telephone) or `script`."""
    site: str = ""
    """Registered domain, roughly; empty for a relative address."""
    host: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Lower-case words of the path, then of the query with `?` before each."""
    is_article: bool = False
    """The path looks like an article's: long, many hyphens or a long number."""
    is_home: bool = False
    has_fragment: bool = False
    """It leads to a place on a page."""

    @property
    def is_social(self) -> bool:
        return self.site.partition(".")[0] in SOCIAL_HOSTS

    @property
    def is_call(self) -> bool:
        """A short path with a word of CALL_WORDS."""
        return len(self.words) <= CALL_PATH_WORDS and not CALL_WORDS.isdisjoint(self.words)

    @property
    def is_shop(self) -> bool:
        return self.site.partition(".")[0] in SHOP_HOSTS


@lru_cache(maxsize=CACHED_TARGETS)
def read_target(href: str) -> LinkTarget:
    """Read an address as it stands in the page; never raises."""
    href = href.strip()
    scheme = href[:12].lower()
    if not href or scheme.startswith("#"):
        return LinkTarget("anchor", words=_words(href, QUERY_WORDS))
    if scheme.startswith("javascript:"):
        return LinkTarget("script")
    if scheme.startswith(("mailto:", "tel:")):
        return LinkTarget("mail", words=("?share",) if scheme.startswith("mailto:?") or "body=" in href else ())
    address, _, fragment = href.partition("#")
    address, _, query = address.partition("?")
    scheme, slashes, rest = address.partition("//")
    netloc, _, path = rest.partition("/") if slashes and (not scheme or scheme[-1] == ":") else ("", "", address)
    longest = max(path.split("/"), key=len)
    dashes = longest.count("-") + longest.count("_")
    words = _words(path, PATH_WORDS)
    return LinkTarget(
        "web",
        site_of(netloc) if netloc else "",
        tuple(netloc.lower().split(".")) if netloc else (),
        words + tuple("?" + word for word in _words(query, QUERY_WORDS)) if query else words,
        dashes >= SLUG_HYPHENS or len(longest) > SLUG_CHARS or LONG_NUMBER.search(path) is not None,
        not words,
        bool(fragment),
    )


@lru_cache(maxsize=CACHED_TARGETS)
def site_of(netloc: str) -> str:
    """Return the last two labels of the host, three under suffixes such as `co.uk`."""
    labels = netloc.lower().rpartition("@")[2].partition(":")[0].split(".")
    country = len(labels) >= 3 and len(labels[-1]) == 2 and len(labels[-2]) <= LETTERS_OF_SECOND_LEVEL
    return ".".join(labels[-3:] if country and labels[-2] != "www" else labels[-2:])


def own_site(blocks: Iterable[Block], url: str | None) -> str:
    """Return the site of the page: of its URL, else the one that most of its links name."""
    if url is not None:
        try:
            return site_of(urlsplit(url).netloc)
        except ValueError:
            pass
    counts = Counter(site for block in blocks for href in block.hrefs if (site := read_target(href).site))
    return counts.most_common(1)[0][0] if counts else ""


def _words(text: str, limit: int) -> tuple[str, ...]:
    return tuple(word.lower() for word in WORD.findall(text)[:limit])
