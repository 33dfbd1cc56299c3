"""What one page teaches the template of its site, and how a template notices that it does not hold any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from crawler.site_memory.fingerprints import Fingerprints
from crawler.site_memory.template import Floats, Numbers, PlaceExample, Template

TRUSTED_AFTER = 5
"""Checked pages in a row that must agree before a template is asked. Chosen."""
CHECKED = 10
"""Of so many articles one is read in full and held against the template; which one, its id says, so that the order of
pages does not matter. Chosen."""
FOREIGN_PAGES = 3
"""Pages in a row of another template from which the site's has changed. Chosen: one may be of a rare kind."""
MAX_PAGES = 64.0
"""Weight of a row's pages from which it is halved, so that old pages fade. Chosen."""
MAX_ROWS = 800
"""Rows kept, those of the most pages. Template sites have 70 to 770 after 40 pages (measured)."""
MAX_EXAMPLES = 12
MAX_CHANGES = 5


class Outcome(StrEnum):
    """What became of a page, as far as the template is concerned."""

    ANSWERED = "answered"
    """It was labelled by the template."""
    AGREED = "agreed"
    """It was read in full, and the template would have said the same."""
    DISAGREED = "disagreed"
    DOUBTFUL = "doubtful"
    """It was read in full; the template would have had no answer."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Of one page; without rows where the template itself labelled it."""

    outcome: Outcome
    is_foreign: bool
    keys: Fingerprints
    """One row a distinct key, ascending."""
    labels: Floats
    """keys x labels: blocks with that label."""
    quality: float
    """Estimated, 0 to 1; 0 where nothing was."""
    day: str
    """On which the page was read, as YYYY-MM-DD."""
    examples: tuple[PlaceExample, ...] = ()


def is_trusted(template: Template) -> bool:
    return template.agreed >= TRUSTED_AFTER


def is_checked(article: int) -> bool:
    """Whether the article of this fingerprint is read in full though the template is trusted."""
    return article % CHECKED == 0


def lesson_rows(keys: Fingerprints, labels: Numbers, label_count: int) -> tuple[Fingerprints, Floats]:
    """Return distinct keys and how many of the page's blocks had which label, from one key and label a block."""
    distinct, row = np.unique(keys, return_inverse=True)
    counts = np.zeros((len(distinct), label_count), np.float32)
    np.add.at(counts, (row, labels), 1)
    return distinct, counts


def teach(template: Template, lesson: Lesson) -> Template:
    """Return the template with what one more page taught, or a new version of it, begun with this page."""
    if lesson.outcome is Outcome.ANSWERED:
        return replace(template, foreign=0)
    foreign = template.foreign + 1 if lesson.is_foreign else 0
    if template.is_settled and foreign >= FOREIGN_PAGES:
        return _begun_anew(template, lesson)
    agreed = template.agreed
    if lesson.outcome is Outcome.AGREED:
        agreed += 1
    elif lesson.outcome is Outcome.DISAGREED:
        agreed = 0
        template = _faded(template)  # what comes from now on counts more
    taught = _with_rows(template, lesson)
    return replace(
        taught,
        agreed=min(agreed, TRUSTED_AFTER),
        is_settled=template.is_settled or agreed >= TRUSTED_AFTER,
        foreign=foreign,
        since=template.since or lesson.day,
        quality=_mean_quality(template, lesson),
        examples=_examples((*template.examples, *lesson.examples), taught),
    )


def _begun_anew(template: Template, lesson: Lesson) -> Template:
    pages = np.ones(len(lesson.keys), np.float32)
    seen = np.zeros(len(lesson.keys), np.uint32)
    return Template(
        lesson.keys,
        pages,
        lesson.labels,
        seen,
        version=template.version + 1,
        since=lesson.day,
        changes=(*template.changes, lesson.day)[-MAX_CHANGES:],
        quality=lesson.quality,
        examples=lesson.examples[:MAX_EXAMPLES],
    )


def _with_rows(template: Template, lesson: Lesson) -> Template:
    keys = np.union1d(template.keys, lesson.keys)
    old, new = np.searchsorted(keys, template.keys), np.searchsorted(keys, lesson.keys)
    pages, seen = np.zeros(len(keys), np.float32), np.zeros(len(keys), np.uint32)
    labels = np.zeros((len(keys), lesson.labels.shape[1]), np.float32)
    pages[old], labels[old], seen[old] = template.pages, template.labels, template.seen
    pages[new] += 1
    labels[new] += lesson.labels
    lessons = template.lessons + 1
    seen[new] = lessons
    heavy = pages > MAX_PAGES
    pages[heavy] /= 2
    labels[heavy] /= 2
    kept = np.arange(len(keys))
    if len(keys) > MAX_ROWS:
        kept = np.sort(np.lexsort((keys, seen, np.round(pages, 3)))[-MAX_ROWS:])
    return replace(template, keys=keys[kept], pages=pages[kept], labels=labels[kept], seen=seen[kept], lessons=lessons)


def _faded(template: Template) -> Template:
    half = np.float32(0.5)
    return replace(template, pages=template.pages * half, labels=template.labels * half)


def _mean_quality(template: Template, lesson: Lesson) -> float:
    """Return the mean in which the last pages count most."""
    if not lesson.quality:
        return template.quality
    weight = 1 / min(template.lessons + 1, CHECKED)
    return template.quality + weight * (lesson.quality - template.quality) if template.quality else lesson.quality


def _examples(told: Iterable[PlaceExample], template: Template) -> tuple[PlaceExample, ...]:
    """Return those examples whose places the most pages have."""
    selectors = {example.key: example.selector for example in told}
    pages = dict.fromkeys(selectors, 0.0)
    wanted = np.array(sorted(selectors), np.uint64)
    if len(wanted) and len(template.keys):
        at = np.minimum(np.searchsorted(template.keys, wanted), len(template.keys) - 1)
        found = np.where(template.keys[at] == wanted, template.pages[at], 0)
        pages = dict(zip(wanted.tolist(), found.tolist(), strict=True))
    kept = sorted((key for key in selectors if pages[key] > 0), key=lambda key: (-pages[key], key))[:MAX_EXAMPLES]
    return tuple(PlaceExample(key, selectors[key]) for key in kept)
