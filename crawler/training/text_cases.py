"""Plain-text training cases from labelled pages: what a text extractor or a reader's copy would deliver.

Four kinds: the main content's blocks followed by a run of what stands below the article, in the page's order; the
article followed by boxes of other pages of the same fold and language; the article with such boxes between its lines;
and a few whole pages line by line.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from crawler.extraction.alignment import KEPT
from crawler.extraction.block_model import LABELS, TEXT_COUNT
from crawler.extraction.blocks import split_text
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.features import page_features
from crawler.items import BlockKind, Label
from crawler.training.corpora import UNKNOWN, TrainingPage

OWN_CASES = 2
BOX_CASES = 2
AMONG_CASES = 1
WHOLE_PAGE_SHARE = 0.2
MAX_CHAFF = 20
"""Blocks in a row after the article."""
MAX_BOXES = 6
MAX_BOX = 12
MAX_AMONG = 3
MAX_BOX_AMONG = 6
"""Boxes between the lines of an article, and lines of one."""
LONG_WORDS = 15
BULLET_SHARE = 0.4
"""All chosen, not measured: the shape of texts that users bring."""

BOX_LABELS = (
    *(Label.ADVERTISEMENT, Label.JOB_LISTING, Label.COMMENT_POLICY, Label.SUBSCRIPTION) * 3,
    *(Label.RELATED, Label.AUTHOR_BIO, Label.NAVIGATION) * 2,
    *(Label.COMMENT, Label.SHARING, Label.LEGAL, Label.OTHER),
)
"""Labels of the boxes that are added, each as often as it is drawn."""

_NAVIGATION = LABELS.index(Label.NAVIGATION)

Line = tuple[str, int]
"""Text and number of its label."""


@dataclass(frozen=True, slots=True)
class BoxPool:
    """Runs of blocks of one label, by fold, language and label; by fold and label under the language ``."""

    boxes: dict[tuple[int, str, Label], list[list[str]]]

    def draw(self, fold: int, language: str, draw: random.Random) -> list[Line]:
        label = draw.choice(BOX_LABELS)
        found = self.boxes.get((fold, language, label)) or self.boxes.get((fold, "", label)) or []
        if draw.random() < 0.5:
            found = [box for box in found if any(len(text.split()) >= LONG_WORDS for text in box)] or found
        box = draw.choice(found) if found else []
        mark = "- " if draw.random() < BULLET_SHARE else ""
        return [(mark + text, LABELS.index(label)) for text in box]


def text_cases(pages: Sequence[TrainingPage], folds: Sequence[int]) -> Iterator[TrainingPage]:
    """Yield plain-text pages with the id of their source; the same pages give the same cases."""
    pool = _gather_boxes(pages, folds)
    for page, fold in zip(pages, folds, strict=True):
        draw = random.Random(page.id)  # noqa: S311 - repeatable, not secret
        if page.evidence.plain_text:
            yield page
            continue
        if UNKNOWN in page.labels or not any(number < TEXT_COUNT for number in page.labels):
            continue
        for _ in range(OWN_CASES):
            yield _case(page, _own_lines(page, draw))
        for _ in range(BOX_CASES):
            boxes = [pool.draw(fold, page.language, draw) for _ in range(draw.randint(1, MAX_BOXES))]
            yield _case(page, [*_article(page, draw, 0.5), *(line for box in boxes for line in box)])
        for _ in range(AMONG_CASES):
            yield _case(page, _among(page, fold, pool, draw))
        if draw.random() < WHOLE_PAGE_SHARE:
            yield _case(page, _lines(page, range(len(page.labels)), draw))


def _gather_boxes(pages: Sequence[TrainingPage], folds: Sequence[int]) -> BoxPool:
    boxes: dict[tuple[int, str, Label], list[list[str]]] = defaultdict(list)
    for page, fold in zip(pages, folds, strict=True):
        numbered = zip(page.labels, page.tree.blocks, strict=True)
        for number, run in groupby(numbered, key=lambda pair: pair[0]):
            texts = [block.text for _, block in run][:MAX_BOX]
            if number >= TEXT_COUNT and not page.evidence.plain_text:
                boxes[fold, page.language, LABELS[number]].append(texts)
                boxes[fold, "", LABELS[number]].append(texts)
    return BoxPool(boxes)


def _own_lines(page: TrainingPage, draw: random.Random) -> list[Line]:
    """Return the article with what the main content wrongly kept, and a run of what stands below it."""
    last = max(i for i, number in enumerate(page.labels) if number < TEXT_COUNT)
    below = [i for i in range(last + 1, len(page.labels)) if page.labels[i] != _NAVIGATION or draw.random() < 0.3]
    start = draw.randrange(max(len(below) // 2, 1)) if draw.random() < 0.5 else 0
    return _article(page, draw, 0.9) + _lines(page, below[start : start + draw.randint(0, MAX_CHAFF)], draw)


def _article(page: TrainingPage, draw: random.Random, chaff_share: float) -> list[Line]:
    """Return the text blocks; with `chaff_share` also what else the main content kept above and between them."""
    text = [i for i, number in enumerate(page.labels) if number < TEXT_COUNT]
    with_chaff, headed = draw.random() < chaff_share, draw.random() < 0.5
    chosen = [
        i
        for i in range(0 if headed else text[0], text[-1] + 1)
        if page.labels[i] < TEXT_COUNT or (with_chaff and page.evidence.kept[i] > KEPT)
    ]
    return _lines(page, chosen, draw)


def _among(page: TrainingPage, fold: int, pool: BoxPool, draw: random.Random) -> list[Line]:
    """Return the article with boxes between its lines, and mostly one more below it."""
    lines = _article(page, draw, 0.5)
    below = pool.draw(fold, page.language, draw) if draw.random() < 0.7 else []
    for _ in range(draw.randint(1, MAX_AMONG)):
        at = draw.randint(1, max(1, len(lines) - 1))
        lines[at:at] = pool.draw(fold, page.language, draw)[:MAX_BOX_AMONG]
    return lines + below


def _lines(page: TrainingPage, chosen: Sequence[int], draw: random.Random) -> list[Line]:
    bullets = draw.random() < BULLET_SHARE
    blocks = page.tree.blocks
    marks = ["- " if bullets and blocks[i].kind is BlockKind.LIST_ITEM else "" for i in chosen]
    return [(mark + blocks[i].text, page.labels[i]) for mark, i in zip(marks, chosen, strict=True)]


def _case(page: TrainingPage, lines: Sequence[Line]) -> TrainingPage:
    tree = split_text("\n".join(text for text, _ in lines))
    evidence = PageEvidence((), plain_text=True)
    labels = tuple(number for _, number in lines)
    return replace(page, tree=tree, evidence=evidence, labels=labels, lines=(), features=page_features(tree, evidence))
