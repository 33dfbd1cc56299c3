"""Quality gate: the extraction of whole corpora may not get worse unnoticed.

Each page is labelled by the model of its fold in `folds/`, which was trained without its site; the shipped model has
seen these pages. `python -m crawler.training CORPORA --fold-models DIR` makes them anew.

    python -m tests.gate.gate CORPORA                 measure, compare with floors.json, exit 1 below a floor
    python -m tests.gate.gate CORPORA --update        write what was measured; a lower floor needs
                                                      --allow-regression "the reason"

CORPORA holds folders with pages.jsonl ({"id", "url", "html", "body"}) and optionally ../seed/seed.txt beside it. A
page that raises fails the gate; a corpus whose pages changed must be measured anew with --update.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import crawler
from crawler.extraction import read_page
from crawler.extraction.block_model import BlockModel, load_model
from crawler.extraction.labels import label_blocks
from crawler.items import Label, Record

FLOORS = Path(__file__).with_name("floors.json")
FOLDS = Path(__file__).with_name("folds")
NOISE = 0.002
"""Word F1 below a floor that is let pass: the spread between two machines and library patch releases."""
CORPORA = ("fundus-news",)
TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]+"
)
ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
SEED_LABELS = (
    Label.ADVERTISEMENT, Label.SUBSCRIPTION, Label.NAVIGATION, Label.ADVERTISEMENT, Label.JOB_LISTING,
    *[Label.JOB_LISTING] * 5, *[Label.ADVERTISEMENT] * 4, *[Label.COMMENT_POLICY] * 4, *[Label.SUBSCRIPTION] * 2,
    Label.RELATED,
)  # fmt: skip
"""The labels of the seed's 21 lines after its eight paragraphs."""


def words(text: str) -> list[str]:
    return TOKEN.findall(ZERO_WIDTH.sub("", text).lower())


def word_f1(found: str, truth: str) -> float:
    """Return the F1 of the two bags of words, 0 to 1."""
    ours, theirs = words(found), words(truth)
    if not ours or not theirs:
        return float(ours == theirs)
    common = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * common / (len(ours) + len(theirs))


def measure(folder: Path, read: Callable[[str, bytes, str | None], Record]) -> dict[str, Any]:
    """Return pages, digest of the corpus and mean word F1 of one corpus folder."""
    digest = hashlib.sha256()
    scores = []
    for line in (folder / "pages.jsonl").read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        page = json.loads(line)
        body = gzip.decompress((folder / page["html"]).read_bytes())
        digest.update(body)
        digest.update(page["body"].encode())
        record = read(f"{folder.name}/{page['id']}", body, page.get("url"))
        scores.append(word_f1(record.text, page["body"]))
    return {
        "pages": len(scores),
        "digest": digest.hexdigest()[:16],
        "word_f1": round(statistics.mean(scores), 4),
        "pages_below_half": sum(score < 0.5 for score in scores),
    }


def read_out_of_fold(key: str, body: bytes, url: str | None) -> Record:
    """Read a page with the model that never saw its site. Raises KeyError for a page without a fold."""
    fold = fold_of_pages()[key]
    with patch.object(read_page, "label_blocks", partial(label_blocks, model=fold_model(fold))):
        return crawler.extract(body, url)


@cache
def fold_of_pages() -> dict[str, int]:
    folds: dict[str, int] = json.loads((FOLDS / "folds.json").read_text(encoding="utf-8"))
    return folds


@cache
def fold_model(fold: int) -> BlockModel:
    return load_model(FOLDS / f"page-{fold}.npz")


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


def compare(measured: dict[str, dict[str, Any]], floors: dict[str, dict[str, Any]]) -> list[str]:
    """Return a line for each corpus that is below its floor, changed or without one."""
    faults = []
    for name, now in measured.items():
        floor = floors.get(name)
        if floor is None or floor["digest"] != now["digest"]:
            faults.append(f"{name}: no floor for these pages; look at the figures and run with --update")
        elif now["word_f1"] < floor["word_f1"] - NOISE:
            faults.append(f"{name}: word F1 {now['word_f1']:.4f} is below the floor {floor['word_f1']:.4f}")
        elif now["pages_below_half"] > floor["pages_below_half"]:
            faults.append(
                f"{name}: {now['pages_below_half']} pages under .5, the floor has {floor['pages_below_half']}"
            )
    return faults


def lowered(measured: dict[str, dict[str, Any]], floors: dict[str, dict[str, Any]]) -> list[str]:
    return [n for n, now in measured.items() if n in floors and now["word_f1"] < floors[n]["word_f1"]]


def main(arguments: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--allow-regression", metavar="REASON")
    options = parser.parse_args(None if arguments is None else list(arguments))
    measured = {name: measure(options.corpora / name, read_out_of_fold) for name in CORPORA}
    for name, figures in measured.items():
        print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()))
    seed = options.corpora.parent / "seed" / "seed.txt"
    faults = seed_faults(seed) if seed.exists() else []
    pinned = json.loads(FLOORS.read_text(encoding="utf-8"))
    if options.update:
        if lowered(measured, pinned["corpora"]) and not options.allow_regression:
            faults.append("a floor would be lowered; add --allow-regression with the reason")
        else:
            reasons = pinned["regressions"] + ([options.allow_regression] if options.allow_regression else [])
            FLOORS.write_text(json.dumps({"corpora": measured, "regressions": reasons}, indent=2) + "\n")
    else:
        faults += compare(measured, pinned["corpora"])
    for fault in faults:
        print(f"gate: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
