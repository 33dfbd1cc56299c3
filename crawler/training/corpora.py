"""Corpora folders -> training pages, each with what the labeller sees and what is known to be true."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.extraction.alignment import kept_shares
from crawler.extraction.block_model import LABELS
from crawler.extraction.blocks import BlockTree, split_text, split_tree
from crawler.extraction.decode import decode
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.features import PageFeatures, page_features
from crawler.extraction.main_content import find_main_content
from crawler.extraction.metadata import read_metadata
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import parse

TYPED = "typed"
BODY_CORPORA = ("fundus-news", "wcxb-articles")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""The clock of training, so that the same corpora give the same model."""
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class TrainingPage:
    corpus: str
    id: str
    tree: BlockTree
    evidence: PageEvidence
    labels: tuple[int, ...]
    """Number of each block's label in LABELS, UNKNOWN where nobody labelled it."""
    lines: tuple[str, ...]
    """The main content as trafilatura gave it."""
    body: str | None
    """The true body text, for corpora that know no more."""
    site: str | None
    publisher: str | None
    language: str
    """As the corpus says, empty where it does not."""
    features: PageFeatures

    @property
    def key(self) -> str:
        return f"{self.corpus}/{self.id}"


def read_corpus(folder: Path) -> Iterator[TrainingPage]:
    """Yield the pages of one corpus folder in the order of its page list; pages without a block are left out."""
    with (folder / "pages.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            page = _read_page(folder, json.loads(line))
            if page is not None:
                yield page


def _read_page(folder: Path, entry: dict[str, Any]) -> TrainingPage | None:
    path = folder / (entry.get("html") or entry["file"])
    stored = path.read_bytes()
    text = decode(gzip.decompress(stored) if path.suffix == ".gz" else stored).text
    publisher = entry.get("publisher")
    lines: tuple[str, ...] = ()
    if entry.get("kind") == "text":
        tree, evidence = split_text(text), PageEvidence((), plain_text=True)
    else:
        tree, evidence, lines, site_name = read_html(text, entry.get("url"))
        publisher = publisher or site_name
    if not tree.blocks:
        return None
    return TrainingPage(
        corpus=folder.name,
        id=entry["id"],
        tree=tree,
        evidence=evidence,
        labels=_labels(tree, entry.get("blocks") if folder.name == TYPED else None),
        lines=lines,
        body=entry.get("body"),
        site=entry.get("url") or entry.get("site"),
        publisher=publisher,
        language=entry.get("lang") or "",
        features=page_features(tree, evidence),
    )


def read_html(text: str, url: str | None) -> tuple[BlockTree, PageEvidence, tuple[str, ...], str | None]:
    """Return blocks, evidence, the main content's lines and the site's name, as extraction itself finds them."""
    root = parse(text, DEFAULT_OPTIONS)
    tree = split_tree(root)
    main = find_main_content(root, url=url, now=NOW)
    metadata = read_metadata(root, url=url, fallback=main.metadata, link=None, now=NOW)
    evidence = PageEvidence(
        kept=kept_shares(tree.blocks, main.lines),
        titles=metadata.headlines,
        description=metadata.description,
        article_body=metadata.article_body,
        url=url,
    )
    return tree, evidence, main.lines, metadata.site_name


def _labels(tree: BlockTree, gold: list[dict[str, Any]] | None) -> tuple[int, ...]:
    """Return the labels by place; a truncated page has none for its later blocks."""
    numbers = [LABELS.index(block["label"]) for block in gold or ()][: len(tree.blocks)]
    return tuple(numbers) + (UNKNOWN,) * (len(tree.blocks) - len(numbers))
