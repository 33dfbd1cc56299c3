"""The pages of a crawl that are asked for and not settled yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from scrapy.exceptions import DropItem

from crawler.errors import TakenOver
from crawler.items import DiscoveredVia, Link, Page
from crawler.state.values import Waiting
from crawler.urls import normalized_url, registered_domain


class LeftOpen(DropItem):
    """Dropped and not settled by that: the page is held, or another one of its URL is in flight."""


class PagesInFlight:
    """Requested URL -> ledger row. Whoever ends a page settles it here first, so that nobody else does."""

    def __init__(self) -> None:
        self.of_site: Counter[str] = Counter()
        self.is_from_ledger = False
        """Whether the spider asks for pages that wait there, as ours do."""
        self._rows: dict[str, Waiting] = {}
        self._body_hashes: dict[str, str] = {}

    def __contains__(self, requested_url: str | None) -> bool:
        return requested_url in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, requested_url: str) -> Waiting | None:
        return self._rows.get(requested_url)

    def body_hash(self, requested_url: str) -> str | None:
        return self._body_hashes.get(requested_url)

    def begin(self, waiting: Waiting) -> None:
        """Note that the page of a ledger row is being asked for."""
        self.is_from_ledger = True
        self._note(waiting)

    def hand_in(self, requested_url: str, page: Page, lease: Callable[[str], bool]) -> None:
        """Note a page that no ledger row waits for. Its site is its registered domain, which `lease` takes.

        Raises BadUrl, LeftOpen for a URL that is in flight, TakenOver for a site that another worker has.
        """
        if requested_url in self._rows:
            raise LeftOpen(f"{requested_url}: under way already")
        key = normalized_url(requested_url, page.significant_params)
        site = registered_domain(requested_url)
        if not lease(site):
            raise TakenOver(f"another worker has {site} now")
        link = page.link or Link(requested_url, DiscoveredVia.GIVEN)
        self._note(Waiting(requested_url, key, site, link, attempts=0))

    def fetched(self, requested_url: str, body_hash: str) -> None:
        """Note the sha256 of a page's bytes, by which a later visit sees that nothing changed."""
        if requested_url in self._rows:
            self._body_hashes[requested_url] = body_hash

    def settle(self, requested_url: str) -> Waiting:
        """Return the row of a page that is at its end, and forget it."""
        waiting = self._rows.pop(requested_url)
        self._body_hashes.pop(requested_url, None)
        self.of_site[waiting.site] -= 1
        return waiting

    def _note(self, waiting: Waiting) -> None:
        self._rows[waiting.url] = waiting
        self.of_site[waiting.site] += 1
