"""What a run knows of its sites, and the pages that are held until enough is known of theirs."""

from __future__ import annotations

import logging
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from crawler.items import Page, Record
from crawler.site_memory.lessons import is_trusted
from crawler.site_memory.memory import SiteMemory, empty_memory, remember
from crawler.site_memory.storage import from_bytes, observation_from_bytes, to_bytes

logger = logging.getLogger(__name__)

FAST = 1


@dataclass(frozen=True, slots=True)
class LearningOptions:
    enough: int = 8
    """Articles from which a site's pages are not held. A text must stand on three others to be evidence; with five
    articles leaked blocks are down to a third, and fall little further, with eight the labels hang less on the order in
    which pages come (decision 0070). What is held is read twice."""
    held_bytes: int = 64_000_000
    """Of all pages that are held, compressed; above it the pages of the first site go on with what is known."""
    held_pages: int = 12
    """Of one site: pages from which none of it is held any more in this run. Copies teach nothing, and what is held
    counts as under way: with three of four of the 16 that may be, the next are still asked for."""
    memories: int = 64
    """Sites whose memory is at hand; those of others are bytes. Chosen."""
    unsaved_articles: int = 32
    """Readings that taught something after which a memory is saved: what a kill costs is learned anew. Chosen."""


DEFAULT_OPTIONS = LearningOptions()


@dataclass(frozen=True, slots=True)
class HeldPage:
    """A page that was read once without enough knowledge of its site."""

    page: Page
    """Its body is compressed."""
    record: Record
    """As it was read then."""

    @property
    def size(self) -> int:
        first = self.record.first_reading
        return len(self.page.body) + 3 * len(self.record.text) + (len(first.probabilities) if first else 0)

    def again(self) -> Page:
        """Return the page with its first reading, so that the labeller need not be asked again."""
        body = zlib.decompress(self.page.body)
        return replace(self.page, body=body, first_reading=self.record.first_reading)


@dataclass(slots=True)
class _Known:
    memory: SiteMemory
    saved: int = 0
    """Its revision when it was last saved; -1: not as it is."""
    revision: int = 0
    """Times that it changed since it is at hand."""
    snapshot: bytes = b""
    snapshot_revision: int = -1


class SiteLearning:
    """Call it from one thread. `load` returns what the state has of a site."""

    def __init__(
        self, load: Callable[[str], bytes | None], labels: int, options: LearningOptions = DEFAULT_OPTIONS
    ) -> None:
        self.options = options
        self.held_bytes = 0
        self.changes: dict[str, str] = {}
        """Site -> day, as YYYY-MM-DD, on which its template was found changed in this run."""
        self._load = load
        self._labels = labels
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._articles: dict[str, float] = {}
        """Of the sites asked for in this run, also of those that are not at hand: it is asked after every page."""
        self._unsaved: dict[str, bytes] = {}
        """Memories that are not at hand any more."""
        self._held: OrderedDict[str, list[HeldPage]] = OrderedDict()

    def snapshot(self, site: str) -> bytes:
        """Return the site's memory for a worker; for a well-known site it may be a few articles old."""
        known = self._site(site)
        behind = known.revision - known.snapshot_revision
        if known.snapshot_revision < 0 or behind > known.memory.serial // 16:
            known.snapshot, known.snapshot_revision = to_bytes(known.memory), known.revision
        return known.snapshot

    def articles(self, site: str) -> float:
        if site not in self._articles:
            self._site(site)
        return self._articles[site]

    def is_thin(self, site: str) -> bool:
        return self.articles(site) < self.options.enough

    def learn(self, site: str, observation: bytes | None) -> None:
        """Add what a page of the site gave; an article that was counted is not counted again."""
        if observation is None:
            return
        known = self._site(site)
        before = known.memory.template
        memory = remember(known.memory, observation_from_bytes(observation))
        known.revision += memory is not known.memory
        known.memory, self._articles[site] = memory, memory.articles
        after = known.memory.template
        if (is_trusted(before), before.version) != (is_trusted(after), after.version):
            known.snapshot_revision = -1  # the next page is to know it
        if before.version != after.version:
            self.changes[site] = after.since
            logger.warning("the template of %s changed on %s: its pages are read in full again", site, after.since)

    def hold(self, site: str, page: Page, record: Record) -> None:
        held = HeldPage(replace(page, body=zlib.compress(page.body, FAST), site_memory=None), record)
        self._held.setdefault(site, []).append(held)
        self.held_bytes += held.size

    def held(self, site: str) -> int:
        return len(self._held.get(site, ()))

    @property
    def sites_with_held(self) -> list[str]:
        """The sites of which pages are held, the one that began first in front."""
        return list(self._held)

    @property
    def is_full(self) -> bool:
        return self.held_bytes > self.options.held_bytes

    def release(self, site: str) -> list[HeldPage]:
        """Return the held pages of the site; they are held no more."""
        released = self._held.pop(site, [])
        self.held_bytes -= sum(held.size for held in released)
        return released

    def due(self) -> dict[str, bytes]:
        """Return the memories that are to be saved now, as if they were saved then."""
        return self._take(self.options.unsaved_articles)

    def unsaved(self) -> dict[str, bytes]:
        """Return all memories that changed since they were saved."""
        return self._take(1)

    def let_go(self, site: str) -> bytes | None:
        """Return the site's memory where it changed since it was saved; asked for again, it is loaded anew."""
        known = self._known.pop(site, None)
        self._articles.pop(site, None)
        if known is None or known.revision == known.saved:
            return self._unsaved.pop(site, None)
        return to_bytes(known.memory)

    def _read(self, stored: bytes | None) -> SiteMemory:
        """Return the memory; an empty one for what another version wrote: it is learned anew."""
        try:
            memory = empty_memory(self._labels) if stored is None else from_bytes(stored)
        except ValueError:
            memory = empty_memory(self._labels)
        return memory if memory.sums.shape[1] == self._labels else empty_memory(self._labels)

    def _take(self, articles: int) -> dict[str, bytes]:
        taken, self._unsaved = self._unsaved, {}
        for site, known in self._known.items():
            if known.revision - known.saved >= articles:
                taken[site] = to_bytes(known.memory)
                known.saved = known.revision
        return taken

    def _site(self, site: str) -> _Known:
        known = self._known.get(site)
        if known is None:
            stored = self._unsaved.pop(site, None)
            unsaved = stored is not None
            stored = stored if stored is not None else self._load(site)
            memory = self._read(stored)
            known = self._known[site] = _Known(memory, saved=-1 if unsaved else 0)
            self._articles[site] = memory.articles
        self._known.move_to_end(site)
        while len(self._known) > self.options.memories:
            name, old = self._known.popitem(last=False)
            if old.revision != old.saved:
                self._unsaved[name] = to_bytes(old.memory)
        return known
