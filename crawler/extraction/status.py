"""Whether what was read is an article, and how far it can be trusted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.extraction.assembly import Article
from crawler.extraction.options import ExtractionOptions
from crawler.extraction.phrasebook import find_phrases
from crawler.items import Block, BlockKind, Label, ParagraphKind, Segment, Status

WORD = re.compile(r"\w")
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|[^\W_]+")
"""A word, or one character of a script written without spaces."""

CONSENT_WORDS = re.compile(
    r"cookie|consent|einwilligung|zustimm|datenschutz|tracking|werbefrei|privacy|partner|purpose|rgpd|gdpr|dsgvo"
    r"|accepter|akzeptier|accept all|consentement|privacidad|samtykke|toestemming|zgod",
    re.IGNORECASE,
)
ERROR_TITLE = re.compile(
    r"\b(404|410|403|500|503)\b|not found|nicht gefunden|introuvable|no encontrad|non trovat|error page|page missing"
    r"|access denied|zugriff verweigert|just a moment|attention required|are you (a )?(human|robot)|captcha"
    r"|enable javascript",
    re.IGNORECASE,
)
READ_ON = re.compile(
    r"weiterlesen|continue reading|read on|unlock|freischalt|only for subscribers|nur für abonnent|exklusiv für abonn"
    r"|réservé aux abonn|lire la suite|solo para suscriptor|per gli abbonati|tilaajille|abonnenter|prenumerant"
    r"|dla subskrybent|already (a )?subscri|bereits abonnent|jetzt testen|subscribe to (read|continue)",
    re.IGNORECASE,
)
LONG_WORDS = 25
"""Words from which an unlinked block counts as running text."""
UNREAD_SHARE = 2.0
"""Running text outside the article, against the article's own, from which the reading is suspicious. Chosen."""

PAYWALL_WORDS = 300
"""Words of text from which a page is read whole, whatever it says of its price: nine of 104 news pages
declare themselves not free, and all had text of the truth's length, within 2 %, or more."""
MIN_TEASERS = 3
TEASER_SHARE = 0.5
TEASER_SHARE_OF_ARTICLES = 0.8
"""Share of the paragraphs that follow a linked headline from which a page is a list of teasers; more is asked of a
page that calls itself an article. Chosen, not measured."""
LINKED = 0.8
HEADLINE_WORDS = 4


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
    if _is_consent_page(blocks, segments, words):
        return Status.CONSENT_PAGE
    if signals.title and ERROR_TITLE.search(signals.title) and words < 4 * options.short_words:
        return Status.NOT_ARTICLE
    if words < options.min_words or _is_listing(segments, article, words, signals):
        return Status.NOT_ARTICLE
    if _is_row_of_teasers(blocks, segments, signals):
        return Status.NOT_ARTICLE
    if words < PAYWALL_WORDS and (signals.is_accessible_for_free is False or _offers_more(segments)):
        return Status.PAYWALL
    if _is_suspicious(blocks, segments, words):
        return Status.SUSPICIOUS
    return _by_length(words, options)


def count_words(text: str) -> int:
    return sum(1 for _ in TOKEN.finditer(text))


def _by_length(words: int, options: ExtractionOptions) -> Status:
    if words < options.min_words:
        return Status.NOT_ARTICLE
    return Status.SHORT if words < options.short_words else Status.OK


def _is_consent_page(blocks: Sequence[Block], segments: Sequence[Segment], words: int) -> bool:
    """A wall has little text, and most of what it has asks for consent."""
    total = sum(count_words(b.text) for b in blocks)
    if total > 1_200:
        return False
    asking = sum(count_words(b.text) for b in blocks if CONSENT_WORDS.search(b.text))
    in_text = sum(count_words(s.text) for s in segments if s.label.in_text and CONSENT_WORDS.search(s.text))
    return asking >= 0.5 * total and asking >= 30 and in_text >= 0.5 * words


def _is_listing(segments: Sequence[Segment], article: Article, words: int, signals: Signals) -> bool:
    """A page of teasers: little running text, no paragraph of length, much that is linked."""
    longest = max(
        (count_words(p.text) for p in article.paragraphs if p.kind is not ParagraphKind.SUBHEADING), default=0
    )
    teasers = sum(count_words(s.text) for s in segments if s.label in {Label.RELATED, Label.NAVIGATION})
    if signals.declared_article or signals.has_date:
        return longest < 5 or (words < 20 and teasers > 20 * words)
    return longest < LONG_WORDS and teasers > words


def _is_row_of_teasers(blocks: Sequence[Block], segments: Sequence[Segment], signals: Signals) -> bool:
    """A topic page: what was taken for paragraphs are the summaries under linked headlines."""
    paragraphs = [i for i, s in enumerate(segments) if s.label.in_text and blocks[i].kind is not BlockKind.HEADING]
    teasers = sum(1 for i in paragraphs if i and _is_linked_headline(blocks[i - 1]))
    if teasers and teasers == len(paragraphs) and not signals.declared_article:
        return teasers > 1
    share = TEASER_SHARE_OF_ARTICLES if signals.declared_article else TEASER_SHARE
    return teasers >= MIN_TEASERS and teasers >= share * len(paragraphs)


def _is_linked_headline(block: Block) -> bool:
    return block.link_density > LINKED and (
        block.kind is BlockKind.HEADING or count_words(block.text) >= HEADLINE_WORDS
    )


def _offers_more(segments: Sequence[Segment]) -> bool:
    """Whether an offer to subscribe stands right behind the last paragraph."""
    last = max((i for i, s in enumerate(segments) if s.label.in_text), default=None)
    if last is None:
        return False
    return any(
        hit.label is Label.SUBSCRIPTION and hit.strength == "strong" and READ_ON.search(s.text)
        for s in segments[last + 1 : last + 6]
        for hit in find_phrases(s.text)
    )


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
