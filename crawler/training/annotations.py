"""Labels that readers gave to pages of the corpora, kept without the pages' text.

`annotations/pages.jsonl` has one page a line: its key, a digest of its blocks' texts, and the labels of its blocks in
order as runs `[label, number of blocks]`. Two page versions, or two versions of the splitter, that give other blocks
have another digest, so that labels never come to stand at the wrong blocks.

    python -m crawler.training.annotations CORPORA FILE...

adds or replaces pages. FILE is JSON: {"key": "corpus/id", "blocks": N, "runs": [[first, last, label], ...]}, with
"skip": true for a page that the reader could not judge.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from crawler.extraction.block_model import LABELS
from crawler.extraction.blocks import BlockTree
from crawler.items import Label

ANNOTATIONS = Path(__file__).parent / "annotations" / "pages.jsonl"
DIGEST_CHARS = 16


@dataclass(frozen=True, slots=True)
class Annotation:
    """The labels of one page's blocks as runs, and the digest of the blocks that they were given to."""

    page: str
    digest: str
    runs: tuple[tuple[Label, int], ...]

    def labels(self, tree: BlockTree) -> tuple[int, ...]:
        """Return the number of each block's label in LABELS. Raises ValueError where the page has changed."""
        if block_digest(tree) != self.digest:
            raise ValueError(f"{self.page}: its blocks are not those that were labelled; label the page anew")
        return tuple(LABELS.index(label) for label, count in self.runs for _ in range(count))


def block_digest(tree: BlockTree) -> str:
    texts = "\n".join(block.text for block in tree.blocks)
    return hashlib.sha256(texts.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_CHARS]


def read_annotations(path: Path = ANNOTATIONS) -> dict[str, Annotation]:
    """Return the annotations by page key, none where there is no such file."""
    if not path.exists():
        return {}
    found = map(_from_line, filter(None, path.read_text(encoding="utf-8").split("\n")))
    return {annotation.page: annotation for annotation in found}


def write_annotations(annotations: Iterable[Annotation], path: Path = ANNOTATIONS) -> None:
    """Write the annotations, sorted by page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps({"page": a.page, "digest": a.digest, "runs": [[str(label), n] for label, n in a.runs]})
        for a in sorted(annotations, key=lambda a: a.page)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def from_ranges(page: str, tree: BlockTree, ranges: Iterable[tuple[int, int, str]]) -> Annotation:
    """Return the annotation of ranges `first, last, label`. Raises ValueError for gaps and overlaps."""
    labels: list[Label] = []
    for first, last, label in sorted(ranges):
        if first != len(labels):
            raise ValueError(f"{page}: block {min(first, len(labels))} has no label or two")
        labels += [Label(label)] * (last - first + 1)
    if len(labels) != len(tree.blocks):
        raise ValueError(f"{page}: {len(labels)} labels for {len(tree.blocks)} blocks")
    return Annotation(page, block_digest(tree), tuple((label, len(list(run))) for label, run in groupby(labels)))


def _from_line(line: str) -> Annotation:
    entry: Mapping[str, Any] = json.loads(line)
    return Annotation(entry["page"], entry["digest"], tuple((Label(label), count) for label, count in entry["runs"]))


def main() -> None:
    from crawler.training.corpora import read_trees  # corpora reads annotations itself

    parser = argparse.ArgumentParser(prog="python -m crawler.training.annotations", description="Add labelled pages.")
    parser.add_argument("corpora", type=Path, metavar="CORPORA")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    options = parser.parse_args()
    labelled = [json.loads(path.read_text(encoding="utf-8")) for path in options.files]
    wanted = {entry["key"]: entry for entry in labelled if not entry.get("skip")}
    known = read_annotations()
    for page, tree in read_trees(options.corpora, frozenset(wanted)):
        known[page] = from_ranges(page, tree, [(first, last, label) for first, last, label in wanted[page]["runs"]])
    write_annotations(known.values())
    missing = sorted(wanted.keys() - known.keys())
    if missing:
        sys.exit(f"not in {options.corpora}: {', '.join(missing)}")


if __name__ == "__main__":
    main()
