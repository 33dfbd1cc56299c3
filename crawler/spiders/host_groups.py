"""Sites that share hosts, which therefore one worker must ask."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from crawler.config import Site
from crawler.errors import PageError
from crawler.urls import registered_domain


def host_groups(sites: Iterable[Site]) -> dict[str, list[str]]:
    """Return the names of the sites by group: two sites are of one group if a host of one may be one of the other.

    Hosts of a site are those of its registered domain, of its sources and of `allow_hosts`. A group has the name of
    its first site, which is the same for every worker that reads the same file.
    """
    site_of_domain: dict[str, str] = {}
    leader: dict[str, str] = {}
    order: dict[str, int] = {}
    for site in sites:
        leader[site.name], order[site.name] = site.name, len(order)
        for domain in _domains(site):
            other = site_of_domain.setdefault(domain, site.name)
            first, second = sorted((_lead(leader, site.name), _lead(leader, other)), key=order.__getitem__)
            leader[second] = first
    groups: dict[str, list[str]] = {}
    for name in leader:
        groups.setdefault(_lead(leader, name), []).append(name)
    return groups


def _lead(leader: dict[str, str], name: str) -> str:
    while leader[name] != name:
        leader[name] = leader[leader[name]]
        name = leader[name]
    return name


def _domains(site: Site) -> set[str]:
    urls = [site.url, *site.feeds, *site.sitemaps, *site.front_pages]
    hosts = {urlsplit(url).hostname or "" for url in urls} | set(site.allow_hosts)
    return {_domain_of(host) for host in hosts if host}


def _domain_of(host: str) -> str:
    try:
        return registered_domain(f"http://[{host}]/" if ":" in host else f"http://{host}/")
    except PageError:
        return host
