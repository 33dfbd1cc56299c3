"""Whether what was read is an article, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.extraction.assembly import Article
from crawler.extraction.options import ExtractionOptions
from crawler.extraction.page_kinds import (
    LONG_WORDS,
    is_consent_page,
    is_error_page,
    is_listing,
    is_login_page,
    is_row_of_teasers,
    shows_nothing,
)
from crawler.extraction.page_words import count_words, speaks_of
from crawler.extraction.phrasebook import find_phrases
from crawler.items import Block, BlockKind, Label, Segment, Status

UNREAD_SHARE = 2.0
"""Running text outside the article, against the article's own, from which the reading is suspicious. Chosen."""
PAYWALL_WORDS = 300
"""Words of text from which a page is read whole, whatever it says of its price: nine of 104 news pages
declare themselves not free, and all had text of the truth's length, within 2 %, or more."""
OFFER_REACH = 8
"""Blocks behind the last paragraph in which an offer to read on stands. Chosen, not measured."""
MAX_OFFER_WORDS = 40


@dataclass(frozen=True, slots=True)
class Signals:
    """What beside the text decides the status."""

    title: str | None
    has_date: bool
    declared_article: bool
    """JSON-LD or Open Graph call the page an article."""
    is_accessible_for_free: bool | None
    plain_text: bool


def judge(
    blocks: Sequence[Block],
    segments: Sequence[Segment],
    article: Article,
    signals: Signals,
    options: ExtractionOptions,
) -> Status:
    """Return the status of a page that could be parsed."""
    words = count_words(article.text)
    if not blocks:
        return Status.EMPTY
    if signals.plain_text:
        return _by_length(words, options)
    is_dated = signals.declared_article or signals.has_date
    if is_consent_page(blocks, segments, words, is_dated=is_dated):
        return Status.CONSENT_PAGE
    headlines = [signals.title or "", *(block.text for block in blocks if block.tag == "h1")]
    if not is_dated and (is_error_page(headlines, segments, words) or is_login_page(headlines, segments, words)):
        return Status.NOT_ARTICLE
    if shows_nothing(segments, words):
        return Status.EMPTY
    if words < options.min_words or is_listing(blocks, segments, article, words, is_dated=is_dated):
        return Status.NOT_ARTICLE
    if is_row_of_teasers(blocks, segments, declared_article=signals.declared_article):
        return Status.NOT_ARTICLE
    if words < PAYWALL_WORDS and (signals.is_accessible_for_free is False or _offers_more(segments)):
        return Status.PAYWALL
    if _is_suspicious(blocks, segments, words):
        return Status.SUSPICIOUS
    return _by_length(words, options)


def _by_length(words: int, options: ExtractionOptions) -> Status:
    if words < options.min_words:
        return Status.NOT_ARTICLE
    return Status.SHORT if words < options.short_words else Status.OK


def _offers_more(segments: Sequence[Segment]) -> bool:
    """Whether an offer to subscribe stands right behind the last paragraph, and says that there is more to read."""
    last = max((i for i, s in enumerate(segments) if s.label.in_text), default=None)
    if last is None:
        return False
    behind = [s for s in segments[last : last + OFFER_REACH] if count_words(s.text) <= MAX_OFFER_WORDS]
    offers = any(s.label is Label.SUBSCRIPTION or _is_offer(s.text) for s in behind)
    return offers and any(speaks_of("read_on", s.text) for s in behind)


def _is_offer(text: str) -> bool:
    return any(hit.label is Label.SUBSCRIPTION and hit.strength == "strong" for hit in find_phrases(text))


def _is_suspicious(blocks: Sequence[Block], segments: Sequence[Segment], words: int) -> bool:
    """Much running text on the page, little of it in the article: the reader saw more than we kept."""
    unread = sum(
        count_words(block.text)
        for block, segment in zip(blocks, segments, strict=True)
        if segment.label in {Label.OTHER, Label.RELATED}
        and block.kind is BlockKind.PARAGRAPH
        and block.link_density < 0.2
        and count_words(block.text) >= LONG_WORDS
    )
    return unread > UNREAD_SHARE * max(words, 100)
