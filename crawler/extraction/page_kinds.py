"""Pages that are no article: consent walls, errors, log-in forms, pages of scripts, lists of teasers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from crawler.extraction.assembly import Article
from crawler.extraction.page_words import count_words, speaks_of
from crawler.items import Block, BlockKind, Label, ParagraphKind, Segment

MAX_WALL_WORDS = 1_200
MIN_ASKING_WORDS = 25
ASKING_SHARE = 0.5
"""A consent wall has few words, and half of them ask. Chosen, not measured."""
ARTICLE_WORDS = 300
"""Words of text from which a page that declares a date, or that it is an article, is no wall."""
FIRST_PARTS = 3
"""Blocks of text of which one asks, if the page is a wall; it spares most articles the search of the rest."""
MAX_BUTTON_CHARS = 40
MAX_ERROR_WORDS = 120
"""Words of text from which a page is read as an article whatever its headline says. Chosen: error pages of ten
languages have under 60, and lists of teasers may follow."""
MAX_FORM_WORDS = 120
FEW_BLOCKS = 6
"""Blocks up to which a page has no frame of menus about it. Chosen, not measured."""
MAX_SCRIPT_WORDS = 60
MAX_LEFT_WORDS = 5
"""Words outside menus and imprint up to which a page shows nothing."""
LONG_WORDS = 25
"""Words from which an unlinked block counts as running text."""
MIN_TEASERS = 3
TEASER_SHARE = 0.5
TEASER_SHARE_OF_ARTICLES = 0.8
"""Share of the paragraphs that follow a linked headline from which a page is a list of teasers; more is asked of a
page that calls itself an article. Chosen, not measured."""
MAX_HOSTS = 2
"""Hosts that the headlines of one site's list lead to. Chosen, not measured."""
MANY_HEADLINES = 4
FEW_WORDS = 60
"""Linked headlines beside a text of so few words that make a page without a date a list. Chosen, not measured."""
LINKED = 0.8
HEADLINE_WORDS = 4
NUMBER = re.compile(r"\d+")
CODE = re.compile(
    r"(?:error|fehler|erreur|errore|erro|błąd|fel|feil|fejl|virhe|hata|http|status|ошибка)\W{0,3}(?:40[0134]|410|50[0234])\b"
    r"|^\W*(?:40[0134]|410|50[0234])(?:\W*$|\s*[-–—|:.!])",
    re.IGNORECASE,
)
TEASERS = frozenset({Label.RELATED, Label.NAVIGATION})
FRAME = frozenset({Label.NAVIGATION, Label.LEGAL, Label.SHARING})


def is_consent_page(blocks: Sequence[Block], segments: Sequence[Segment], words: int, *, is_dated: bool) -> bool:
    """A wall has little text, most of what it has asks for consent, and there is something to press."""
    if words > MAX_WALL_WORDS or (is_dated and words >= ARTICLE_WORDS):
        return False
    text = [s.text for s in segments if s.label.in_text]
    if text and not any(speaks_of("consent", part) for part in text[:FIRST_PARTS]):
        return False
    if sum(count_words(part) for part in text if speaks_of("consent", part)) < ASKING_SHARE * words:
        return False
    total = sum(count_words(s.text) for s in segments if s.label is not Label.NAVIGATION)
    asking = sum(count_words(b.text) for b in blocks if speaks_of("consent", b.text))
    if total > MAX_WALL_WORDS or asking < max(MIN_ASKING_WORDS, ASKING_SHARE * total):
        return False
    return any(speaks_of("accept", b.text) for b in blocks if len(b.text) <= MAX_BUTTON_CHARS)


def is_error_page(headlines: Sequence[str], segments: Sequence[Segment], words: int) -> bool:
    """A short page whose headline, or whose whole text, says that there is nothing."""
    if words >= MAX_ERROR_WORDS:
        return False
    if any(CODE.search(text) or speaks_of("error", text) for text in headlines):
        return True
    text = [s.text for s in segments if s.label.in_text]
    said = sum(count_words(t) for t in text if speaks_of("error", t))
    return 0 < words < MAX_SCRIPT_WORDS and said > ASKING_SHARE * words


def is_login_page(headlines: Sequence[str], segments: Sequence[Segment], words: int) -> bool:
    """A page without much text whose headline asks to log in; where there is hardly a block, a button will do."""
    shown = [] if words or len(segments) > FEW_BLOCKS else [s.text for s in segments]
    short = (text for text in (*headlines, *shown) if len(text) <= MAX_BUTTON_CHARS)
    return words < MAX_FORM_WORDS and any(speaks_of("login", text) for text in short)


def shows_nothing(segments: Sequence[Segment], words: int) -> bool:
    """A page of menus alone, or one that asks for scripts."""
    if words < MAX_SCRIPT_WORDS and any(speaks_of("script", s.text) for s in segments if s.label not in FRAME):
        return True
    if words > MAX_LEFT_WORDS:
        return False
    return sum(count_words(s.text) for s in segments if s.label not in FRAME) <= MAX_LEFT_WORDS


def is_listing(
    blocks: Sequence[Block], segments: Sequence[Segment], article: Article, words: int, *, is_dated: bool
) -> bool:
    """A page of teasers: little running text, no paragraph of length, much that is linked."""
    longest = max(
        (count_words(p.text) for p in article.paragraphs if p.kind is not ParagraphKind.SUBHEADING), default=0
    )
    if is_dated:
        return longest < 5 or (words < 20 and _teaser_words(segments) > 20 * words)
    if longest < LONG_WORDS and _teaser_words(segments) > words:
        return True
    if words >= FEW_WORDS:
        return False
    headlines = {b.hrefs for b in blocks if b.kind is BlockKind.HEADING and is_linked_headline(b)}
    return len(headlines) >= MANY_HEADLINES


def _teaser_words(segments: Sequence[Segment]) -> int:
    return sum(count_words(s.text) for s in segments if s.label in TEASERS)


def is_row_of_teasers(blocks: Sequence[Block], segments: Sequence[Segment], *, declared_article: bool) -> bool:
    """A topic page: what was taken for paragraphs are the summaries under linked headlines.

    Headlines that lead to many hosts are those of an article about shops, places or other people's texts.
    """
    paragraphs = [i for i, s in enumerate(segments) if s.label.in_text and _is_paragraph(blocks, i)]
    headlines = [blocks[i - 1] for i in paragraphs if i and is_linked_headline(blocks[i - 1])]
    teasers = len(headlines)
    if len({_host(block) for block in headlines}) > MAX_HOSTS:
        return False
    if teasers and teasers == len(paragraphs) and not declared_article:
        return teasers > 1
    share = TEASER_SHARE_OF_ARTICLES if declared_article else TEASER_SHARE
    return teasers >= MIN_TEASERS and teasers >= share * len(paragraphs)


def _is_paragraph(blocks: Sequence[Block], i: int) -> bool:
    """Whether it has words of its own: the headlines of teasers and the dates below them are none."""
    if blocks[i].kind is BlockKind.HEADING or count_words(NUMBER.sub(" ", blocks[i].text)) < HEADLINE_WORDS:
        return False
    is_summary = i > 0 and is_linked_headline(blocks[i - 1])  # of a card, linked with its headline
    return is_summary or not is_linked_headline(blocks[i])


def is_linked_headline(block: Block) -> bool:
    """Whether a block leads to another page; a link to a place of the same page is a heading that folds out."""
    if block.link_density <= LINKED or all(href.startswith("#") for href in block.hrefs):
        return False
    return block.kind is BlockKind.HEADING or count_words(block.text) >= HEADLINE_WORDS


def _host(block: Block) -> str:
    try:
        return urlsplit(next(iter(block.hrefs), "")).hostname or ""
    except ValueError:
        return ""
