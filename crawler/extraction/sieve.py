"""A second look at the labels: where a block's own words are certain, and where an article's tail is all chaff.

The model learned from pages as publishers make them. Chaff that stands among the paragraphs without any mark of its own
deceives it, and trafilatura as well, so rules come after it. Of 9,963 article blocks of labelled pages the first
touches 5, of 6,350 promotion blocks 1,779 (measured).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from crawler.extraction.appended_articles import find_appended
from crawler.extraction.blocks import BlockTree
from crawler.extraction.comment_boxes import without_comments
from crawler.extraction.hidden_text import without_hidden
from crawler.extraction.hints import Hints
from crawler.extraction.pointers import POINTER_SCORE, find_pointers
from crawler.extraction.runs import best_path
from crawler.extraction.stray_lines import SURE_TEXT, without_stray_lines
from crawler.extraction.teasers import find_teasers
from crawler.extraction.vacancy_boxes import with_vacancies
from crawler.extraction.vacancy_tail import PROMOTION, without_tail
from crawler.items import Block, BlockKind, Label, Segment

DECISIVE = frozenset({
    Label.ADVERTISEMENT, Label.JOB_LISTING, Label.COMMENT_POLICY, Label.SUBSCRIPTION, Label.RELATED, Label.SHARING,
})  # fmt: skip
"""Labels whose certain phrases overrule the model."""
DECISIVE_IN_LINES = frozenset({Label.NAVIGATION, Label.OTHER})
LINE_WORDS = 12
"""Those whose certain phrases do in so many words at most; in a paragraph they tell a story: `found a mistake`."""
DECISIVE_IN_DOUBT = frozenset({Label.LEGAL, Label.COMMENT})
"""Those whose certain phrases do where it is not sure of text: articles use their words too."""
CERTAIN_COST, HINT_COST, MODEL_COST = 4.0, 2.0, 2.0
"""Costs of calling a line article against certain words, against weaker ones, and either against the model. Chosen."""
SURE_LINE, SURE_COST = 0.8, 4.0
"""Score from which the model is sure of a line of text, and the cost of calling such a line chaff: more than that of
the two changes beside a line that stands alone. Out of fold .7 to .9 are alike."""
LINKED_TABLE = 0.2
"""Mean link density of its cells from which a table is no text but a list of links. Chosen, not measured."""
PROMOTION_CELLS = 0.3
CELL_SCORE = 0.5
"""Share of a table's cells that must be surely promotion to make it no text, and the score that is sure. Chosen: one
doubtful cell among fifty kept whole tables out."""
CONTENTS_LINKED = 0.8
"""Link density from which an entry that leads to places on its own page belongs to a table of contents. Of 935 such
entries on labelled pages none is a paragraph, one a subheading (measured)."""
MIN_TEASERS = 3
TEASER_SCORE = 0.7
"""Boxes under linked headlines that are teasers anywhere; two are where they hold most of the page's text. Of what
three and more hold as text on labelled pages, out of fold, 8 blocks are teasers or advertisements, none is article; of
two, 4 and 6 (measured)."""
LEAST_ARTICLE_CHARS = 200
"""Characters of text from which a headline's container holds the article, so that one like it is another. Chosen."""
APPENDED_SCORE = 0.9
"""Of 2,134 pages seven have such articles below; one had 33 blocks of them in its text, none of its own (measured)."""
OF_ARTICLES = frozenset({Label.TITLE, Label.BYLINE, Label.CAPTION})
WORD = re.compile(r"\w+")


def sift_lines(segments: Sequence[Segment], hints: Sequence[Hints]) -> tuple[Segment, ...]:
    """Plain text: weigh the model against the lines' words, over runs of lines."""
    costs = []
    for segment, hint in zip(segments, hints, strict=True):
        said = hint.strongest
        against = 0.0 if said is None else CERTAIN_COST if said.certain else HINT_COST
        article = against + (0.0 if segment.label.in_text else MODEL_COST)
        against_model = SURE_COST if segment.score >= SURE_LINE else MODEL_COST
        costs.append((article, against_model if segment.label.in_text else 0.0))
    is_article = best_path(costs)
    return tuple(
        _line(segment, hint, article) for segment, hint, article in zip(segments, hints, is_article, strict=True)
    )


def sift_page(
    tree: BlockTree,
    segments: Sequence[Segment],
    hints: Sequence[Hints],
    url: str | None = None,
    titles: Sequence[str] = (),
) -> tuple[Segment, ...]:
    """HTML: take out what its own words name for certain, teasers, further articles, what is hidden, comments, stray
    lines, then a tail of chaff; keep tables whole. `titles` are the page's own.
    """
    sifted = [
        hint.strongest.on(segment) if hint.strongest is not None and _is_decisive(block, segments, hint) else segment
        for block, segment, hint in zip(tree.blocks, segments, hints, strict=True)
    ]
    _keep_tables(tree, sifted)
    for block in tree.blocks:
        if sifted[block.index].label.in_text and _is_of_contents(block):
            reason = "an entry that leads to a place on the page"
            sifted[block.index] = replace(sifted[block.index], label=Label.NAVIGATION, score=0.9, reason=reason)
    _take_out_teasers(tree, sifted, url)
    for i in find_pointers(tree, sifted, url):
        if sifted[i].label.in_text:
            reason = "only points to other pages of the site"
            sifted[i] = replace(sifted[i], label=Label.RELATED, score=POINTER_SCORE, reason=reason)
    _take_out_appended(tree, sifted, titles)
    shown = without_comments(tree, without_hidden(tree, sifted), hints)
    shown = with_vacancies(tree, without_stray_lines(tree.blocks, shown), hints)
    return without_tail(tree.blocks, shown, hints)


def _keep_tables(tree: BlockTree, sifted: list[Segment]) -> None:
    """A table within the article is text whole: a cell alone looks like anything."""
    text = [i for i, s in enumerate(sifted) if s.label.in_text and tree.blocks[i].kind is not BlockKind.TABLE]
    tables: dict[int, list[int]] = {}
    for block in tree.blocks:
        if block.kind is not BlockKind.TABLE or not text or not text[0] < block.index < text[-1]:
            continue
        table = next((c.index for c in tree.enclosing(block) if c.tag == "table"), None)
        if table is not None:
            tables.setdefault(table, []).append(block.index)
    for cells in tables.values():
        linked = sum(tree.blocks[i].link_density for i in cells) / len(cells)
        surely = sum(sifted[i].label in PROMOTION and sifted[i].score >= CELL_SCORE for i in cells)
        if linked > LINKED_TABLE or surely >= PROMOTION_CELLS * len(cells):
            continue
        for i in cells:
            if not sifted[i].label.in_text:
                reason = f"one of {len(cells)} cells of a table within the article"
                sifted[i] = replace(sifted[i], label=Label.BODY, score=0.6, reason=reason)


def _take_out_teasers(tree: BlockTree, sifted: list[Segment], url: str | None) -> None:
    text = sum(len(s.text) for s in sifted if s.label.in_text)
    for found in find_teasers(tree, url):
        taken = [i for teaser in found.teasers for i in teaser if sifted[i].label.in_text]
        if found.articles < MIN_TEASERS and 2 * sum(len(sifted[i].text) for i in taken) <= text:
            continue
        for i in taken:
            reason = f"one of {len(found.teasers)} boxes whose headlines lead to other pages"
            sifted[i] = replace(sifted[i], label=Label.RELATED, score=TEASER_SCORE, reason=reason)


def _take_out_appended(tree: BlockTree, sifted: list[Segment], titles: Sequence[str]) -> None:
    """Where the article has text, nothing of one that is appended to it is the page's: title and byline neither."""
    chars: dict[range, int] = {}
    for own, other in dict.fromkeys(find_appended(tree, titles)):
        if own not in chars:
            chars[own] = sum(len(sifted[i].text) for i in own if sifted[i].label.in_text)
        for i in other if chars[own] >= LEAST_ARTICLE_CHARS else ():
            if sifted[i].label.in_text or sifted[i].label in OF_ARTICLES:
                reason = "in another article, below the page's own"
                sifted[i] = replace(sifted[i], label=Label.RELATED, score=APPENDED_SCORE, reason=reason)


def _is_of_contents(block: Block) -> bool:
    inner = block.kind is BlockKind.LIST_ITEM and block.link_density > CONTENTS_LINKED and bool(block.hrefs)
    return inner and all(href.startswith("#") and len(href) > 1 for href in block.hrefs)


def _line(segment: Segment, hint: Hints, article: bool) -> Segment:
    if article:
        if segment.label.in_text:
            return replace(segment, label=Label.BODY) if segment.label is Label.LEAD else segment
        return replace(segment, label=Label.BODY, score=0.5, reason=f"among article lines, though {segment.reason}")
    if hint.strongest is not None:
        return hint.strongest.on(segment)
    if segment.label.in_text:
        return replace(segment, label=Label.OTHER, score=0.5, reason=f"among lines of chaff, though {segment.reason}")
    return segment


def _is_decisive(block: Block, segments: Sequence[Segment], hint: Hints) -> bool:
    said, segment = hint.strongest, segments[block.index]
    if not segment.label.in_text or said is None or hint.is_boxed:
        return False
    is_doubted = segment.score < SURE_TEXT
    is_line = len(WORD.findall(block.text)) <= LINE_WORDS
    may_overrule = (
        said.label in DECISIVE
        or (is_line and said.label in DECISIVE_IN_LINES)
        or (is_doubted and said.label in DECISIVE_IN_DOUBT)
    )
    if not may_overrule:
        return False
    below = segments[block.index + 1 : block.index + 2]
    heads_text = block.kind is BlockKind.HEADING and any(s.label.in_text for s in below)
    return said.certain or (hint.is_whole and is_doubted and not heads_text)
