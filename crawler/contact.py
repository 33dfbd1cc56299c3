"""Whether a crawl says who it is: public sites are asked only with a contact in the user agent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

from crawler.addresses import AllowedAddress
from crawler.config import Site
from crawler.urls import host, parse_url

CONTACT = re.compile(r"https?://\S+\.\S+|[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+")
EXAMPLE = re.compile(r"example\.(org|com|net)", re.IGNORECASE)
"""Names that lead to nobody (RFC 2606); the starter file and our own examples have one."""


def has_contact(user_agent: str | None) -> bool:
    return bool(user_agent and CONTACT.search(user_agent) and not EXAMPLE.search(user_agent))


def missing_contact(user_agent: str | None) -> str:
    """Return, for a message, why nobody can be reached by this user agent."""
    if user_agent is None:
        return "no user_agent with a contact"
    named = EXAMPLE.search(user_agent)
    if named is not None:
        return f"“{named[0]}” in user_agent reaches nobody"
    return "no contact in user_agent"


def sites_without_contact(sites: Iterable[Site], allowed: Sequence[AllowedAddress]) -> tuple[Site, ...]:
    """Return the sites that may not be crawled as configured; sites at allowed addresses always may."""
    return tuple(s for s in sites if not has_contact(s.user_agent) and not is_allowed(s.url, allowed))


def is_allowed(url: str, allowed: Sequence[AllowedAddress]) -> bool:
    """Whether a site is at an address that was allowed by name: the caller's own, or a copy that the caller holds."""
    name = host(url)
    parsed = parse_url(url)
    port = int(parsed.port or (443 if parsed.protocol == "https:" else 80))
    if name == "localhost":
        name = "127.0.0.1"
    try:
        ip_address(name)
    except ValueError:
        return False
    return any(entry.covers(name, port) for entry in allowed)
