"""The full table of extraction against trafilatura, in the same run, each page by a labeller that never saw its site.

    python -m tests.benchmarks.extraction CORPORA [--markdown] [--folds DIR] [--sample N] [--no-parts]

CORPORA holds the folders fundus-news, wcxb-articles, trafilatura-eval and typed; --sample reads every Nth page only.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from statistics import fmean

from crawler.training.quality import spearman
from tests.benchmarks.extraction_pages import PARTS, PageMeasures, measure_page
from tests.benchmarks.tables import Table, write_tables
from tests.gate.gate import GUARDED, seed_faults
from tests.gate.out_of_fold import FOLDS, corpus_pages, map_pages, readable
from tests.gate.scoring import label_figures

WORST = 20
BODY_CORPORA = ("fundus-news", "wcxb-articles")
TARGETS = {
    ("fundus-news", "word_f1"): (0.973, 0.985), ("wcxb-articles", "word_f1"): (0.950, 0.970),
    ("fundus-news", "title"): (0.90, None), ("fundus-news", "date"): (0.985, None),
    ("fundus-news", "authors"): (0.88, None), ("fundus-news", "language"): (0.99, None),
}  # fmt: skip
LABEL_TARGETS = {
    "macro_f1": (0.83, 0.93), "body_token_f1": (0.985, 0.992), "body_recall": (0.975, None), "leak_pages": (0.03, 0.0),
    "f1 advertisement": (0.70, 0.93), "f1 job_listing": (0.85, 0.93), "f1 comment_policy": (0.85, 0.93),
    "f1 subscription": (0.76, 0.93),
}  # fmt: skip

Pages = Sequence[PageMeasures]


def main(arguments: Iterable[str] | None = None) -> int:
    options = _options(arguments)
    pages: list[PageMeasures] = []
    for name in GUARDED:
        known = readable(corpus_pages(options.corpora / name)[:: options.sample], options.folds)
        work = partial(measure_page, folds=options.folds, with_parts=not options.no_parts)
        pages += map_pages(work, known, options.processes)
        print(f"{name}: {len(known)} pages read", file=sys.stderr, flush=True)
    tables = [
        figures(pages), labels(pages), languages(pages), sources(pages), parts(pages), worst(pages),
        statuses(pages), costs(pages), seed(options.corpora.parent / "seed" / "seed.txt"),
    ]  # fmt: skip
    write_tables(tables, sys.stdout, markdown=options.markdown)
    return 0


def figures(pages: Pages) -> Table:
    table = Table("Figures by corpus", ("corpus", "measure", "pages", "trafilatura", "winnow", "at least", "aim"))
    for corpus in GUARDED:
        for name in ("word_f1", "with", "without", "title", "date", "authors", "language"):
            own = [page for page in pages if page.corpus == corpus and name in page.ours]
            if own:
                least, aim = TARGETS.get((corpus, name), (None, None))
                table.add(corpus, name, len(own), _mean(own, name, theirs=True), _mean(own, name), least, aim)
        rated = [
            page for page in pages if page.corpus == corpus and page.quality is not None and "word_f1" in page.ours
        ]
        if rated:
            rank = spearman([page.ours["word_f1"] for page in rated], [page.quality or 0.0 for page in rated])
            table.add(corpus, "quality, Spearman with word F1", len(rated), None, rank, 0.4, None)
    return table


def labels(pages: Pages) -> Table:
    table = Table("Labels of the typed pages", ("measure", "blocks", "trafilatura", "winnow", "at least", "aim"))
    labelled = [page for page in pages if page.rows]
    if not labelled:
        return table
    html = [page for page in labelled if not page.is_plain]
    ours, theirs = label_figures([p.rows for p in labelled]), label_figures([p.kept_rows for p in html])
    for name, value in ours.items():
        of_label = name.removeprefix("f1 ")
        blocks = sum(true == of_label for page in labelled for true, _, _ in page.rows) if " " in name else None
        known = theirs[name] if name in {"body_token_f1", "body_recall", "leak_pages"} else None
        table.add(name, blocks, known, value, *LABEL_TARGETS.get(name, (None, None)))
    plain = [page for page in labelled if page.is_plain]
    if plain:
        block_f1 = label_figures([p.rows for p in plain])["block_f1"]
        everything = label_figures([[(true, "body", n) for true, _, n in p.rows] for p in plain])["block_f1"]
        table.add(f"block F1 of {len(plain)} plain-text pages", None, everything, block_f1, 0.93, 0.97)
    return table


def languages(pages: Pages) -> Table:
    return _grouped("Word F1 by language", "language", pages, lambda page: page.language)


def sources(pages: Pages) -> Table:
    news = [page for page in pages if page.corpus == "fundus-news"]
    return _grouped("Word F1 by source, fundus-news", "source", news, lambda page: page.source)


def _grouped(title: str, column: str, pages: Pages, key: Callable[[PageMeasures], str]) -> Table:
    table = Table(title, (column, "pages", "trafilatura", "winnow", ""))
    groups: dict[str, list[PageMeasures]] = {}
    for page in pages:
        if page.corpus in BODY_CORPORA and "word_f1" in page.ours:
            groups.setdefault(key(page), []).append(page)
    for name, own in sorted(groups.items(), key=lambda entry: (-len(entry[1]), entry[0])):
        theirs, ours = fmean(page.theirs["word_f1"] for page in own), fmean(page.ours["word_f1"] for page in own)
        table.add(name, len(own), theirs, ours, "below trafilatura" if ours < theirs - 0.0005 else "")
    return table


def parts(pages: Pages) -> Table:
    measures = [("fundus-news", "word_f1"), ("wcxb-articles", "word_f1")]
    measures += [("trafilatura-eval", "with"), ("trafilatura-eval", "without")]
    table = Table("What each part buys", ("part", *(" ".join(measure) for measure in measures)))
    for part in PARTS:
        row: list[float | None] = []
        for corpus, name in measures:
            own = [page for page in pages if page.corpus == corpus and name in page.ours and page.parts]
            values = [page.ours[name] if part == PARTS[-1] else page.parts.get(part, {}).get(name) for page in own]
            found = [value for value in values if value is not None]
            row.append(fmean(found) if found else None)
        table.add(part, *row)
    return table


def worst(pages: Pages) -> Table:
    header = ("page", "language", "trafilatura", "winnow", "quality", "status", "missing blocks", "extra blocks")
    table = Table(f"The {WORST} worst pages of each corpus", header)
    for corpus in BODY_CORPORA:
        own = [page for page in pages if page.corpus == corpus and "word_f1" in page.ours]
        for page in sorted(own, key=lambda page: page.ours["word_f1"])[:WORST]:
            theirs, ours = page.theirs["word_f1"], page.ours["word_f1"]
            shown = (_counts(page.missing), _counts(page.extra))
            table.add(page.key, page.language, theirs, ours, page.quality, page.status, *shown)
    return table


def statuses(pages: Pages) -> Table:
    found = sorted({page.status for page in pages})
    table = Table("Statuses (all are pages with an article)", ("corpus", *found))
    for corpus in GUARDED:
        own = [page.status for page in pages if page.corpus == corpus]
        table.add(corpus, *(own.count(status) for status in found))
    return table


def costs(pages: Pages) -> Table:
    table = Table("CPU in milliseconds a page", ("corpus", "trafilatura", "winnow", "winnow / trafilatura"))
    for corpus in GUARDED:
        own = [page for page in pages if page.corpus == corpus and page.rival_seconds]
        if own:
            theirs, ours = fmean(p.rival_seconds for p in own) * 1000, fmean(p.seconds for p in own) * 1000
            table.add(corpus, round(theirs), round(ours), ours / theirs)
    return table


def seed(path: Path) -> Table:
    table = Table("The seed", ("fault",))
    for fault in seed_faults(path) if path.exists() else ["not there"]:
        table.add(fault)
    if not table.rows:
        table.add("none: eight paragraphs, 21 lines of chaff with their labels")
    return table


def _mean(pages: Pages, name: str, *, theirs: bool = False) -> float | None:
    values = [(page.theirs if theirs else page.ours).get(name) for page in pages]
    found = [value for value in values if value is not None]
    return fmean(found) if found else None


def _counts(found: dict[str, int]) -> str:
    return ", ".join(f"{number} {label}" for label, number in sorted(found.items(), key=lambda e: -e[1])) or "-"


def _options(arguments: Iterable[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--folds", type=Path, default=FOLDS)
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth page only")
    parser.add_argument("--no-parts", action="store_true", help="leave out what each part buys: three labellings less")
    return parser.parse_args(None if arguments is None else list(arguments))


if __name__ == "__main__":
    sys.exit(main())
