"""Marks of a URL that only say in which form a page is shown. What may go by URL alone: decision 0021."""

from __future__ import annotations

import re

_SESSIONS = re.compile(r";jsessionid=[^/;]*|/\((?:[a-z]\([a-z0-9]{24}\))+\)(?=/)", re.IGNORECASE)
"""Java servlets; ASP.NET's cookieless sessions, a segment such as `(S(lit3py55t21z5v55vlm25s55))`."""
_AMP_ENDING = re.compile(r"(?<=[^/.])(?:/amp|\.amp)$", re.IGNORECASE)
_AMP_SUFFIX = re.compile(r"(?<=[^/.])\.amp(?=\.html?$)", re.IGNORECASE)
_INDEX_PAGE = re.compile(r"(?<=/)index\.(?:html?|shtml|php)$")
"""What servers answer a folder with."""

AMP_FLAGS = frozenset({"amp", "_amp", "isamp", "amp_markup"})
_AMP_FLAG_VALUES = frozenset({"", "1", "true", "yes", "amp"})
AMP_FORMS = frozenset({"outputtype", "output", "service", "view", "format", "layout"})
"""Parameters, of which a value `amp` alone goes."""

_CACHE_HOST = re.compile(r"(?:[a-z0-9-]+\.)?(?:cdn\.ampproject\.org|bing-amp\.com)|(?:www\.)?google\.[a-z.]{2,6}")
_CACHE_PATH = re.compile(r"/(?:amp|[cv](?:/amp)?)/(?P<tls>s/)?(?P<page>[^/]+\.[^/]+/.*)")
"""AMP cache URL format and Google's viewer: kind of document, `s` for https, then host and path."""


def plain_path(path: str) -> str:
    """Return the path without session ids, AMP's endings, the name of an index page and a slash at its end."""
    plain = _SESSIONS.sub("", path)
    while True:
        shorter = _AMP_SUFFIX.sub("", _AMP_ENDING.sub("", _INDEX_PAGE.sub("", plain)).rstrip("/"))
        if shorter == plain:
            return plain or "/"
        plain = shorter


def is_amp_param(name: str, value: str) -> bool:
    """Tell whether a query parameter, in lower case, only asks for the AMP form."""
    return (name in AMP_FLAGS and value in _AMP_FLAG_VALUES) or (name in AMP_FORMS and value == "amp")


def out_of_amp_cache(host: str, path: str, search: str) -> str | None:
    """Return the URL of the page that a cache of AMP pages shows; None for any other URL."""
    if not _CACHE_HOST.fullmatch(host):
        return None
    found = _CACHE_PATH.fullmatch(path)
    if found is None or ("google" in host and not path.startswith("/amp/")):
        return None
    return f"http{'s' if found['tls'] else ''}://{found['page']}{search}"
