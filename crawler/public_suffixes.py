"""What the list of public suffixes (https://publicsuffix.org) says of a host."""

from __future__ import annotations

from functools import cache, lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_DEVICE_LABELS = frozenset({"www", "m", "mobile", "amp"})


@lru_cache(maxsize=4096)
def domain_of(name: str) -> str:
    """Return the domain below the suffix; the host itself for an IP address, a single label or a suffix."""
    if is_ip(name):
        return name
    parts = _split_domain()(name)
    return f"{parts.domain}.{parts.suffix}" if parts.domain and parts.suffix else name


def without_device(name: str) -> str:
    """Return the host without `www.` and the like, where a whole domain stays: `m.example.org`, but not `m.co.uk`."""
    label, _, rest = name.partition(".")
    while label in _DEVICE_LABELS and is_domain(rest):
        name = rest
        label, _, rest = name.partition(".")
    return name


def is_domain(name: str) -> bool:
    """Whether the name has a label below its public suffix; of an unlisted one that is the last label (PSL, rule *)."""
    parts = _split_domain()(name)
    return bool(parts.domain) if parts.suffix else "." in name


def is_ip(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


@cache
def _split_domain() -> Callable[[str], Any]:
    from tldextract import TLDExtract  # reads its list

    # Private suffixes count: two blogs on github.io are two sites. Nothing is fetched or cached on disk.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
