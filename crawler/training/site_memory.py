"""Train the second stage: `python -m crawler.training.site_memory TEMPLATE_SITES --fold-models DIR [--out FILE]`.

TEMPLATE_SITES is a corpus of sites of one template each, every block labelled. Each page is labelled by the model of
the fold that never saw its template's site; then the site's memory grows article by article in drawn orders, and the
second stage learns from what it says of further articles.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import crawler.site_memory
from crawler.extraction.blas_threads import one_thread
from crawler.extraction.block_model import LABELS, TEXT_COUNT, Floats, load_model, read_page_features
from crawler.extraction.blocks import BlockTree
from crawler.extraction.decode import decode
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.features import page_features
from crawler.extraction.labeller import TEXT_SHARE
from crawler.items import Label
from crawler.site_memory.evidence import weigh
from crawler.site_memory.fingerprints import PagePrints, fingerprint, page_prints
from crawler.site_memory.memory import empty_memory, observe_page, remember
from crawler.site_memory.second_stage import (
    MAX_INPUT,
    SecondStage,
    log_probabilities,
    save_stage,
    softmax,
    stage_inputs,
)
from crawler.training.corpora import read_html
from crawler.training.network import LEAST_SPREAD
from crawler.training.network import _Adam as Adam
from crawler.training.options import TrainingOptions

MODEL_FILE = Path(crawler.site_memory.__file__).parent / "model" / "second_stage.npz"
Indexes = NDArray[np.int64]
SUBHEADING = LABELS.index(Label.SUBHEADING)


@dataclass(frozen=True, slots=True)
class StageOptions:
    folds: int = 5
    orders: int = 2
    """Drawn orders of each site's pages."""
    steps: tuple[int, ...] = (1, 2, 4, 9, 19, 39)
    """Articles in the memory at which further ones are looked at."""
    pages: int = 6
    """Further articles looked at for each step."""
    hidden: int = 32
    passes: int = 8
    rate: float = 2e-3
    batch: int = 512
    decay: float = 0.01
    dropout: float = 0.2
    page_cap: float = 25.0
    """Blocks of one label on one page over which further ones count less, as for the first stage."""
    lines: int = 8
    """Recurring lines drawn for a site, and as many headings."""
    line_share: float = 0.03
    heading_share: float = 0.4
    """Shares of the body's blocks and subheadings that are taken for recurring ones: in the corpus no body repeats, on
    real sites disclaimers, marks and short headings do (0.2 to 2 % of the true lines)."""
    new_places: float = 0.3
    """Share of the pages that are taken for ones with another template."""
    keep_weight: float = 4.0
    """Further weight of text against the rest for text that the first stage has right. 0 lost 1.7 of 1,000 true blocks,
    4 lost .07 and let a tenth more chaff through, 10 a quarter more."""
    members: int = 3
    """Networks whose outputs are averaged."""


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


def read_sites(folder: Path, fold_models: Path) -> dict[str, list[SitePage]]:
    """Return the pages of each site, labelled by the model of the fold of the site's template."""
    folds = json.loads((fold_models / "folds.json").read_text(encoding="utf-8"))
    models = {fold: load_model(fold_models / f"page-{fold}.npz") for fold in set(folds.values()) if fold >= 0}
    sites: dict[str, list[SitePage]] = {}
    for line in (folder / "pages.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
        entry = json.loads(line)
        document = decode(gzip.decompress((folder / entry["html"]).read_bytes()))
        tree, evidence, _, _ = read_html(document.text, entry["url"])
        with one_thread():
            features = page_features(tree, evidence)
            read = read_page_features(models[folds[f"typed/{entry['template']}"]], features)
        page = SitePage(
            site=entry["site"],
            id=entry["id"],
            tree=tree,
            evidence=evidence,
            prints=page_prints(tree.blocks, tree.containers, evidence.titles, entry["id"]),
            probabilities=read.probabilities,
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
    said_text = page.probabilities[:, :TEXT_COUNT].sum(axis=1) >= TEXT_SHARE
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


def fit_stage(rows: Rows, options: StageOptions) -> SecondStage:
    """Fit the members on the log loss of the labels and join them: one hidden layer, outputs averaged."""
    inputs = stage_inputs(rows.logs, rows.columns)
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + np.float32(LEAST_SPREAD)
    ready: Floats = np.clip((inputs - mean) / scale, -MAX_INPUT, MAX_INPUT).astype(np.float32)
    members = [_fit_member(ready, rows, seed, options) for seed in range(options.members)]
    share = np.float32(1 / options.members)
    return SecondStage(
        mean=mean,
        scale=scale,
        hidden=np.concatenate([member[0] for member in members], axis=1),
        hidden_bias=np.concatenate([member[1] for member in members]),
        output=np.concatenate([member[2] for member in members]) * share,
        output_bias=np.sum([member[3] for member in members], axis=0) * share,
    )


def _fit_member(ready: Floats, rows: Rows, seed: int, options: StageOptions) -> list[Floats]:
    """Return hidden weights and bias, output weights and bias; the start adds nothing to the first stage."""
    draw = np.random.default_rng(seed)
    width, labels = ready.shape[1], rows.logs.shape[1]
    parameters = [
        (draw.standard_normal((width, options.hidden)) * np.sqrt(2 / width)).astype(np.float32),
        np.zeros(options.hidden, np.float32),
        np.zeros((options.hidden, labels), np.float32),
        np.zeros(labels, np.float32),
    ]
    adam = Adam(parameters, TrainingOptions(rate=options.rate, decay=options.decay), _steps(ready, options))
    for _ in range(options.passes):
        order = draw.permutation(len(ready))
        for start in range(0, len(order) - options.batch + 1, options.batch):
            adam.step(_gradient(parameters, ready, rows, order[start : start + options.batch], draw, options))
    return parameters


def _steps(ready: Floats, options: StageOptions) -> int:
    return options.passes * (len(ready) // options.batch)


def _gradient(
    parameters: list[Floats],
    ready: Floats,
    rows: Rows,
    chosen: Indexes,
    draw: np.random.Generator,
    options: StageOptions,
) -> list[Floats]:
    hidden, hidden_bias, output, output_bias = parameters
    inputs = ready[chosen]
    reached = inputs @ hidden + hidden_bias
    gate = (reached > 0) * ((draw.random(reached.shape) >= options.dropout) / (1 - options.dropout))
    active: Floats = (reached * gate).astype(np.float32)
    shares = softmax(rows.logs[chosen] + active @ output + output_bias)
    weights = rows.weights[chosen] / np.float32(len(chosen))
    error = shares * weights[:, None]
    error[np.arange(len(chosen)), rows.labels[chosen]] -= weights
    # To lose a true line is worse than to leave chaff in: for text that is right already, text against the rest
    # counts once more.
    text = shares.copy()
    text[:, :TEXT_COUNT] -= shares[:, :TEXT_COUNT] / shares[:, :TEXT_COUNT].sum(axis=1, keepdims=True)
    error += text * (rows.keep[chosen] * weights * np.float32(options.keep_weight))[:, None]
    back: Floats = ((error @ output.T) * gate).astype(np.float32)
    return [inputs.T @ back, back.sum(axis=0), active.T @ error, error.sum(axis=0)]


def site_folds(names: Sequence[str], folds: int) -> dict[str, int]:
    return {name: place % folds for place, name in enumerate(sorted(names))}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m crawler.training.site_memory", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="TEMPLATE_SITES")
    parser.add_argument("--fold-models", type=Path, required=True, help="as crawler.training --fold-models wrote them")
    parser.add_argument("--out", type=Path, default=MODEL_FILE)
    parser.add_argument("--fold-stages", type=Path, help="also keep the stages of the folds, for measuring")
    args = parser.parse_args()
    options = StageOptions()
    sites = read_sites(args.folder, args.fold_models)
    sys.stderr.write(f"{sum(map(len, sites.values()))} pages of {len(sites)} sites\n")
    with one_thread():
        if args.fold_stages:
            args.fold_stages.mkdir(parents=True, exist_ok=True)
            folds = site_folds(list(sites), options.folds)
            for fold in range(options.folds):
                known = [pages for name, pages in sites.items() if folds[name] != fold]
                save_stage(fit_stage(gather(known, options), options), args.fold_stages / f"stage-{fold}.npz")
            (args.fold_stages / "stages.json").write_text(json.dumps(folds, indent=1) + "\n", encoding="utf-8")
        args.out.parent.mkdir(parents=True, exist_ok=True)
        save_stage(fit_stage(gather(list(sites.values()), options), options), args.out)
    sys.stderr.write(json.dumps(asdict(options)) + "\n")


if __name__ == "__main__":
    main()
