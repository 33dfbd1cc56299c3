"""What a page's reading takes from its site's memory, and what it gives to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from crawler.items import Block, Container
from crawler.site_memory.evidence import Evidence, weigh
from crawler.site_memory.fingerprints import PagePrints, page_prints
from crawler.site_memory.lessons import is_checked, is_trusted
from crawler.site_memory.memory import Example, Floats, Observation, SiteMemory, observe_page
from crawler.site_memory.second_stage import SecondStage, adjust, shipped_stage
from crawler.site_memory.storage import from_bytes, observation_to_bytes
from crawler.site_memory.template_reading import LEAST_ARTICLES, TemplateReading, read_by_template

OFTEN = 0.3
LEAST_OFTEN = 2.0
"""Share of the site's other articles, and number of them, from which a text is said to repeat. Chosen."""
EXAMPLES = 4
EXAMPLE_CHARS = 100
MIN_EXAMPLE_CHARS = 12
"""Texts of one page that are told as examples, and their length. Chosen."""
TEXT_COUNT = 3
"""The labels of the text come first."""
PLACE_REASON = "other pages of this site have the like at this place"


@dataclass(frozen=True, slots=True)
class Recalled:
    before: Floats
    """Probabilities of the first stage, blocks x labels."""
    probabilities: Floats
    """Of both stages."""
    seen: Observation
    evidence: Evidence

    def repetition(self, block: int) -> str | None:
        """Say on how many articles the block's text stands; None where that is no evidence."""
        count, others = float(self.evidence.counts[block]), self.evidence.others
        if count < max(LEAST_OFTEN, OFTEN * others):
            return None
        return f"stands on {round(count)} of {max(round(others), round(count))} other pages of this site"

    def reason(self, block: int, label: int, reason: str) -> str:
        """Return the reason with what the site says of the block, if that spoke for its label."""
        gained = self.probabilities[block, label] > self.before[block, label]
        told = self.repetition(block) if label >= TEXT_COUNT else None
        if told is None and gained and self.before[block].argmax() != label:
            told = PLACE_REASON
        return "; ".join(part for part in (told, reason) if part)


class SiteReading:
    """The reading of one page that knows its site. `recalled` is None until the page's blocks were labelled in full."""

    def __init__(self, memory: SiteMemory, article_id: str, day: str = "", stage: SecondStage | None = None) -> None:
        """`day` is that of the reading, as YYYY-MM-DD; `stage` replaces the one of the package."""
        self.memory = memory
        self.article_id = article_id
        self.day = day
        self.stage = stage
        self.recalled: Recalled | None = None
        self.page_reasons: dict[int, str] = {}
        """Number of the block -> its reason in the page itself, without what the site says."""
        self._prints: PagePrints | None = None
        self._template: TemplateReading | None = None

    def by_template(
        self, blocks: Sequence[Block], containers: Sequence[Container], headlines: Iterable[str]
    ) -> TemplateReading | None:
        """Return what the site's template says of the page; None where the page is to be read in full.

        That is so while the template is not trusted, where a block stands at a place that it does not know for sure,
        and for every tenth article, against which the template is held.
        """
        reading = self.hold_against_template(blocks, containers, headlines)
        is_asked = is_trusted(self.memory.template) and not is_checked(reading.prints.article)
        reading.is_answer = is_asked and reading.answer.doubt is None
        return reading if reading.is_answer else None

    def hold_against_template(
        self, blocks: Sequence[Block], containers: Sequence[Container], headlines: Iterable[str]
    ) -> TemplateReading:
        """Return what the template says, only to be compared with what the page is read as."""
        prints = self._page_prints(blocks, containers, headlines)
        self._template = read_by_template(self.memory, prints, blocks, containers)
        return self._template

    def recall(
        self, blocks: Sequence[Block], containers: Sequence[Container], headlines: Iterable[str], probabilities: Floats
    ) -> Floats:
        """Return the probabilities with the site's evidence weighed in; keep what the page adds to the memory."""
        prints = self._page_prints(blocks, containers, headlines)
        seen = observe_page(self.memory, prints, probabilities)
        evidence = weigh(self.memory, prints, blocks, probabilities, seen)
        adjusted = adjust(self.stage or shipped_stage(), probabilities, evidence)
        told = _examples(self.memory, prints, blocks, evidence)
        self.recalled = Recalled(probabilities, adjusted, replace(seen, examples=told), evidence)
        return adjusted

    def reasons(self, chosen: Sequence[int], reasons: Mapping[int, str]) -> dict[int, str]:
        """Return the reasons, by the number of the block, with what the site says of each."""
        self.page_reasons = dict(reasons)
        if self.recalled is None:
            return dict(reasons)
        return {block: self.recalled.reason(block, chosen[block], reason) for block, reason in reasons.items()}

    def observation(self, labels: Sequence[int], quality: float | None, *, teaches: bool = True) -> bytes | None:
        """Return what the page adds to the memory, None for a page without blocks or a copy of an article.

        `labels` are the numbers of the labels that its blocks have in the end, `quality` is its estimate; `teaches`
        says whether the template learns from it, which it does once from each reading that counts.
        """
        if self._template is not None and self._template.is_answer:
            own = self._template.observation(labels, self.day)
            return None if own is None else observation_to_bytes(own)
        if self.recalled is None or self.recalled.evidence.is_copy:
            return None
        seen = self.recalled.seen
        if teaches and self._template is not None and self.recalled.evidence.others >= LEAST_ARTICLES:
            seen = replace(seen, lesson=self._template.lesson(labels, quality, self.day))
        return observation_to_bytes(seen)

    def _page_prints(
        self, blocks: Sequence[Block], containers: Sequence[Container], headlines: Iterable[str]
    ) -> PagePrints:
        if self._prints is None:
            self._prints = page_prints(blocks, containers, headlines, self.article_id)
        return self._prints


def site_reading(stored: bytes | None, article_id: str, day: str) -> SiteReading | None:
    """Return the reading with the memory of these bytes; None where there are none."""
    return None if stored is None else SiteReading(from_bytes(stored), article_id, day)


def _examples(
    memory: SiteMemory, prints: PagePrints, blocks: Sequence[Block], evidence: Evidence
) -> tuple[Example, ...]:
    """Return a few repeating texts that the memory has no example of, the most frequent and longest first."""
    known = {example.key for example in memory.examples}
    often = np.flatnonzero(evidence.counts >= max(LEAST_OFTEN, OFTEN * evidence.others)).tolist()
    fresh = {
        int(prints.near[i]): blocks[i].text[:EXAMPLE_CHARS]
        for i in sorted(often, key=lambda i: (-len(blocks[i].text), i))
        if len(blocks[i].text) >= MIN_EXAMPLE_CHARS and int(prints.near[i]) not in known
    }
    return tuple(Example(key, text) for key, text in list(fresh.items())[:EXAMPLES])
