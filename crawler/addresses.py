"""Which addresses may be contacted: public ones, on the ports of the web, and what was allowed by name.

`check_url` judges a URL before it is requested; `may_connect` judges the address that a name led to. Both are
needed: a harmless name may lead to a private address.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from crawler.errors import AddressRefused, BadUrl, UsageError
from crawler.urls import parse_url, shown_url

WEB_PORTS = frozenset({80, 443, 8080, 8443})
"""Ports that a public host may be asked on; others are mostly not web servers."""

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_NOT_PUBLIC = (
    IPv4Network("192.0.0.0/24"),  # IANA special-purpose registry; older Python versions know parts of it only
    IPv4Network("192.88.99.0/24"),  # relays of 6to4, given up by RFC 7526
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)
_LOCAL_SUFFIXES = (
    ".local",
    ".internal",
    ".intranet",
    ".lan",
    ".home",
    ".home.arpa",
    ".corp",
    ".private",
    ".localdomain",
)
_LOOPBACK = ("127.0.0.1", "::1")
_BRACKETED = re.compile(r"\[(?P<network>[^\]]*)\](?::(?P<port>.*))?")

_Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class AllowedAddress:
    """A network that may be contacted although it is not public; on one port, or on all with None."""

    network: IPv4Network | IPv6Network
    port: int | None = None

    def admits_port(self, port: int) -> bool:
        return self.port is None or self.port == port

    def covers(self, address: str, port: int) -> bool:
        """Tell whether the numeric address, or the IPv4 address inside it, lies in the network."""
        parsed = _parsed_address(address)
        if parsed is None or not self.admits_port(port):
            return False
        return any(a.version == self.network.version and a in self.network for a in (parsed, _inner(parsed)))


def parse_allowed(text: str) -> AllowedAddress:
    """Parse `CIDR[:port]`, for IPv6 with a port `[CIDR]:port`; a lone address is a network of one.

    Raises UsageError.
    """
    network, port = _split_port(text.strip())
    try:
        parsed = ip_network(network)
    except ValueError as error:
        raise UsageError(f"{text!r}: {error}; write for example {_example(network)}") from None
    if port is not None and not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535):
        raise UsageError(f"{text!r}: the port is not a number from 1 to 65535; write for example 127.0.0.1:8080")
    return AllowedAddress(parsed, None if port is None else int(port))


def _split_port(text: str) -> tuple[str, str | None]:
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed:
        return bracketed["network"], bracketed["port"]
    if text.count(":") > 1:  # IPv6 without brackets has no port
        return text, None
    network, colon, port = text.partition(":")
    return network, port if colon else None


def _example(network: str) -> str:
    try:
        return str(ip_network(network, strict=False))  # the host bits were the fault
    except ValueError:
        return "127.0.0.1:8080, 10.0.0.0/8 or [::1]:8080"


def _parsed_address(address: str) -> _Address | None:
    try:
        return ip_address(address.strip("[]"))
    except ValueError:
        return None


def _inner(address: _Address) -> _Address:
    """Return the IPv4 address that an IPv6 one stands for, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    return address.teredo[1] if address.teredo is not None else address


def is_public(address: str) -> bool:
    """Tell whether a numeric address is globally reachable (IANA special-purpose registries), not multicast.

    IPv4-mapped, 6to4, Teredo and NAT64 addresses are judged by the IPv4 address inside. What is no numeric
    address is not public.
    """
    parsed = _parsed_address(address)
    if parsed is None:
        return False
    inner = _inner(parsed)
    if isinstance(inner, IPv6Address) and (inner.scope_id is not None or inner not in _GLOBAL_UNICAST):
        return False
    special = any(inner.version == net.version and inner in net for net in _NOT_PUBLIC)
    return inner.is_global and not inner.is_multicast and not special


def may_connect(address: str, port: int, allowed: Sequence[AllowedAddress] = ()) -> bool:
    """Tell whether a connection to this numeric address and port may be made."""
    if any(entry.covers(address, port) for entry in allowed):
        return True
    return port in WEB_PORTS and is_public(address)


def check_url(url: str, allowed: Sequence[AllowedAddress] = ()) -> None:
    """Raise if the URL must not be requested: BadUrl, SchemeRefused or AddressRefused.

    A host that is an address in any spelling is judged like `may_connect`. `localhost` needs an allowed
    loopback address. Names of local networks, and ports other than 80, 443, 8080 and 8443, need any allowed
    entry that admits the port; `may_connect` then judges the address that the name leads to.
    """
    parsed = parse_url(url)
    if parsed.username or parsed.password:
        raise BadUrl(f"{shown_url(url)}: user name and password in a URL are not sent; take them out")
    name: str = parsed.hostname.removesuffix(".")
    port = int(parsed.port or ("443" if parsed.protocol == "https:" else "80"))
    if _parsed_address(name) is not None:
        permitted = may_connect(name, port, allowed)
    elif name == "localhost" or name.endswith(".localhost"):
        permitted = any(entry.covers(loopback, port) for entry in allowed for loopback in _LOOPBACK)
    else:
        local = "." not in name or name.endswith(_LOCAL_SUFFIXES)
        permitted = (port in WEB_PORTS and not local) or any(entry.admits_port(port) for entry in allowed)
    if not permitted:
        meant = f"{name}:{port}" if _parsed_address(name) is not None else "CIDR[:port]"
        raise AddressRefused(
            f"{shown_url(url)}: {name[:100]} port {port} is not a public web address; "
            f"if it is meant, allow it with --allow-address {meant}"
        )
