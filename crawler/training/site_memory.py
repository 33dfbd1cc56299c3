"""Train the second stage: `python -m crawler.training.site_memory TEMPLATE_SITES --fold-models DIR [--out FILE]`.

TEMPLATE_SITES is a corpus of sites of one template each, every block labelled. Each page is labelled by the model of
the fold that never saw its template's site; then the site's memory grows article by article in drawn orders, and the
second stage learns from what it says of further articles.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import crawler.site_memory
from crawler.extraction.blas_threads import one_thread
from crawler.site_memory.second_stage import save_stage
from crawler.training.options import StageOptions
from crawler.training.stage_fit import fit_stage
from crawler.training.stage_rows import gather, read_sites

MODEL_FILE = Path(crawler.site_memory.__file__).parent / "model" / "second_stage.npz"


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
