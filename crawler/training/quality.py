"""Fit the estimate of quality: `python -m crawler.training.quality CORPORA_DIR FOLD_MODELS_DIR [--out FILE]`.

FOLD_MODELS_DIR is what `python -m crawler.training --fold-models` wrote: each page is read by the labeller that never
saw its site, and the estimate itself is measured on folds that it was not fitted on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import crawler.extraction
from crawler.extraction.assembly import assemble
from crawler.extraction.block_model import BlockModel, load_model
from crawler.extraction.decode import decode
from crawler.extraction.labeller import score_blocks
from crawler.extraction.labels import label_blocks
from crawler.extraction.quality import MEASURES, QualityModel, measure, predict, to_scale
from crawler.extraction.second_opinion import weigh_opinion, with_second_opinion
from crawler.training.corpora import BODY_CORPORA, read_html
from crawler.training.figures import word_f1

OUT = Path(crawler.extraction.__file__).parent / "model" / "quality.json"
NEWS = "fundus-news"
NEWS_WEIGHT = 3.0
"""Weight of a news page against a guide. Chosen: there are six times as many guides, and news is what is crawled."""
RIDGE = 10.0
"""L2 weight of the standardised measures. Of 1, 10 and 30 none is better by more than .01 (measured)."""

LEAST_SCALE = 1e-3
"""Standard deviation that a measure is taken to have at least, so that a constant one counts for nothing."""

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """One page: its fold, its measures, the word F1 of its text."""

    corpus: str
    fold: int
    measures: tuple[float, ...]
    word_f1: float


def main() -> None:
    args = _arguments()
    examples = list(_examples(args.corpora, args.fold_models))
    folds = sorted({example.fold for example in examples})
    estimates: list[tuple[Example, float]] = []
    for fold in folds:
        model = fit([example for example in examples if example.fold != fold])
        estimates += [(e, predict(model, e.measures)) for e in examples if e.fold == fold]
    figures = {
        "pages": len(examples),
        "spearman": round(spearman([e.word_f1 for e, _ in estimates], [v for _, v in estimates]), 3),
    }
    for corpus in BODY_CORPORA:
        own = [(e.word_f1, value) for e, value in estimates if e.corpus == corpus]
        figures[f"spearman {corpus}"] = round(spearman([f for f, _ in own], [v for _, v in own]), 3)
    stored = {"measures": MEASURES, **asdict(fit(examples)), "out_of_fold": figures}
    args.out.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(figures) + "\n")


def fit(examples: list[Example]) -> QualityModel:
    """Return the ridge regression of the scaled word F1 on the standardised measures."""
    rows = np.array([example.measures for example in examples])
    wanted = np.array([to_scale(example.word_f1) for example in examples])
    weight = np.array([NEWS_WEIGHT if example.corpus == NEWS else 1.0 for example in examples])
    mean, scale = rows.mean(axis=0), np.maximum(rows.std(axis=0), LEAST_SCALE)
    standard = (rows - mean) / scale
    centre, middle = np.average(standard, axis=0, weights=weight), np.average(wanted, weights=weight)
    centred = standard - centre
    gram = (centred * weight[:, None]).T @ centred + RIDGE * np.eye(len(MEASURES))
    weights = np.linalg.solve(gram, (centred * weight[:, None]).T @ (wanted - middle))
    intercept = float(middle - centre @ weights)
    return QualityModel(_rounded(mean), _rounded(scale), _rounded(weights), round(intercept, 5))


def spearman(one: list[float], other: list[float]) -> float:
    """Return the rank correlation of two lists, equal values sharing their mean rank."""
    left, right = _ranks(np.array(one)), _ranks(np.array(other))
    return float(np.corrcoef(left, right)[0, 1])


def _ranks(values: Vector) -> Vector:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Vector = (last - (counts - 1) / 2)[place]
    return ranks


def _rounded(values: Vector) -> tuple[float, ...]:
    return tuple(round(float(value), 5) for value in values)


def _examples(corpora: Path, fold_models: Path) -> Iterator[Example]:
    fold_of = json.loads((fold_models / "folds.json").read_text(encoding="utf-8"))

    @cache
    def model_of(fold: int) -> BlockModel:
        return load_model(fold_models / f"page-{fold}.npz")

    for corpus in BODY_CORPORA:
        with (corpora / corpus / "pages.jsonl").open(encoding="utf-8") as lines:
            for page in map(json.loads, lines):
                fold = fold_of.get(f"{corpus}/{page['id']}")
                if fold is None or not page.get("body"):
                    continue
                body = gzip.decompress((corpora / corpus / page["html"]).read_bytes())
                tree, evidence, _, _ = read_html(decode(body).text, page.get("url"))
                scores = score_blocks(tree, evidence, model_of(fold))
                ask = partial(tuple, evidence.kept)
                evidence = with_second_opinion(evidence, tree.blocks, scores.reading.probabilities, ask)
                segments = label_blocks(tree, evidence, scores)
                if not any(segment.label.in_text for segment in segments):
                    continue
                truth = word_f1(assemble(tree, segments, evidence.titles).text, page["body"])
                weighed = weigh_opinion(scores.reading.probabilities, evidence.kept)
                yield Example(corpus, fold, measure(tree.blocks, segments, weighed), truth)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m crawler.training.quality", description="Fit the quality estimate.")
    parser.add_argument("corpora", type=Path, metavar="CORPORA_DIR")
    parser.add_argument("fold_models", type=Path, metavar="FOLD_MODELS_DIR")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args()


if __name__ == "__main__":
    main()
