"""Train the labeller: `python -m crawler.training CORPORA_DIR [--out DIR] [--folds 5] [--fold-models DIR]`."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import crawler.extraction
from crawler.extraction.block_model import load_model, save_model
from crawler.training.corpora import BODY_CORPORA, CORPORA, TYPED, UNKNOWN, TrainingPage, read_corpus
from crawler.training.cross_validation import KEPT_OUT, CrossValidation, Trainer, calibrate, predict
from crawler.training.figures import Scored, body_figures, label_figures
from crawler.training.options import TrainingOptions
from crawler.training.site_groups import assign_folds, group_pages
from crawler.training.text_cases import text_cases

MODEL_FOLDER = Path(crawler.extraction.__file__).parent / "model"


def main() -> None:
    args = _arguments()
    options = TrainingOptions(folds=args.folds)
    pages: list[TrainingPage] = []
    for name in CORPORA:
        pages += read_corpus(args.corpora / name)
        _tell(f"{name}: {len(pages)} pages so far")
    folds = _folds(pages, options, args.never)
    fold_of = {page.key: fold for page, fold in zip(pages, folds, strict=True)}
    card: dict[str, Any] = {"options": asdict(options), "corpora": _digests(args.corpora), "never_trained": args.never}
    if args.fold_models:
        args.fold_models.mkdir(parents=True, exist_ok=True)
        (args.fold_models / "folds.json").write_text(json.dumps(fold_of, indent=1) + "\n", encoding="utf-8")
    html = [page for page in pages if not page.evidence.plain_text]
    card["page"] = _train("page", html, fold_of, options, args)
    typed = [page for page in pages if any(label != UNKNOWN for label in page.labels)]
    cases = list(text_cases(typed, [fold_of[page.key] for page in typed]))
    card["text"] = _train("text", cases, fold_of, options, args)
    (args.out / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def _train(
    name: str, pages: list[TrainingPage], fold_of: dict[str, int], options: TrainingOptions, args: argparse.Namespace
) -> dict[str, Any]:
    """Train, write and measure one of the two models; return its part of the card."""
    folds = [fold_of[page.key] for page in pages]
    trainer = Trainer(pages, folds, options, _tell)
    found = _stored(calibrate(trainer.cross_validate(), pages, folds), name, args)
    scored = [
        predict(found.models[fold] if fold != KEPT_OUT else found.final, page)
        for page, fold in zip(pages, folds, strict=True)
    ]
    seen = [pair for pair, fold in zip(scored, folds, strict=True) if fold != KEPT_OUT]
    figures = _figures(seen)
    _tell(json.dumps(figures))
    return {
        "file": f"{name}.npz",
        "bytes": (args.out / f"{name}.npz").stat().st_size,
        "temperature": round(found.final.temperature, 2),
        "out_of_fold": figures,
    }


def _stored(found: CrossValidation, name: str, args: argparse.Namespace) -> CrossValidation:
    """Write the models and return them as they read back, so that the figures are those of the files."""
    save_model(found.final, args.out / f"{name}.npz")
    if not args.fold_models:
        return CrossValidation(found.models, load_model(args.out / f"{name}.npz"))
    paths = [args.fold_models / f"{name}-{fold}.npz" for fold in range(len(found.models))]
    for model, path in zip(found.models, paths, strict=True):
        save_model(model, path)
    return CrossValidation(tuple(map(load_model, paths)), load_model(args.out / f"{name}.npz"))


def _figures(scored: list[Scored]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name in (TYPED, *BODY_CORPORA):
        of_corpus = [pair for pair in scored if pair[0].corpus == name]
        if of_corpus:
            figures[name] = label_figures(of_corpus) if name == TYPED else body_figures(of_corpus)
    annotated = [pair for pair in scored if pair[0].corpus != TYPED and UNKNOWN not in pair[0].labels]
    if annotated:
        figures["annotated"] = label_figures(annotated)
    return figures


def _folds(pages: list[TrainingPage], options: TrainingOptions, never: list[str]) -> list[int]:
    """Return each page's fold; the groups of pages that are never trained on are kept out whole."""
    groups = group_pages(pages)
    kept_out = {group for group, page in zip(groups, pages, strict=True) if page.key in never}
    folds = assign_folds(pages, options.folds)
    return [KEPT_OUT if group in kept_out else fold for group, fold in zip(groups, folds, strict=True)]


def _digests(corpora: Path) -> dict[str, str]:
    return {
        name: "sha256:" + hashlib.sha256((corpora / name / "pages.jsonl").read_bytes()).hexdigest() for name in CORPORA
    }


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m crawler.training", description="Train the block labeller.")
    parser.add_argument("corpora", type=Path, metavar="CORPORA_DIR")
    parser.add_argument("--out", type=Path, default=MODEL_FOLDER, help="folder of the model files (the package's own)")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--fold-models", type=Path, help="also keep the models of the folds, for measuring")
    parser.add_argument("--never", nargs="*", default=["typed/g073"], help="pages never trained on, with their sites")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    return args


if __name__ == "__main__":
    main()
