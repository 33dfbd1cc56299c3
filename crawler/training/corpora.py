"""Corpora folders -> training pages, each with what the labeller sees and what is known to be true."""

from __future__ import annotations

import gzip
import json
from collections.abc import Container, Iterator
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
from crawler.training.annotations import Annotation, read_annotations
from crawler.training.labelled_texts import labels_of

TYPED = "typed"
BODY_CORPORA = ("fundus-news", "wcxb-articles")
SNIPPETS = "trafilatura-eval"
CORPORA = (TYPED, *BODY_CORPORA, SNIPPETS)
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
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    """Snippets that must appear in the text, and that must not."""

    @property
    def key(self) -> str:
        return f"{self.corpus}/{self.id}"


def read_corpus(folder: Path) -> Iterator[TrainingPage]:
    """Yield the pages of one corpus folder in the order of its page list; pages without a block are left out.

    Raises ValueError for an annotated page whose blocks have changed.
    """
    annotations = read_annotations()
    for entry in _entries(folder):
        page = _read_page(folder, entry, annotations.get(f"{folder.name}/{entry['id']}"))
        if page is not None:
            yield page


def read_trees(corpora: Path, wanted: Container[str]) -> Iterator[tuple[str, BlockTree]]:
    """Yield key and blocks of the HTML pages whose key is wanted."""
    for folder in map(corpora.joinpath, CORPORA):
        for entry in _entries(folder):
            key = f"{folder.name}/{entry['id']}"
            if key in wanted and entry.get("kind") != "text":
                yield key, split_tree(parse(_text_of(folder, entry), DEFAULT_OPTIONS))


def _entries(folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / "pages.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _text_of(folder: Path, entry: dict[str, Any]) -> str:
    path = folder / (entry.get("html") or entry["file"])
    stored = path.read_bytes()
    return decode(gzip.decompress(stored) if path.suffix == ".gz" else stored).text


def _read_page(folder: Path, entry: dict[str, Any], annotation: Annotation | None) -> TrainingPage | None:
    text = _text_of(folder, entry)
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
        labels=annotation.labels(tree) if annotation else _labels(tree, entry, folder.name),
        lines=lines,
        body=entry.get("body"),
        present=tuple(entry.get("with") or ()) if folder.name == SNIPPETS else (),
        absent=tuple(entry.get("without") or ()) if folder.name == SNIPPETS else (),
        site=entry.get("url") or entry.get("site"),
        publisher=publisher,
        language=entry.get("lang") or "",
        features=page_features(tree, evidence),
    )


def read_html(text: str, url: str | None) -> tuple[BlockTree, PageEvidence, tuple[str, ...], str | None]:
    """Return blocks, evidence, the main content's lines and the site's name, as extraction itself finds them."""
    root = parse(text, DEFAULT_OPTIONS)
    tree = split_tree(root)
    lines = find_main_content(root, url=url)
    metadata = read_metadata(root, url=url, link=None, now=NOW)
    evidence = PageEvidence(
        kept=kept_shares(tree.blocks, lines),
        titles=metadata.headlines,
        description=metadata.description,
        article_body=metadata.article_body,
        url=url,
    )
    return tree, evidence, lines, metadata.site_name


def _labels(tree: BlockTree, entry: dict[str, Any], corpus: str) -> tuple[int, ...]:
    """Return the labels of the blocks; a truncated page has none for its later ones. Without texts they go by place."""
    gold = entry.get("blocks") or () if corpus == TYPED else ()
    texts = [block.text for block in tree.blocks]
    numbers = [LABELS.index(block["label"]) for block in gold]
    named = [block.get("text", "".join(texts[place : place + 1])) for place, block in enumerate(gold)]
    return labels_of(list(zip(named, numbers, strict=True)), texts, UNKNOWN)
