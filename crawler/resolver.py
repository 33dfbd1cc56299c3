"""Name resolution that drops addresses which may not be reached, so that no name leads inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from scrapy.resolver import HostResolution
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from crawler.addresses import AllowedAddress, may_connect, parse_allowed

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase


@implementer(IHostnameResolver)
class GuardedResolver:
    """Wraps the reactor's resolver. Scrapy setting `TWISTED_DNS_RESOLVER` names this class.

    A name with no address left does not resolve; `refused_hosts` then tells the guard's refusal from DNS's.
    """

    def __init__(self, reactor: ReactorBase, allowed: Sequence[AllowedAddress]) -> None:
        self.reactor = reactor
        self.allowed = tuple(allowed)
        self.original: Any = reactor.nameResolver
        self.refused_hosts: set[str] = set()
        self._proxies: set[tuple[str, int]] = set()

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler, reactor: ReactorBase) -> Self:
        allowed = scrapy_crawler.settings.getlist("WINNOW_ALLOW_ADDRESSES")
        return cls(reactor, [parse_allowed(text) for text in allowed])

    def install_on_reactor(self) -> None:
        self.reactor.installNameResolver(self)  # type: ignore[arg-type] # implements it, which zope declares

    def exempt_proxy(self, host: str, port: int) -> None:
        """Let a proxy that the user configured be anywhere: it mostly is inside."""
        self._proxies |= {(host.lower(), port), (host.lower(), 0)}  # a tunnel's end is looked up without its port

    def is_proxy(self, host: str, port: int) -> bool:
        return (host.lower(), port) in self._proxies

    def resolveHostName(  # noqa: N802 - the interface's name and parameters
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        receiver = _GuardedReceiver(self, resolutionReceiver, hostName, portNumber)
        found: IHostResolution = self.original.resolveHostName(
            receiver, hostName, portNumber, addressTypes, transportSemantics
        )
        return found


@implementer(IResolutionReceiver)
class _GuardedReceiver:
    def __init__(self, resolver: GuardedResolver, inner: Any, host: str, port: int) -> None:
        self.resolver = resolver
        self.inner = inner
        self.host = host
        self.port = port
        self.passed = 0

    def resolutionBegan(self, resolution: HostResolution) -> None:  # noqa: N802 - the interface's name
        self.inner.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - the interface's name
        port = getattr(address, "port", 0) or self.port
        if self.resolver.is_proxy(self.host, port) or may_connect(address.host, port, self.resolver.allowed):
            self.passed += 1
            self.inner.addressResolved(address)
        else:
            self.resolver.refused_hosts.add(self.host)

    def resolutionComplete(self) -> None:  # noqa: N802 - the interface's name
        if self.passed:
            self.resolver.refused_hosts.discard(self.host)
        self.inner.resolutionComplete()


def refused_hosts() -> frozenset[str]:
    """Return the names that this process's resolver found at addresses that may not be reached."""
    resolver = _installed()
    return frozenset(resolver.refused_hosts) if resolver is not None else frozenset()


def exempt_proxy(host: str, port: int) -> None:
    """Have this process's resolver give a proxy's address whatever it is."""
    resolver = _installed()
    if resolver is not None:
        resolver.exempt_proxy(host, port)


def _installed() -> GuardedResolver | None:
    from twisted.internet import reactor  # must not be imported before it is installed

    resolver = reactor.nameResolver
    return resolver if isinstance(resolver, GuardedResolver) else None
