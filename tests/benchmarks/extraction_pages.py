"""What one page says of extraction: our scores and trafilatura's in the same run, and what each part adds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tldextract
from trafilatura import bare_extraction
from trafilatura.settings import Document

from crawler.extraction.alignment import KEPT, kept_shares
from crawler.extraction.assembly import assemble
from crawler.extraction.block_model import BlockModel, input_columns
from crawler.extraction.blocks import BlockTree
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.features import page_features
from crawler.extraction.labeller import label_blocks as label_by_model
from crawler.extraction.labeller import score_blocks
from crawler.items import Label, Segment
from crawler.training.body_truth import IN_BODY, OUT_OF_BODY, body_shares
from tests.gate.out_of_fold import KEPT_OUT, CorpusPage, PageReading, fold_model, fold_of_pages, read_out_of_fold
from tests.gate.scoring import (
    BLOCK_TOKEN,
    Row,
    label_rows,
    language_score,
    metadata_scores,
    text_scores,
    words,
)

CONTEXT = frozenset({"neighbours", "box", "heading", "place", "container", "area"})
"""Groups of the network's inputs that look beyond the block itself."""
PHRASES = frozenset({"phrase"})
PARTS = (
    "trafilatura", "+ title rule", "+ lead", "labels of the block alone", "+ sequence and box", "+ phrases",
    "+ rules after the model",
)  # fmt: skip
"""Each row of the table of parts; from the fourth on the text is that of the labels. Inputs are switched off in the
trained model by their mean, which costs more than a model trained without them would lose."""

_suffixes = tldextract.TLDExtract(suffix_list_urls=(), include_psl_private_domains=True)


@dataclass(frozen=True, slots=True)
class PageMeasures:
    """Figures of one page; no text of it."""

    key: str
    language: str
    source: str
    ours: dict[str, float]
    theirs: dict[str, float]
    parts: dict[str, dict[str, float]]
    rows: list[Row]
    kept_rows: list[Row]
    """The labelled blocks again, as trafilatura sees them: body or other."""
    is_plain: bool
    status: str
    quality: float | None
    seconds: float
    rival_seconds: float
    missing: dict[str, int]
    """Blocks of the true body that are not in our text, by the label they were given."""
    extra: dict[str, int]
    """Blocks in our text that are not of the true body, by label."""

    @property
    def corpus(self) -> str:
        return self.key.partition("/")[0]


def measure_page(page: CorpusPage, folds: Path, *, with_parts: bool) -> PageMeasures:
    """Read a page out of fold and measure it. What the page raises is raised."""
    reading = read_out_of_fold(page, folds)
    record, truth = reading.record, page.truth
    rival, rival_seconds = _trafilatura(page)
    missing, extra = _differences(reading, truth.get("body"))
    gold = truth.get("blocks", ())
    names = (rival.author or "").split("; ") if rival else []
    return PageMeasures(
        key=page.key,
        language=(truth.get("languages") or [truth.get("lang") or record.language])[0],
        source=truth.get("publisher") or truth.get("site") or _suffixes(page.url or "").top_domain_under_public_suffix,
        ours={
            **text_scores(record.text, truth),
            **metadata_scores(truth, record.title, record.date_published, record.authors),
            **language_score(record.language, truth),
        },
        theirs={
            **text_scores((rival.text if rival else None) or "", truth),
            **metadata_scores(truth, rival.title if rival else None, rival.date if rival else None, names),
        },
        parts=_parts(reading, rival, page, folds) if with_parts and rival else {},
        rows=label_rows(gold, record),
        kept_rows=_kept_rows(reading, rival, [block["label"] for block in gold]),
        is_plain=page.is_plain,
        status=str(record.extraction.status),
        quality=record.extraction.quality,
        seconds=reading.seconds,
        rival_seconds=rival_seconds,
        missing=missing,
        extra=extra,
    )


def _trafilatura(page: CorpusPage) -> tuple[Document | None, float]:
    """Return what trafilatura makes of the page by itself, with metadata, and the CPU seconds of it."""
    started = time.process_time()
    if page.is_plain:
        return None, 0.0
    found = bare_extraction(page.body(), url=page.url, include_comments=False, with_metadata=True)
    assert not isinstance(found, dict)
    return found, time.process_time() - started


def _kept_rows(reading: PageReading, rival: Document | None, labels: Sequence[str]) -> list[Row]:
    if not labels:
        return []
    blocks = reading.tree.blocks
    kept = kept_shares(blocks, _lines(rival)) if rival else (1.0,) * len(blocks)
    return [
        (label, "body" if share >= KEPT else "other", max(len(BLOCK_TOKEN.findall(block.text.lower())), 1))
        for label, block, share in zip(labels, blocks, kept, strict=False)
    ]


def _lines(rival: Document) -> list[str]:
    return (rival.text or "").splitlines()


def _differences(reading: PageReading, body: str | None) -> tuple[dict[str, int], dict[str, int]]:
    if not body:
        return {}, {}
    segments = reading.record.segments
    shares = body_shares([segment.text for segment in segments], body)
    missing = Counter(
        str(s.label) for s, n in zip(segments, shares, strict=True) if n >= IN_BODY and not s.label.in_text
    )
    extra = Counter(str(s.label) for s, n in zip(segments, shares, strict=True) if n <= OUT_OF_BODY and s.label.in_text)
    return dict(missing), dict(extra)


def _parts(reading: PageReading, rival: Document, page: CorpusPage, folds: Path) -> dict[str, dict[str, float]]:
    """Return the text scores after each of PARTS but the last, which is the record's own."""
    tree, evidence, segments = reading.tree, reading.evidence, reading.record.segments
    headlines = {tuple(words(title)) for title in evidence.titles}
    lines = _lines(rival)
    body = [line for line in lines if tuple(words(line)) not in headlines]
    kept = kept_shares(tree.blocks, lines)
    lead = [s.text for s, share in zip(segments, kept, strict=True) if s.label is Label.LEAD and share < KEPT]
    fold = fold_of_pages(folds)[page.key]
    texts = ["\n".join(lines), "\n".join(body), "\n".join([*lead, *body])]
    if fold != KEPT_OUT:
        model = fold_model(folds, "page", fold)
        for off in (CONTEXT | PHRASES, PHRASES, frozenset[str]()):
            texts.append(assemble(tree, _label_without(tree, evidence, model, off)).text)
    return {name: text_scores(text, page.truth) for name, text in zip(PARTS, texts, strict=False)}


def _label_without(
    tree: BlockTree, evidence: PageEvidence, model: BlockModel, off: frozenset[str]
) -> tuple[Segment, ...]:
    columns = input_columns(page_features(tree, evidence)) if off else ()
    hidden = model.hidden.copy()
    hidden[np.array([column.partition(".")[0] in off for column in columns], bool).nonzero()[0]] = 0
    return label_by_model(tree, evidence, score_blocks(tree, evidence, replace(model, hidden=hidden)))
