"""A resolver for tests with the guard off: what is not on this machine is the canary, so that nothing leaves it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self

from scrapy.resolver import HostResolution
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IHostnameResolver
from zope.interface import implementer

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase

CANARY_PORT = "WINNOW_TEST_CANARY"


@implementer(IHostnameResolver)
class CanaryResolver:
    """Gives addresses below 127.64.0.0/16 as they are, and the canary for everything else."""

    def __init__(self, reactor: ReactorBase) -> None:
        self.reactor = reactor

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler, reactor: ReactorBase) -> Self:
        return cls(reactor)

    def install_on_reactor(self) -> None:
        self.reactor.installNameResolver(self)  # type: ignore[arg-type] # implements it, which zope declares

    def resolveHostName(  # noqa: N802 - the interface's name and parameters
        self, resolutionReceiver: Any, hostName: str, portNumber: int = 0, *_: Any, **__: Any  # noqa: N803
    ) -> HostResolution:  # fmt: skip
        ours = hostName.startswith("127.64.")
        canary = IPv4Address("TCP", "127.0.0.1", int(os.environ[CANARY_PORT]))
        resolution = HostResolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        resolutionReceiver.addressResolved(IPv4Address("TCP", hostName, portNumber) if ours else canary)
        resolutionReceiver.resolutionComplete()
        return resolution
