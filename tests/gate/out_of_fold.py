"""Pages of the corpora, each read by the labeller of its fold, which never saw its site."""

from __future__ import annotations

import gzip
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import crawler
from crawler.extraction import page_labels, read_page
from crawler.extraction.block_model import BlockModel, load_model
from crawler.extraction.blocks import BlockTree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.labeller import BlockScores, score_blocks
from crawler.extraction.labels import label_blocks
from crawler.items import Record, Segment

FOLDS = Path(__file__).with_name("folds")
KEPT_OUT = -1
"""The fold of pages that no model was trained on; the package's own reads them."""
PAGES_A_TASK = 8

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class CorpusPage:
    """One line of a corpus's `pages.jsonl` and the bytes of its document."""

    corpus: str
    truth: dict[str, Any]
    path: Path

    @property
    def key(self) -> str:
        return f"{self.corpus}/{self.truth['id']}"

    @property
    def url(self) -> str | None:
        """The page's address, None where the corpus has a file's name instead."""
        found = str(self.truth.get("url") or "")
        return found if found.startswith(("http://", "https://")) else None

    @property
    def is_plain(self) -> bool:
        return bool(self.truth.get("kind") == "text")

    def body(self) -> bytes:
        stored = self.path.read_bytes()
        return gzip.decompress(stored) if self.path.suffix == ".gz" else stored


@dataclass(slots=True)
class PageReading:
    """A record with what led to it; filled while the page is read."""

    record: Record = field(init=False)
    tree: BlockTree = field(init=False)
    evidence: PageEvidence = field(init=False)
    seconds: float = 0.0
    """CPU of the reading."""


def corpus_pages(folder: Path) -> list[CorpusPage]:
    """Return the pages of a corpus folder in the order of its list."""
    rows = [json.loads(line) for line in (folder / "pages.jsonl").read_text(encoding="utf-8").split("\n") if line]
    return [CorpusPage(folder.name, row, folder / (row.get("html") or row["file"])) for row in rows]


def digest(pages: Sequence[CorpusPage]) -> str:
    """Return a short digest of documents and truth: figures of different pages are not to be compared."""
    found = hashlib.sha256()
    for page in pages:
        found.update(page.path.read_bytes())
        found.update(json.dumps(page.truth, sort_keys=True).encode())
    return found.hexdigest()[:16]


def read_out_of_fold(page: CorpusPage, folds: Path = FOLDS) -> PageReading:
    """Read a page with the model that never saw its site. Raises KeyError for a page without a fold."""
    fold = fold_of_pages(folds)[page.key]
    kind = "text" if page.is_plain else "page"
    return read_with(page, None if fold == KEPT_OUT else fold_model(folds, kind, fold))


def read_with(page: CorpusPage, model: BlockModel | None) -> PageReading:
    """Read a page by a given labeller, the package's own where it is None."""
    reading = PageReading()

    def score(tree: BlockTree, evidence: PageEvidence) -> BlockScores:
        return score_blocks(tree, evidence, model)

    def label(
        tree: BlockTree, evidence: PageEvidence, scores: BlockScores | None = None, **asked: bool
    ) -> tuple[Segment, ...]:
        reading.tree, reading.evidence = tree, evidence
        return label_blocks(tree, evidence, scores or (score(tree, evidence) if tree.blocks else None), **asked)

    body = page.body()
    of_text, of_page = (patch.object(module, "label_blocks", label) for module in (read_page, page_labels))
    with of_text, of_page, patch.object(page_labels, "score_blocks", score):
        started = time.process_time()
        if page.is_plain:
            reading.record = crawler.extract_text(body.decode())
        else:
            reading.record = crawler.extract(body, page.url)
        reading.seconds = time.process_time() - started
    return reading


@cache
def fold_of_pages(folds: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((folds / "folds.json").read_text(encoding="utf-8"))
    return found


@cache
def fold_model(folds: Path, kind: str, fold: int) -> BlockModel:
    return load_model(folds / f"{kind}-{fold}.npz")


def readable(pages: Sequence[CorpusPage], folds: Path) -> list[CorpusPage]:
    """Return the pages that have a fold and the model of it."""
    known = fold_of_pages(folds)
    has_text = (folds / "text-0.npz").exists()
    return [page for page in pages if page.key in known and (has_text or not page.is_plain)]


def map_pages(work: Callable[[CorpusPage], Result], pages: Sequence[CorpusPage], processes: int) -> Iterator[Result]:
    """Yield the results in the order of the pages. What a page raises is raised here."""
    if processes == 1:
        yield from map(work, pages)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, pages, chunksize=PAGES_A_TASK)
