"""Scrapy extension: what each site was asked for, and what it answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Self

from scrapy import signals

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


@dataclass(slots=True)
class Traffic:
    """Counts and sums only: nothing here grows with the number of URLs."""

    requests: int = 0
    received_bytes: int = 0
    """Of bodies as they came, compressed where they came so."""
    statuses: Counter[str] = field(default_factory=Counter)
    """HTTP status -> answers."""
    latency_seconds: float = 0.0
    """Sum over answers of the time from the request to the answer's headers."""
    first_request: float | None = None
    """Monotonic seconds."""
    last_answer: float | None = None

    @property
    def seconds(self) -> float:
        """From the first request to the last answer."""
        if self.first_request is None or self.last_answer is None:
            return 0.0
        return self.last_answer - self.first_request

    @property
    def mean_latency_seconds(self) -> float | None:
        answers = self.statuses.total()
        return self.latency_seconds / answers if answers else None


class SiteTraffic:
    """Counts requests and answers, in all and by site; robots.txt and other files of a host count with its site."""

    def __init__(self) -> None:
        self.whole = Traffic()
        self.sites: defaultdict[str, Traffic] = defaultdict(Traffic)

    @classmethod
    def from_crawler(cls, scrapy_crawler: Crawler) -> Self:
        extension = cls()
        scrapy_crawler.signals.connect(extension.request_sent, signals.request_reached_downloader)
        scrapy_crawler.signals.connect(extension.response_downloaded, signals.response_downloaded)
        return extension

    def request_sent(self, request: Request) -> None:
        now = monotonic()
        for traffic in self._concerned(request):
            traffic.requests += 1
            if traffic.first_request is None:
                traffic.first_request = now

    def response_downloaded(self, response: Response, request: Request) -> None:
        now = monotonic()
        for traffic in self._concerned(request):
            traffic.received_bytes += len(response.body)
            traffic.statuses[str(response.status)] += 1
            traffic.latency_seconds += request.meta.get("download_latency", 0.0)
            traffic.last_answer = now

    def _concerned(self, request: Request) -> tuple[Traffic, ...]:
        site = request.meta.get("site")
        return (self.whole, self.sites[site]) if site else (self.whole,)
