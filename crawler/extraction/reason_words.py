"""Evidence in words: for each group of features, what it is in this block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import numpy as np

from crawler.extraction.block_model import LABELS
from crawler.extraction.block_words import class_names
from crawler.extraction.boxes import NEAR_LEVELS
from crawler.extraction.link_targets import read_target
from crawler.extraction.reason_case import Case, quoted
from crawler.extraction.text_shape import code_of, read_words
from crawler.extraction.word_units import BOX_ROLES, ROLE, ROLES, buckets_of, hashed_buckets

NEAR = 3
"""Blocks to either side that count as neighbours in a reason."""
MIN_BOX = 3
CLEAR_SHARE = 0.3
NAMED_AREAS = {
    "article": "<article>", "aside": "<aside>", "footer": "<footer>", "header": "<header>", "nav": "<nav>",
    "form": "a form", "figure": "a figure", "figcaption": "a figure's caption", "ul": "a list", "table": "a table",
    "blockquote": "a quotation", "button": "a button", "label": "a form's label", "h1": "<h1>", "h2": "<h2>",
    "h3": "a lower heading",
}  # fmt: skip


def _words(case: Case) -> str | None:
    """Word the unit of the linear stage that speaks most for the label."""
    units = case.page.features.units
    i = case.block.index
    members = units.members[units.member_offsets[i] : units.member_offsets[i + 1]]
    scores = case.page.reading.unit_scores[members]
    margin = scores[:, case.label] - scores.mean(axis=1)
    for unit in members[np.argsort(-margin, kind="stable")].tolist():
        text = _unit(case, ROLES[int(units.roles[unit])])
        if text:
            return text
    return None


def _unit(case: Case, role: str) -> str | None:
    blocks, i = case.page.tree.blocks, case.block.index
    if role in {"own", "pair", "whole", "stem"}:
        return _own_words(case)
    if role == "before":
        return f"follows {quoted(blocks[i - 1].text)}"
    if role == "after":
        return f"stands before {quoted(blocks[i + 1].text)}"
    if role in {"heading", "heading_phrase"}:
        return _heading(case)
    if role == "previous_heading":
        return f"after the heading {quoted(blocks[int(case.page.features.boxes.previous_heading[i])].text)}"
    if role == "phrase":
        return _phrase(case)
    if role == "link":
        return _links(case)
    if ROLE[role] in BOX_ROLES or role == "branch":
        return _container(case)
    return _shape(case)


def _own_words(case: Case) -> str | None:
    words = list(dict.fromkeys(w for w in read_words(case.block.text.casefold()) if len(w) > 1))
    if not words:
        return None
    weights = case.page.model.linear[buckets_of(map(code_of, words), ROLE["own"])]
    margin = weights[:, case.label] - weights.mean(axis=1)
    best = [words[n] for n in np.argsort(-margin, kind="stable")[:2] if margin[n] > 0 and not words[n].isdecimal()]
    return "its words " + ", ".join(f"“{word}”" for word in best) if best else None


def _container(case: Case) -> str | None:
    """Name the class word of a container round the block that weighs most for the label."""
    key = (case.block.container, case.label)
    if key not in case.page.names:
        around = [c for c in case.page.tree.enclosing(case.block) if c.parent is not None]
        names = list(dict.fromkeys(name for container in around for name in class_names(container.words)))
        case.page.names[key] = _heaviest(case, names) if names else (0.0, "")
    margin, name = case.page.names[key]
    return f"in a container named “{name}”" if margin > 0 else None


def _heaviest(case: Case, names: list[str]) -> tuple[float, str]:
    codes = np.repeat(np.array([code_of(name) for name in names], np.uint64), len(BOX_ROLES))
    weights = case.page.model.linear[hashed_buckets(codes, np.tile(np.array(BOX_ROLES), len(names)))]
    margin = weights[:, case.label] - weights.mean(axis=1)
    at = int(margin.argmax())
    return float(margin[at]), names[at // len(BOX_ROLES)]


def _phrase(case: Case) -> str | None:
    hits = [hit for hit in case.page.features.phrases[case.block.index] if hit.label == LABELS[case.label]]
    if hits:
        return f"“{hits[0].phrase}” is a phrase of {case.name}"
    at = int(case.page.features.boxes.heading[case.block.index])
    if at >= 0 and any(hit.label == LABELS[case.label] for hit in case.page.features.phrases[at]):
        return f"heading {quoted(case.page.tree.blocks[at].text)} names {case.name}"
    return None if case.page.features.phrases[case.block.index] else "no phrase of boilerplate in it"


def _heading(case: Case) -> str | None:
    if case.page.features.boxes.is_heading[case.block.index]:
        return f"set as a heading (<{case.block.tag}>)"
    heading = case.heading()
    return f"box heading {heading}" if heading else None


def _neighbours(case: Case) -> str | None:
    i = case.block.index
    near = [n for n in range(i - NEAR, i + NEAR + 1) if n != i and 0 <= n < len(case.page.likely)]
    return _company(case, Counter(case.page.likely[n] for n in near), "neighbours")


def _box(case: Case) -> str | None:
    for level in range(NEAR_LEVELS):
        start, end = case.page.features.boxes.bounds_of(case.block.index, level)
        if end - start >= MIN_BOX:
            counted = case.page.boxes.get((start, end))
            if counted is None:
                counted = case.page.boxes[start, end] = Counter(case.page.likely[start:end])
            own = [case.page.likely[case.block.index]] if start <= case.block.index < end else []
            return _company(case, counted - Counter(own), "others in its box")
    return None


def _company(case: Case, labels: Counter[int], name: str) -> str | None:
    number = labels.total()
    if not number:
        return None
    label = case.label if labels[case.label] else labels.most_common(1)[0][0]
    return f"{labels[label]} of {number} {name} look like {LABELS[label].replace('_', ' ')}"


def _links(case: Case) -> str | None:
    if not case.block.hrefs:
        return "holds no link"
    target = read_target(case.block.hrefs[0])
    if target.kind == "web" and target.site and target.site != case.page.features.site:
        return f"links to {target.site}"
    if target.kind == "web":
        path = _path(case.block.hrefs[0])
        if path is None:
            return "links to a broken address"
        return f"links to {quoted(path)} on its own site" if path.strip("/") else "links to the home page"
    kinds = {"anchor": "links to a place on the page", "mail": "links to an e-mail or telephone number"}
    return kinds.get(target.kind, "links to a script")


def _path(href: str) -> str | None:
    """Return the path of an address, None where it is none: `http://[x`."""
    try:
        return urlsplit(href).path
    except ValueError:
        return None


def _title(case: Case) -> str | None:
    overlap = case.value("title.overlap")
    if case.value("title.equal"):
        return "is the page's headline word for word"
    return f"shares {round(100 * overlap)} % of its words with the headline" if overlap > CLEAR_SHARE else None


def _description(case: Case) -> str | None:
    share = case.value("description.share")
    if case.page.evidence.description and share > CLEAR_SHARE:
        return f"{round(100 * share)} % of its words stand in the page's description"
    return None


def _article_body(case: Case) -> str | None:
    return "stands in the article body of the page's JSON-LD" if case.value("article_body.holds") else None


def _repeats(case: Case) -> str | None:
    times = round(case.value("repeats.text"))
    return f"stands {times} times on the page" if times > 1 else None


def _place(case: Case) -> str:
    index, count = case.block.index, len(case.page.tree.blocks)
    first, last = case.page.article
    if case.page.evidence.plain_text:
        return f"line {index + 1} of {count}"
    if first > last:
        return f"block {index + 1} of {count} on a page without an article"
    if index < first:
        return "stands above the article"
    return "stands below the article" if index > last else "stands within the article"


def _area(case: Case) -> str | None:
    marks = {name: case.value(f"area.{name}") for name in NAMED_AREAS}
    nearest = max(marks, key=lambda name: marks[name])
    return f"stands in {NAMED_AREAS[nearest]}" if marks[nearest] > 0 else None


def _shape(case: Case) -> str:
    words = round(float(np.expm1(case.value("shape.words"))))
    linked = round(100 * case.value("shape.linked"))
    noun = "word" if words == 1 else "words"
    return f"{words} {noun}, {linked} % of it linked" if case.block.hrefs else f"{words} {noun} without a link"


def _voice(case: Case) -> str | None:
    name, reader, ours = (case.value(f"voice.{said}") > 0 for said in ("brand", "reader", "ours"))
    if name:
        return "names the site and speaks to the reader" if reader else "names the site itself"
    if ours:
        return "speaks of itself and to the reader" if reader else "speaks of its own"
    return "speaks to the reader" if reader else None


def _form(case: Case) -> str:
    share = case.value("form.pair_mass")
    if share > CLEAR_SHARE:
        return f"an element like those of {round(100 * share)} % of the article"
    return "within the article's container" if case.value("form.within") else "outside the article's container"


WORDINGS: Mapping[str, Callable[[Case], str | None]] = {
    "words": _words, "shape": _shape, "links": _links, "title": _title, "description": _description,
    "article_body": _article_body, "repeats": _repeats, "place": _place, "area": _area, "heading": _heading,
    "container": _container, "box": _box, "neighbours": _neighbours, "phrase": _phrase,
    "voice": _voice, "form": _form,
}  # fmt: skip
"""What is said of each group of columns; None where there is nothing to say of the block."""
