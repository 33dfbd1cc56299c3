"""What a run knows of its sites, and how that gets into the state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crawler.items import Label, Page, Record
from crawler.pipelines.in_flight import PagesInFlight
from crawler.site_knowledge import SiteKnowledge
from crawler.site_learning import SiteLearning
from crawler.state.protocol import Store


class RunKnowledge:
    """Where pages are read alone it knows nothing, holds nothing and has nothing to save."""

    def __init__(self, store: Store, in_flight: PagesInFlight, *, is_wanted: bool) -> None:
        self._store = store
        self._in_flight = in_flight
        learning = SiteLearning(store.site_memory, len(Label))
        self.sites = SiteKnowledge(learning, in_flight.of_site) if is_wanted else None
        """None where pages are read alone."""

    def read_alone(self) -> None:
        """Hold no page of this run: nobody would send it again."""
        self.sites = None

    @property
    def template_changes(self) -> Mapping[str, str]:
        """Site -> day on which its template was found changed."""
        return {} if self.sites is None else self.sites.learning.changes

    def site_ended(self, site: str) -> None:
        """Note that no further page of the site is asked for."""
        if self.sites is not None:
            self.sites.site_ended(site)

    def going_on(self) -> Iterator[Page | Record]:
        """Yield the held pages that are to go through the pipelines now."""
        if self.sites is not None:
            yield from self.sites.due()

    def expects_more(self) -> bool:
        """Whether a page is held or may come to be held."""
        return self.sites is not None and self.sites.expects()

    def left_over(self) -> Iterator[Record]:
        """Yield what is still held when the run ends, as it was read."""
        if self.sites is not None:
            yield from self.sites.left_over()

    def let_go(self, site: str) -> None:
        """Save what was learned of a site once nothing of it is under way: another worker may have it next.

        Of one that another has taken over it is dropped. Raises OutputError.
        """
        if self.sites is None:
            return
        is_lost = self._store.turns.is_lost(site)
        if is_lost or not self._in_flight.of_site[site]:
            stored = self.sites.learning.let_go(site)
            if stored is not None and not is_lost:
                self._store.keep_site_memories({site: stored})

    def unsaved(self) -> Mapping[str, bytes]:
        """Return the memories that are to be saved by now."""
        return {} if self.sites is None else self.sites.unsaved(at_end=False)

    def save(self) -> None:
        """Save all that is not saved, at the end of the run. Raises OutputError."""
        memories = {} if self.sites is None else self.sites.unsaved(at_end=True)
        if memories:
            self._store.keep_site_memories(memories)
