"""How a record is held against a page's truth: words of the body, snippets, metadata, labels of blocks."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from crawler.items import Label, Record
from crawler.training.labelled_texts import places_of

UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f"
WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
BLOCK_TOKEN = re.compile(rf"[{UNSPACED}]|[^\W_]+")
ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
SPACE = re.compile(r"\s+")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TEXT = frozenset({Label.BODY, Label.LEAD, Label.SUBHEADING})
UNSCORED = frozenset({Label.TITLE, Label.BYLINE, Label.CAPTION})
"""Labels that do not count where the body is held against the rest."""
PROMOTION = frozenset({Label.ADVERTISEMENT, Label.JOB_LISTING, Label.COMMENT_POLICY, Label.SUBSCRIPTION})
ALIASES = {"nb": "no", "nn": "no"}

Row = tuple[str, str, int]
"""True label of a block, the label that it was given, and its number of tokens."""


def words(text: str) -> list[str]:
    return WORD.findall(ZERO_WIDTH.sub("", text).lower())


def word_f1(found: str, truth: str) -> float:
    """Return the F1 of the two bags of words, 0 to 1."""
    ours, theirs = words(found), words(truth)
    if not ours or not theirs:
        return float(ours == theirs)
    common = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * common / (len(ours) + len(theirs))


def text_scores(text: str, page: Mapping[str, Any]) -> dict[str, float]:
    """Return word F1 and the shares of snippets that must and must not appear, as far as the page has the truth."""
    scores: dict[str, float] = {}
    if page.get("body"):
        scores["word_f1"] = word_f1(text, page["body"])
    flat = _flat(text)
    if page.get("with"):
        scores["with"] = fmean(_flat(snippet) in flat for snippet in page["with"])
    if page.get("without"):
        scores["without"] = fmean(_flat(snippet) not in flat for snippet in page["without"])
    return scores


def metadata_scores(
    page: Mapping[str, Any], title: str | None, date: str | None, authors: Iterable[str]
) -> dict[str, float]:
    """Return 1 or 0 for title, day and authors, as far as the page has the truth."""
    scores: dict[str, float] = {}
    if page.get("title"):
        scores["title"] = float(_key(title) == _key(page["title"]))
    if page.get("date"):
        scores["date"] = float(_day(date) == _day(page["date"]))
    wanted = page.get("authors") or page.get("author")
    if wanted:
        wanted = [wanted] if isinstance(wanted, str) else wanted
        scores["authors"] = float(set(map(_key, authors)) == set(map(_key, wanted)))
    return scores


def language_score(code: str, page: Mapping[str, Any]) -> dict[str, float]:
    """Return 1 or 0 for a code whose primary subtag is one of the page's languages, nothing where it has none."""
    primary = code.partition("-")[0]
    wanted = page.get("languages")
    return {"language": float(ALIASES.get(primary, primary) in wanted)} if wanted else {}


def label_rows(gold: Sequence[Mapping[str, Any]], record: Record) -> list[Row]:
    """Return one row a labelled block: those of our own splitter, in its order, some of which it joins by now."""
    texts = [segment.text for segment in record.segments]
    places = range(len(gold)) if len(gold) == len(texts) else places_of([block["text"] for block in gold], texts)
    return [
        (block["label"], str(record.segments[place].label), max(len(BLOCK_TOKEN.findall(block["text"].lower())), 1))
        for block, place in zip(gold, places, strict=True)
        if place is not None
    ]


def label_figures(pages: Sequence[Sequence[Row]]) -> dict[str, float]:
    """Return macro F1, F1 of each label, body against the rest, and the share of pages with promotion in the text."""
    rows = [row for page in pages for row in page]
    by_label = {str(label): _f1_of_label(rows, str(label)) for label in Label if any(r[0] == label for r in rows)}
    leaking = [any(true in PROMOTION and given in TEXT for true, given, _ in page) for page in pages]
    f1, recall = body_f1(rows)
    figures = {"macro_f1": fmean(by_label.values()), "body_token_f1": f1, "body_recall": recall}
    figures["block_f1"] = body_f1([(true, given, 1) for true, given, _ in rows])[0]
    return figures | {"leak_pages": fmean(leaking)} | {f"f1 {label}": value for label, value in by_label.items()}


def body_f1(rows: Iterable[Row]) -> tuple[float, float]:
    """Return F1 and recall of the article's tokens; title, byline and caption do not count as either."""
    both = found = wanted = 0
    for true, given, tokens in rows:
        if true in UNSCORED:
            continue
        in_body, said_body = true in TEXT, given in TEXT or given in UNSCORED
        both += tokens * (in_body and said_body)
        found += tokens * said_body
        wanted += tokens * in_body
    return 2 * both / max(found + wanted, 1), both / max(wanted, 1)


def _f1_of_label(rows: Sequence[Row], label: str) -> float:
    both = sum(true == given == label for true, given, _ in rows)
    return 2 * both / sum((true == label) + (given == label) for true, given, _ in rows)


def _flat(text: str) -> str:
    return SPACE.sub(" ", text).strip().lower()


def _key(value: str | None) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", ZERO_WIDTH.sub("", value or "")).casefold()))


def _day(value: str | None) -> str | None:
    found = DAY.search(str(value or ""))
    return found[0] if found else None
