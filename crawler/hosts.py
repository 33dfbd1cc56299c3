"""Which hosts are not to be asked now: those that fail, and those that named a time. No Scrapy."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
PACE = "pace"
"""Request meta: delay and concurrency that a site wants of its hosts, as in Scrapy's `DOWNLOAD_SLOTS`."""
RETRY_AFTER = "retry_after"
FAILING = "failing"
"""Why a host is parked: it named a time, or it failed too often in a row."""


class HostState(Protocol):
    """What the state has of a host, or of a file that is asked for once a day. Times are UTC, ISO 8601."""

    @property
    def parked_until(self) -> str | None: ...
    @property
    def retry_after_until(self) -> str | None: ...
    @property
    def robots_body(self) -> bytes | None: ...
    @property
    def robots_status(self) -> int | None: ...
    @property
    def robots_at(self) -> str | None: ...
    @property
    def failures(self) -> int: ...


class HostStore(Protocol):
    """The part of the crawl's store that outlives the run."""

    def host(self, name: str) -> HostState | None: ...
    def keep_robots(self, host: str, status: int, body: bytes, at: str) -> None: ...
    def park(self, host: str, until: str | None, cause: str | None) -> None: ...


@dataclass(frozen=True, slots=True)
class HostOptions:
    failures_to_park: int = 5
    """Failed answers or connections in a row after which a host is parked, 0: never. Chosen, not measured."""
    park_seconds: float = 900
    """Of the first parking; each further one without a good answer between lasts twice as long. Chosen."""
    max_park_seconds: float = 86_400
    """Seconds; also the longest Retry-After that is obeyed. Chosen: a day."""


DEFAULT_OPTIONS = HostOptions()


@dataclass(frozen=True, slots=True)
class Parked:
    """A host is not to be asked for so many seconds."""

    seconds: float
    until: datetime
    cause: str


@dataclass(slots=True)
class _Standing:
    until: float = 0.0
    cause: str = FAILING
    in_a_row: int = 0
    """Failures since the last good answer."""
    failed_urls: set[str] = field(default_factory=set)
    parkings: int = 0
    """Parkings for failures since the last good answer."""


class Hosts:
    """Counts how hosts answer and parks those that fail or ask to be left alone.

    With a store it goes on from what earlier runs saw. `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        options: HostOptions = DEFAULT_OPTIONS,
        store: HostStore | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.options = options
        self.store = store
        self.clock = clock
        self._standings: dict[str, _Standing] = {}

    def parked(self, host: str) -> Parked | None:
        """Return how long the host must be left alone, None where it may be asked."""
        standing = self._standing(host)
        seconds = standing.until - self.clock()
        if seconds <= 0:
            return None
        return Parked(seconds, datetime.fromtimestamp(standing.until, UTC), standing.cause)

    def answered(self, host: str) -> None:
        """Count a good answer: the failures before it are forgotten."""
        standing = self._standing(host)
        standing.in_a_row = 0
        standing.failed_urls.clear()
        if standing.parkings and self.parked(host) is None:
            self.set_free(host)

    def refused(self, host: str, url: str) -> bool:
        """Count an answer such as 403, 429 or 500, a URL once; return whether the host is parked for it."""
        standing = self._standing(host)
        if url in standing.failed_urls:
            return False
        standing.failed_urls.add(url)
        return self.unreachable(host)

    def unreachable(self, host: str, *, kept: bool = True) -> bool:
        """Count a connection that did not come about; return whether the host is parked for it.

        Without `kept` it is parked for this run alone.
        """
        standing = self._standing(host)
        standing.in_a_row += 1
        if not self.options.failures_to_park or standing.in_a_row < self.options.failures_to_park:
            return False
        seconds = min(self.options.park_seconds * 2**standing.parkings, self.options.max_park_seconds)
        standing.parkings = min(standing.parkings + 1, 20)
        standing.in_a_row = 0
        standing.failed_urls.clear()
        self._park(host, seconds, FAILING, kept=kept)
        return True

    def set_free(self, host: str) -> None:
        """Take back that the host was parked for failures, for later runs; this run leaves it alone."""
        self._standing(host).parkings = 0
        if self.store is not None:
            self.store.park(host, None, None)

    def asked_to_wait(self, host: str, retry_after: str | None) -> None:
        """Obey a Retry-After header; one that is past or cannot be read says nothing."""
        seconds = retry_after_seconds(retry_after, self.clock())
        if seconds:
            self._park(host, min(seconds, self.options.max_park_seconds), RETRY_AFTER)

    def _park(self, host: str, seconds: float, cause: str, *, kept: bool = True) -> None:
        standing = self._standing(host)
        until = self.clock() + seconds
        if until > standing.until:
            standing.until, standing.cause = until, cause
            if kept and self.store is not None:
                self.store.park(host, iso(until), cause)

    def _standing(self, host: str) -> _Standing:
        standing = self._standings.get(host)
        if standing is None:
            standing = self._standings[host] = _Standing()
            known = self.store.host(host) if self.store is not None else None
            if known is not None:
                standing.parkings = known.failures
                asked, failing = seconds_of(known.retry_after_until), seconds_of(known.parked_until)
                standing.cause = RETRY_AFTER if asked > failing else FAILING
                # A clock that was wrong once must not park for ever.
                standing.until = min(max(asked, failing), self.clock() + self.options.max_park_seconds)
        return standing


def host_of(url: str) -> str:
    """Return the host of a URL, with its port unless that is the scheme's own."""
    parts = urlsplit(url)
    name = (parts.hostname or "").rstrip(".")
    name = f"[{name}]" if ":" in name else name  # an IPv6 address
    return name if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f"{name}:{parts.port}"


def retry_after_seconds(value: str | None, now: float) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3), None where it cannot be read.

    A date that is past gives 0.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:18])
    try:
        moment = parsedate_to_datetime(text)
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def iso(seconds: float) -> str:
    """Return a time in seconds since 1970 as UTC, ISO 8601, the whole second that is not before it."""
    return datetime.fromtimestamp(math.ceil(seconds), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def seconds_of(moment: str | None) -> float:
    """Return a time in ISO 8601 as seconds since 1970, 0 for none."""
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0


SITE_AGENT = "user_agent"
"""Request meta: the site's own user agent, for its robots.txt too: it has the contact."""
