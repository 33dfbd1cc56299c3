"""Page -> Record: the flow of extraction, one stage a line."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from crawler import __version__
from crawler.errors import EmptyPage, PageError
from crawler.extraction.assembly import Article, assemble
from crawler.extraction.block_model import model_version
from crawler.extraction.blocks import BlockTree, split_text, split_tree, within_cap
from crawler.extraction.bylines import with_bylines
from crawler.extraction.decode import decode
from crawler.extraction.evidence import PageEvidence
from crawler.extraction.labels import label_blocks
from crawler.extraction.language import best_language, detect_language
from crawler.extraction.main_content import trafilatura_version
from crawler.extraction.markup_bounds import check_text
from crawler.extraction.metadata import Metadata, read_metadata, with_guessed_date
from crawler.extraction.options import DEFAULT_OPTIONS, ExtractionOptions
from crawler.extraction.page_labels import LabelledPage, label_page
from crawler.extraction.parse import check_document, parse
from crawler.extraction.site_rules import SiteRules, with_site_rules
from crawler.extraction.status import Signals, judge
from crawler.items import BY_TEMPLATE, Extraction, Page, Record, Status
from crawler.rights import read_rights
from crawler.site_memory.recall import site_reading
from crawler.urls import normalized_url, record_id, registered_domain

if TYPE_CHECKING:
    from lxml.html import HtmlElement


@dataclass(frozen=True, slots=True)
class Reading:
    """What the stages found, before it becomes a record."""

    tree: BlockTree
    article: Article
    metadata: Metadata
    encoding: str
    status: Status
    labelled: LabelledPage


def read_page(page: Page, options: ExtractionOptions = DEFAULT_OPTIONS) -> Record:
    """Return the record of a page, whatever its status.

    Raises NotHtml, PageTooLarge or EmptyPage for documents that are not read at all.
    """
    check_document(page.body, page.content_type, options)
    decoded = decode(page.body, page.content_type)
    check_text(decoded.text)
    if page.plain_text:
        reading = _read_text(decoded.text, decoded.encoding, options)
    else:
        reading = _read_html(parse(decoded.text, options), page, decoded.encoding, options)
    return _record(page, reading, options)


def unread_record(page: Page, error: PageError) -> Record:
    """Return the record that says why a page could not be read: no text, and a status that is not written."""
    status = Status.EMPTY if isinstance(error, EmptyPage) else Status.NOT_ARTICLE
    if error.state == "failed":
        status = Status.CRASHED
    extraction = Extraction(status, None, f"none: {error.cause}", versions())
    return Record(**_identity(page), extraction=extraction, plain_text=page.plain_text, **_provenance(page))


def versions() -> dict[str, str]:
    return {"winnow": __version__, "trafilatura": trafilatura_version(), "model": model_version()}


def _read_text(text: str, encoding: str, options: ExtractionOptions) -> Reading:
    tree = within_cap(split_text(text), options.max_blocks)
    segments = label_blocks(tree, PageEvidence(plain_text=True))
    article = assemble(tree, segments)
    signals = Signals(None, False, False, None, plain_text=True)
    status = judge(tree.blocks, segments, article, signals, options)
    return Reading(tree, article, Metadata(), encoding, status, LabelledPage(segments, "lines", None))


def _read_html(root: HtmlElement, page: Page, encoding: str, options: ExtractionOptions) -> Reading:
    now, zone = _now(page), ZoneInfo(page.timezone) if page.timezone else None
    tree = within_cap(split_tree(root), options.max_blocks)
    metadata = read_metadata(root, url=page.url, link=page.link, now=now, zone=zone)
    article_id = page.url or hashlib.sha256(page.body).hexdigest()
    evidence = PageEvidence(
        titles=metadata.headlines,
        description=metadata.description,
        article_body=metadata.article_body,
        authors=metadata.authors,
        url=page.url,
        site=site_reading(page.site_memory, article_id, now.date().isoformat()),
    )
    labelled = label_page(root, tree, evidence, page, options)
    segments = with_site_rules(root, tree, labelled.segments, SiteRules(page.prune, page.keep))
    metadata = with_guessed_date(with_bylines(metadata, segments, now, zone), root, now, zone)
    article = assemble(tree, segments, metadata.headlines)
    signals = Signals(
        metadata.title,
        metadata.date_published is not None and metadata.origins.get("date_published") in {"json_ld", "meta"},
        metadata.declared_article,
        metadata.is_accessible_for_free,
        plain_text=False,
    )
    status = judge(tree.blocks, segments, article, signals, options)
    return Reading(tree, article, metadata, encoding, status, replace(labelled, segments=segments))


def _record(page: Page, reading: Reading, options: ExtractionOptions) -> Record:
    metadata, article, labelled = reading.metadata, reading.article, reading.labelled
    by_template = labelled.method == BY_TEMPLATE
    chars = options.template_language_chars if by_template else options.language_chars
    declared = metadata.language_declared or page.site_language
    language = best_language(detect_language(article.text[:chars], declared), declared)
    origins = dict(metadata.origins)
    if article.lead:
        origins["lead"] = "html"
    return Record(
        **_identity(page),
        canonical_url=metadata.canonical_url,
        site_name=metadata.site_name,
        title=metadata.title,
        lead=article.lead,
        text=article.text,
        paragraphs=article.paragraphs,
        captions=article.captions,
        authors=metadata.authors,
        byline=metadata.byline or article.byline,
        date_published=metadata.date_published,
        date_published_raw=metadata.date_published_raw,
        date_published_precision=metadata.date_published_precision,
        date_modified=metadata.date_modified,
        date_modified_raw=metadata.date_modified_raw,
        date_modified_precision=metadata.date_modified_precision,
        language=language.code,
        language_score=language.score,
        language_declared=metadata.language_declared,
        section=metadata.section,
        tags=metadata.tags,
        description=metadata.description,
        image_url=metadata.image_url,
        is_accessible_for_free=metadata.is_accessible_for_free,
        origins=origins,
        segments=labelled.segments,
        extraction=Extraction(reading.status, labelled.quality, labelled.method, versions()),
        encoding=reading.encoding,
        rights=_rights(page, metadata),
        plain_text=page.plain_text,
        site_observation=labelled.site_observation,
        first_reading=labelled.first_reading,
        **_provenance(page),
    )


def _identity(page: Page) -> dict[str, Any]:
    """Return id and URL fields; without a URL the id is of the bytes and the URL fields are null."""
    if page.url is None:
        return {"id": hashlib.sha256(page.body).hexdigest()[:32], "input_id": page.input_id}
    identity = normalized_url(page.url, page.significant_params)
    return {
        "id": record_id(identity),
        "input_id": page.input_id,
        "url": page.url,
        "requested_url": page.requested_url or page.url,
        "normalized_url": identity,
        "domain": registered_domain(page.url),
    }


def _provenance(page: Page) -> dict[str, Any]:
    link = page.link
    return {
        "fetched_at": page.fetched_at,
        "http_status": page.http_status,
        "etag": page.etag,
        "last_modified": page.last_modified,
        "discovered_via": str(link.discovered_via) if link else None,
        "source_url": link.source_url if link else None,
        "run_id": page.run_id,
    }


def _rights(page: Page, metadata: Metadata) -> dict[str, Any]:
    """Return what publisher and site say of the page's rights; nothing where they say nothing."""
    return read_rights(page.server_rights, page.x_robots_tag, metadata.robots_meta, metadata.tdm).to_dict()


def _now(page: Page) -> datetime:
    """The fetch's time, so that the same page gives the same record; the clock for documents from disk."""
    return datetime.fromisoformat(page.fetched_at) if page.fetched_at else datetime.now(UTC)
