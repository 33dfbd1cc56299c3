"""Pages of a crawl are read with what is known of their site; those of a little-known site wait for their fellows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from crawler.items import Page, Record
from crawler.site_learning import HeldPage, SiteLearning


class SiteKnowledge:
    """Says with what a page is read, whether it is held, and when it goes on. A held page is read a second time.

    Nothing that is held is durable: after a kill its URLs wait in the ledger as those of any page that was on its way.
    """

    def __init__(self, learning: SiteLearning, in_flight_of_site: Counter[str]) -> None:
        """`in_flight_of_site` counts the pages under way, the held ones among them."""
        self.learning = learning
        self.in_flight_of_site = in_flight_of_site
        self._going_on: set[str] = set()
        """URLs of pages that are read for the second time."""
        self._ended: set[str] = set()
        self._given_up: set[str] = set()
        """Sites that taught too little in many pages: theirs are held no more."""

    def informed(self, page: Page, site: str) -> Page:
        """Return the page with the memory of its site."""
        return replace(page, site_memory=self.learning.snapshot(site), is_held=self.learning.is_thin(site))

    def learned(self, page: Page, record: Record, site: str, *, was_thin: bool) -> str:
        """Take in what a page gave; return what becomes of it: `done`, `again` or `held`."""
        self.learning.learn(site, record.site_observation)
        url = page.requested_url or page.url or ""
        if not was_thin or url in self._going_on or record.plain_text or site in self._given_up:
            self._going_on.discard(url)
            return "done"
        if not self.learning.is_thin(site):
            self._going_on.add(url)
            return "again"
        self.learning.hold(site, page, record)
        return "held"

    def unread(self, page: Page) -> None:
        """Note that a page gave no record."""
        self._going_on.discard(page.requested_url or page.url or "")

    def site_ended(self, site: str) -> None:
        """Note that no further page of the site is to come in this run."""
        self._ended.add(site)

    def due(self) -> Iterator[Page | Record]:
        """Yield the held pages that go on now: enough is known of their site, or all its pages are here, or too much
        is held, of it or in all. Where no other page of the site was seen, the record as it was read.
        """
        for site in self.learning.sites_with_held:
            is_whole = site in self._ended and self.in_flight_of_site[site] <= self.learning.held(site)
            if self.learning.held(site) >= self.learning.options.held_pages:
                self._given_up.add(site)
            if is_whole or self.learning.is_full or site in self._given_up or not self.learning.is_thin(site):
                is_alone = self.learning.articles(site) <= 1
                for held in self.learning.release(site):
                    yield held.record if is_alone else self._again(held)

    def expects(self) -> bool:
        """Whether pages are held, or may be."""
        under_way = (site for site, count in self.in_flight_of_site.items() if count > 0)
        return bool(self.learning.sites_with_held) or any(
            self.learning.is_thin(site) and site not in self._given_up for site in under_way
        )

    def left_over(self) -> Iterator[Record]:
        """Yield what is still held when the run is stopped, as it was read."""
        for site in self.learning.sites_with_held:
            for held in self.learning.release(site):
                yield held.record

    def unsaved(self, *, at_end: bool) -> Mapping[str, bytes]:
        """Return the memories to save."""
        return self.learning.unsaved() if at_end else self.learning.due()

    def _again(self, held: HeldPage) -> Page:
        page = held.again()
        self._going_on.add(page.requested_url or page.url or "")
        return page
