"""The identity of a URL: normalized URL, record id, registered domain, site."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from w3lib.url import canonicalize_url

from crawler.errors import BadUrl, SchemeRefused
from crawler.public_suffixes import domain_of, is_ip, without_device
from crawler.url_variants import is_amp_param, out_of_amp_cache, plain_path

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWN_CHARS = 200
"""Longest URL that a message repeats."""
MAX_CACHES = 5
"""Caches of AMP pages one within the other that are seen through. Chosen: one is usual."""
REMEMBERED_CHARS = 1_000
"""Longest URL whose host and normalized form are remembered."""
MAX_LABEL_CHARS, MAX_HOST_CHARS = 63, 253
"""RFC 1035, section 2.3.4."""

_USERINFO = re.compile(r"(?<=[/\\])[^/\\?#@]*(?:@[^/\\?#@]*)*@")
_SCHEME = re.compile(r"[\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.-]*):")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_EMPTY_FRAGMENTS = frozenset({"#!", "#/", "#!/"})


def shown_url(url: str) -> str:
    """Return the URL for a message: one line of ASCII, cut, without user name and password."""
    plain = _USERINFO.sub("", url)
    return ascii(plain if len(plain) <= SHOWN_CHARS else plain[:SHOWN_CHARS] + "...")[1:-1]


def parse_url(url: str, base: str | None = None) -> Any:
    """Parse as browsers do (WHATWG URL Standard) and return an `ada_url.URL` with http or https and a host.

    A relative URL needs a base. Raises BadUrl or SchemeRefused.
    """
    from ada_url import URL  # loads a shared library

    try:
        parsed = URL(url, base)
    except ValueError:  # of which UnicodeEncodeError, for lone surrogates, is one
        fault = "it has no https:// or http://" if base is None and not _SCHEME.match(url) else "it cannot be parsed"
        raise BadUrl(f"{shown_url(url)}: not a URL: {fault}") from None
    scheme: str = parsed.protocol
    if scheme not in {"http:", "https:"}:
        raise SchemeRefused(f"{shown_url(url)}: scheme {scheme[:40]} is not http or https")
    _check_host(parsed.hostname, url)
    return parsed


def _check_host(name: str, url: str) -> None:
    labels = name.removesuffix(".").split(".")
    if len(name) > MAX_HOST_CHARS + 1 or not all(0 < len(label) <= MAX_LABEL_CHARS for label in labels):
        raise BadUrl(f"{shown_url(url)}: not a URL: a label of the host is empty or too long")


def host(url: str) -> str:
    """Return the host: lower case, IDNA-encoded, no dot at the end; an IPv6 address without brackets."""
    return _remembered_host(url) if len(url) <= REMEMBERED_CHARS else _bare_host(parse_url(url))


@lru_cache(maxsize=2048)
def _remembered_host(url: str) -> str:
    """A page's URL is judged as a link, as a request and as an answer."""
    return _bare_host(parse_url(url))


def _bare_host(parsed: Any) -> str:
    name: str = parsed.hostname
    return name.removesuffix(".").strip("[]")


def normalized_url(url: str, significant_params: frozenset[str] = frozenset()) -> str:
    """Return the spelling that all spellings of one page share. It names the page; it is not requested.

    The scheme is always written `https`; ports 80 and 443, userinfo, a dot at the end of the host, the
    fragment (but `#!...` and `#/...`, which name content), tracking parameters and session ids go; the
    query is sorted. Names in `significant_params` are kept. So do the marks of a variant go that shows the
    same article: `www.`, `m.`, `mobile.`, `amp.`, AMP's endings and parameters, its caches, `index.html`, a
    slash at the end (decision 0021). Idempotent. Raises BadUrl or SchemeRefused.
    """
    if len(url) <= REMEMBERED_CHARS:
        return _remembered_normal(url, significant_params)
    return _normal(url, significant_params)


@lru_cache(maxsize=2048)
def _remembered_normal(url: str, significant_params: frozenset[str]) -> str:
    """A site's feeds, sitemaps and front pages name the same pages, and each page names itself."""
    return _normal(url, significant_params)


def _normal(url: str, significant_params: frozenset[str]) -> str:
    parsed = parse_url(url)
    for _ in range(MAX_CACHES):
        cached = out_of_amp_cache(parsed.hostname, parsed.pathname, parsed.search)
        if cached is None:
            break
        parsed = parse_url(cached)
    else:
        raise BadUrl(f"{url[:200]}: the address of a cache in a cache, more than {MAX_CACHES} deep")
    name = without_device(parsed.hostname.removesuffix("."))
    port = "" if parsed.port in {"", "80", "443"} else f":{parsed.port}"
    path = _STRAY_PERCENT.sub("%25", parsed.pathname)
    query = _without_tracking(parsed.search.removeprefix("?"), significant_params, is_amp_param)
    origin, path, query = _split_path(canonicalize_url(f"https://{name}{port}{path}?{query}"))
    shorter = plain_path(path)
    normal = f"{origin}{shorter}{query}{_content_fragment(parsed.hash)}"
    # What was cut off may leave dots or another mark at the end.
    return normal if shorter == path else normalized_url(normal, significant_params)


def _split_path(url: str) -> tuple[str, str, str]:
    """Return scheme with host, path, and query with its question mark."""
    begin = url.index("/", len("https://"))
    whole, mark, query = url.partition("?")
    return url[:begin], whole[begin:], mark + query


def requested_form(url: str, significant_params: frozenset[str] = frozenset()) -> str:
    """Return the URL to ask for: as given, but without tracking parameters, userinfo and plain fragment.

    Unlike the normalized URL it keeps scheme and order: servers may care. Raises BadUrl or SchemeRefused.
    """
    parsed = parse_url(url)
    parsed.username = parsed.password = ""
    query = parsed.search.removeprefix("?")
    if query:
        parsed.search = _without_tracking(query, significant_params)
    parsed.hash = _content_fragment(parsed.hash)
    asked: str = parsed.href
    return asked


def _content_fragment(fragment: str) -> str:
    """Keep what script-driven sites put after `#` to name a page, not a place on it."""
    if fragment.startswith(("#!", "#/")) and fragment not in _EMPTY_FRAGMENTS:
        return fragment
    return ""


def _without_tracking(
    query: str, significant_params: frozenset[str], is_dropped: Callable[[str, str], bool] = lambda *_: False
) -> str:
    """Return the query without tracking parameters and without those that `is_dropped` tells by name and value."""
    kept_names = {name.casefold() for name in significant_params}
    kept = []
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        # `&amp;utm_source=` is what remains of a link that was escaped twice.
        plain = unquote_plus(name).casefold().removeprefix("amp;")
        if plain in kept_names or not (_is_tracking(plain) or is_dropped(plain, unquote_plus(value).casefold())):
            kept.append(pair)
    return "&".join(kept)


def _is_tracking(name: str) -> bool:
    names, prefixes = _tracking_params()
    return name in names or name.startswith(prefixes)


@cache
def _tracking_params() -> tuple[frozenset[str], tuple[str, ...]]:
    """Read the deny-list: whole names, prefixes."""
    text = files("crawler").joinpath("tracking_params.txt").read_text(encoding="utf-8")
    lines = [line.strip().casefold() for line in text.splitlines()]
    names = [line for line in lines if line and not line.startswith("#")]
    prefixes = tuple(name.removesuffix("*") for name in names if name.endswith("*"))
    return frozenset(name for name in names if not name.endswith("*")), prefixes


def record_id(normalized_url: str) -> str:
    """Return the record's `id`: the first 32 hexadecimal digits of sha256."""
    return sha256(normalized_url.encode()).hexdigest()[:32]


def registered_domain(url_or_host: str) -> str:
    """Return the domain below the public suffix; the host itself for an IP address, single label or suffix.

    Raises BadUrl or SchemeRefused.
    """
    return domain_of(_host_of(url_or_host))


def _host_of(url_or_host: str) -> str:
    text = url_or_host.strip()
    if "://" in text:
        return host(text)
    text = text.removeprefix("//")
    return host(f"http://[{text}]" if is_ip(text) and ":" in text else f"http://{text}")


def same_site(url: str, site_url: str, allow_hosts: frozenset[str] = frozenset()) -> bool:
    """Tell whether the URL is of the site: same registered domain, or its host is one of `allow_hosts`.

    Raises BadUrl or SchemeRefused for either URL.
    """
    name = host(url)
    return domain_of(name) == _site_domain(site_url) or name in {_host_of(h) for h in allow_hosts}


@lru_cache(maxsize=1024)
def _site_domain(site_url: str) -> str:
    return registered_domain(site_url)
