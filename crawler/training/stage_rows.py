"""What the second stage learns from: blocks of sites' pages, each with what a memory of its site says of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crawler.extraction.blas_threads import one_thread
from crawler.extraction.block_model import (
    LABELS,
    TEXT_COUNT,
    TEXT_SHARE,
    BlockModel,
    Floats,
    load_model,
    read_page_features,
    text_shares,
)
from crawler.extraction.blocks import BlockTree
from crawler.extraction.decode import decode
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.features import page_features
from crawler.extraction.labeller import weighed_probabilities
from crawler.extraction.second_opinion import with_second_opinion
from crawler.items import Label
from crawler.site_memory.evidence import weigh
from crawler.site_memory.fingerprints import PagePrints, fingerprint, page_prints
from crawler.site_memory.memory import empty_memory, observe_page, remember
from crawler.site_memory.second_stage import log_probabilities
from crawler.training.corpora import read_html
from crawler.training.options import StageOptions

Indexes = NDArray[np.int64]
SUBHEADING = LABELS.index(Label.SUBHEADING)


@dataclass(frozen=True, slots=True)
class SitePage:
    site: str
    id: str
    tree: BlockTree
    evidence: PageEvidence
    prints: PagePrints
    probabilities: Floats
    labels: Indexes
    body: str


@dataclass(frozen=True, slots=True)
class Rows:
    logs: Floats
    columns: Floats
    labels: Indexes
    weights: Floats
    keep: Floats
    """1 for true text that the first stage has as text."""


def read_blocks(tree: BlockTree, evidence: PageEvidence, model: BlockModel) -> tuple[PageEvidence, Floats]:
    """Return the evidence that is used of a page whose main content is at hand, and its blocks' probabilities."""
    with one_thread():
        features = page_features(tree, evidence)
        read = read_page_features(model, features).probabilities
    kept = evidence.kept
    evidence = with_second_opinion(evidence, tree.blocks, read, lambda: kept)
    return evidence, weighed_probabilities(read, evidence, tree, features)


def read_sites(folder: Path, fold_models: Path) -> dict[str, list[SitePage]]:
    """Return the pages of each site, labelled by the model of the fold of the site's template."""
    folds = json.loads((fold_models / "folds.json").read_text(encoding="utf-8"))
    models = {fold: load_model(fold_models / f"page-{fold}.npz") for fold in set(folds.values()) if fold >= 0}
    sites: dict[str, list[SitePage]] = {}
    for line in (folder / "pages.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
        entry = json.loads(line)
        document = decode(gzip.decompress((folder / entry["html"]).read_bytes()))
        tree, evidence, _, _ = read_html(document.text, entry["url"])
        evidence, probabilities = read_blocks(tree, evidence, models[folds[f"typed/{entry['template']}"]])
        page = SitePage(
            site=entry["site"],
            id=entry["id"],
            tree=tree,
            evidence=evidence,
            prints=page_prints(tree.blocks, tree.containers, evidence.titles, entry["id"]),
            probabilities=probabilities,
            labels=np.array([LABELS.index(label) for label, _ in entry["blocks"]]),
            body=entry["body"],
        )
        sites.setdefault(page.site, []).append(page)
    return sites


def with_recurring_lines(pages: Sequence[SitePage], seed: int, options: StageOptions) -> list[SitePage]:
    """Return the pages as if some of their true lines were the same on many of them; only the fingerprints change."""
    draw = np.random.default_rng(seed)
    names = {True: "heading", False: "line"}
    changed = []
    for page in pages:
        text, near, place = page.prints.text.copy(), page.prints.near.copy(), page.prints.place.copy()
        if draw.random() < options.new_places:
            # As after a redesign, or on a page of another kind.
            moved = draw.random(len(place)) < draw.random()
            place[moved] ^= draw.integers(1, 1 << 62, dtype=np.uint64)
        for i in np.flatnonzero(page.labels < TEXT_COUNT).tolist():
            heading = bool(page.labels[i] == SUBHEADING)
            if draw.random() < (options.heading_share if heading else options.line_share):
                # Squared: some of the lines stand on most articles, others on few.
                which = int(options.lines * draw.random() ** 2)
                text[i] = near[i] = fingerprint("near", f"{names[heading]} {which}")
                if which % 2:
                    place[i] = fingerprint("place", names[heading])  # such as the heading of a box with pros and cons
        changed.append(replace(page, prints=replace(page.prints, text=text, near=near, place=place)))
    return changed


def site_rows(pages: Sequence[SitePage], seed: int, options: StageOptions) -> Iterator[Rows]:
    """Yield the rows of one site: its memory grows in a drawn order, and looks at pages that are not in it."""
    draw = np.random.default_rng(seed)
    order = draw.permutation(len(pages))
    memory = empty_memory(len(LABELS))
    for at, place in enumerate(order.tolist()):
        if at in options.steps:
            for further in draw.choice(order[at:], min(options.pages, len(order) - at), replace=False).tolist():
                page = pages[further]
                seen = observe_page(memory, page.prints, page.probabilities)
                evidence = weigh(memory, page.prints, page.tree.blocks, page.probabilities, seen)
                if not evidence.is_copy:
                    yield _rows(page, evidence.columns, options)
        page = pages[place]
        memory = remember(memory, observe_page(memory, page.prints, page.probabilities))


def _rows(page: SitePage, columns: Floats, options: StageOptions) -> Rows:
    of_label = np.bincount(page.labels, minlength=len(LABELS))
    weights = np.minimum(1, options.page_cap / np.maximum(of_label, 1))[page.labels].astype(np.float32)
    said_text = text_shares(page.probabilities) >= TEXT_SHARE
    keep = ((page.labels < TEXT_COUNT) & said_text).astype(np.float32)
    return Rows(log_probabilities(page.probabilities), columns, page.labels, weights, keep)


def gather(sites: Sequence[Sequence[SitePage]], options: StageOptions) -> Rows:
    parts = [
        rows
        for number, pages in enumerate(sites)
        for turn in range(options.orders)
        for rows in site_rows(with_recurring_lines(pages, 1000 * turn + number, options), 1000 * turn + number, options)
    ]
    return Rows(
        np.concatenate([rows.logs for rows in parts]),
        np.concatenate([rows.columns for rows in parts]),
        np.concatenate([rows.labels for rows in parts]),
        np.concatenate([rows.weights for rows in parts]),
        np.concatenate([rows.keep for rows in parts]),
    )
