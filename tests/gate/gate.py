"""Quality gate: the extraction of whole corpora may not get worse unnoticed.

Each page is labelled by the model of its fold in `folds/`, which was trained without its site; the shipped model has
seen these pages. `python -m crawler.training CORPORA --fold-models DIR` makes them anew.

    python -m tests.gate.gate CORPORA                 measure, compare with floors.json, exit 1 below a floor
    python -m tests.gate.gate CORPORA --full          the same with every page of the large corpora, not every third
    python -m tests.gate.gate CORPORA --update        write what was measured; a lower floor needs
                                                      --allow-regression "the reason"

A page that raises fails the gate; a corpus whose pages changed must be measured anew with --update. `../seed/seed.txt`
is held against its labels where it stands beside CORPORA.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

import crawler
from crawler.items import Label
from tests.gate.out_of_fold import FOLDS, CorpusPage, corpus_pages, digest, map_pages, read_out_of_fold, readable
from tests.gate.scoring import Row, label_figures, label_rows, language_score, metadata_scores, text_scores

FLOORS = Path(__file__).with_name("floors.json")
NOISE = {
    "word_f1": 0.002, "title": 0.005, "date": 0.005, "authors": 0.005, "language": 0.005, "with": 0.003,
    "without": 0.003, "macro_f1": 0.005, "body_token_f1": 0.001, "leak_pages": 0.005, "pages_below_half": 0,
}  # fmt: skip
"""What a figure may fall short of its floor: the spread between two machines and library patch releases. Chosen: of
metadata less than one of 104 pages."""
LOWER_IS_BETTER = frozenset({"leak_pages", "pages_below_half"})
GUARDED = {
    "fundus-news": ("word_f1", "pages_below_half", "title", "date", "authors", "language"),
    "wcxb-articles": ("word_f1", "pages_below_half"),
    "trafilatura-eval": ("with", "without"),
    "typed": ("macro_f1", "body_token_f1", "leak_pages"),
}
"""The figures of each corpus that have a floor."""
EVERY = {"wcxb-articles": 3, "trafilatura-eval": 3}
"""Of these corpora every third page is read unless all are asked for: the gate may take four minutes on two cores."""
SEED_LABELS = (
    Label.ADVERTISEMENT, Label.SUBSCRIPTION, Label.NAVIGATION, Label.ADVERTISEMENT, Label.JOB_LISTING,
    *[Label.JOB_LISTING] * 5, *[Label.ADVERTISEMENT] * 4, *[Label.COMMENT_POLICY] * 4, *[Label.SUBSCRIPTION] * 2,
    Label.RELATED,
)  # fmt: skip
"""The labels of the seed's 21 lines after its eight paragraphs."""

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PageScores:
    """What one page adds to the figures of its corpus."""

    values: dict[str, float]
    rows: list[Row]
    """Its labelled blocks, none where its corpus has no labels."""


def score_page(page: CorpusPage, folds: Path = FOLDS) -> PageScores:
    """Read a page out of fold and hold its record against the truth."""
    record = read_out_of_fold(page, folds).record
    values = {
        **text_scores(record.text, page.truth),
        **metadata_scores(page.truth, record.title, record.date_published, record.authors),
        **language_score(record.language, page.truth),
    }
    return PageScores(values, label_rows(page.truth.get("blocks", ()), record))


def measure(pages: Sequence[CorpusPage], folds: Path, processes: int) -> Figures:
    """Return pages, digest and every figure that the truth of one corpus allows."""
    scores = list(map_pages(partial(score_page, folds=folds), pages, processes))
    names = sorted({name for score in scores for name in score.values})
    found = {name: fmean(s.values[name] for s in scores if name in s.values) for name in names}
    labelled = [score.rows for score in scores if score.rows]
    if labelled:
        found |= label_figures(labelled)
    if "word_f1" in found:
        found["pages_below_half"] = sum(score.values.get("word_f1", 1) < 0.5 for score in scores)
    return {"pages": len(pages), "digest": digest(pages), **{name: round(value, 4) for name, value in found.items()}}


def seed_faults(seed: Path) -> list[str]:
    """Return what is wrong in the reading of the seed."""
    lines = [line for line in seed.read_text(encoding="utf-8").splitlines() if line.strip()]
    record = crawler.extract_text("\n".join(lines))
    faults = []
    if len(record.paragraphs) != 8 or record.text.split("\n\n") != [" ".join(line.split()) for line in lines[:8]]:
        faults.append(f"seed: the text is not its eight paragraphs but {len(record.paragraphs)}")
    for number, (segment, wanted) in enumerate(zip(record.segments[8:], SEED_LABELS, strict=True), 9):
        if segment.label is not wanted:
            faults.append(f"seed: line {number} is {segment.label}, not {wanted}")
    return faults


def compare(measured: Mapping[str, Figures], floors: Mapping[str, Figures]) -> list[str]:
    """Return a line for each figure below its floor, and for each corpus that changed or has no floor."""
    faults = [f"{name}: has a floor but was not measured" for name in floors if name not in measured]
    for name, now in measured.items():
        floor = floors.get(name)
        if floor is None or floor["digest"] != now["digest"]:
            faults.append(f"{name}: no floor for these pages; look at the figures and run with --update")
            continue
        for figure in GUARDED.get(name, ()):
            if _loss(figure, now, floor) > NOISE[figure]:
                faults.append(f"{name}: {figure} {now[figure]} is worse than the floor {floor[figure]}")
    return faults


def lowered(measured: Mapping[str, Figures], floors: Mapping[str, Figures]) -> list[str]:
    """Return the figures that --update would make worse by more than noise, as corpus and figure."""
    return [
        f"{name} {figure}"
        for name, now in measured.items()
        for figure in GUARDED.get(name, ())
        if figure in floors.get(name, ()) and _loss(figure, now, floors[name]) > NOISE[figure]
    ]


def _loss(figure: str, now: Figures, floor: Figures) -> float:
    """How far a figure is on the wrong side of its floor; one that is missing is lost altogether."""
    if figure not in now:
        return float("inf")
    change = float(floor[figure]) - float(now[figure])
    return round(-change if figure in LOWER_IS_BETTER else change, 6)


def chosen_pages(folder: Path, *, full: bool) -> list[CorpusPage]:
    return corpus_pages(folder)[:: 1 if full else EVERY.get(folder.name, 1)]


def main(arguments: Iterable[str] | None = None) -> int:
    options = read_options(arguments)
    measured: dict[str, Figures] = {}
    for name, guarded in GUARDED.items():
        pages = chosen_pages(options.corpora / name, full=options.full)
        known = readable(pages, options.folds)
        if not known:
            print(f"{name}: not measured, no page of it is in {options.folds}/folds.json")
            continue
        measured[name] = measure(known, options.folds, options.processes)
        shown = ("pages", *guarded)
        print(f"{name}: " + ", ".join(f"{key} {measured[name][key]}" for key in shown), flush=True)
    seed = options.corpora.parent / "seed" / "seed.txt"
    faults = seed_faults(seed) if seed.exists() else []
    faults += update_floors(measured, options) if options.update else compare(measured, _pinned()[_part(options)])
    for fault in faults:
        print(f"gate: {fault}", file=sys.stderr)
    return 1 if faults else 0


def update_floors(measured: Mapping[str, Figures], options: argparse.Namespace) -> list[str]:
    """Write the measured figures as floors; where one is lower and no reason is given, return a fault a figure.

    A floor that is better by noise alone stays, so that many small steps do not lead down.
    """
    pinned, part = _pinned(), _part(options)
    worse = lowered(measured, pinned[part])
    if worse and not options.allow_regression:
        return [f"{name}: the floor would be lowered; add --allow-regression with the reason" for name in worse]
    for name, now in measured.items():
        floor = pinned[part].get(name, {})
        best = {f: floor[f] for f in GUARDED[name] if f in floor and 0 < _loss(f, now, floor) <= NOISE[f]}
        pinned[part][name] = {key: now[key] for key in ("pages", "digest", *GUARDED[name])} | best
    if worse:
        pinned["regressions"].append(f"{', '.join(worse)}: {options.allow_regression}")
    FLOORS.write_text(json.dumps(pinned, indent=2) + "\n", encoding="utf-8")
    return []


def _part(options: argparse.Namespace) -> str:
    return "full" if options.full else "corpora"


def _pinned() -> dict[str, Any]:
    pinned: dict[str, Any] = {"corpora": {}, "full": {}, "regressions": []}
    pinned.update(json.loads(FLOORS.read_text(encoding="utf-8")))
    return pinned


def read_options(arguments: Iterable[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--full", action="store_true", help="every page of every corpus")
    parser.add_argument("--folds", type=Path, default=FOLDS, help="folder of fold models and folds.json")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--allow-regression", metavar="REASON")
    return parser.parse_args(None if arguments is None else list(arguments))


if __name__ == "__main__":
    sys.exit(main())
