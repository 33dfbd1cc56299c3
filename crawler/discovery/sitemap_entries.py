"""The `url` and `sitemap` elements of a sitemap, read from parser events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from crawler.discovery.faults import FaultLog
from crawler.discovery.feeds import local_name
from crawler.discovery.options import DiscoveryOptions

_SLICE_CHARS = 1 << 16
_ENTRIES = frozenset({"url", "sitemap"})
_NEWS = frozenset({"news"})
_FIELD_PARENTS = {"loc": _ENTRIES, "lastmod": _ENTRIES, "publication_date": _NEWS, "title": _NEWS}


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    element: str
    """`url` or `sitemap`."""
    is_news: bool
    fields: Mapping[str, str]


class _EntryTarget:
    """Collects entries from parser events, so that no tree is built and memory stays flat."""

    def __init__(self, max_field_chars: int) -> None:
        self.entries: list[SitemapEntry] = []
        self._max_field_chars = max_field_chars
        self._path: list[str] = []
        self._element: str | None = None
        self._is_news = False
        self._fields: dict[str, str] = {}
        self._field: str | None = None
        self._text: list[str] = []
        self._text_chars = 0

    def start(self, tag: str, attributes: Mapping[str, str], /) -> None:
        name = local_name(tag)
        if name in _ENTRIES:
            self._finish()  # the one before was not closed
            self._element = name
        elif name == "news":
            self._is_news = True
        parent = self._path[-1] if self._path else ""
        self._field = name if parent in _FIELD_PARENTS.get(name, ()) else None
        self._text, self._text_chars = [], 0
        self._path.append(name)

    def data(self, text: str, /) -> None:
        if self._field is not None and self._text_chars < self._max_field_chars:
            self._text.append(text)
            self._text_chars += len(text)

    def end(self, tag: str, /) -> None:
        name = self._path.pop() if self._path else local_name(tag)
        if self._field == name:
            self._fields.setdefault(name, "".join(self._text).strip())
        self._field = None
        if name in _ENTRIES:
            self._finish()

    def close(self) -> None:
        """Leave out an entry that the document's end cuts."""

    def _finish(self) -> None:
        if self._element is not None:
            self.entries.append(SitemapEntry(self._element, self._is_news, self._fields))
        self._element, self._is_news, self._fields = None, False, {}


def sitemap_entries(xml: str, options: DiscoveryOptions, faults: FaultLog) -> Iterator[SitemapEntry]:
    """Yield the entries of text that went through `clean_xml`; of a broken one those before the fault."""
    target: Any = _EntryTarget(max_field_chars=4 * options.max_url_chars)
    parser = etree.XMLParser(
        target=target, recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    for start in range(0, len(xml), _SLICE_CHARS):
        parser.feed(xml[start : start + _SLICE_CHARS])
        yield from target.entries
        target.entries.clear()
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        faults.add(f"not well-formed XML: {error.msg}")
    yield from target.entries
    faults.extend(_parser_faults(parser))


def _parser_faults(parser: Any) -> list[str]:
    # Undeclared prefixes are common and harmless; names are read without them.
    errors = [e for e in parser.feed_error_log if e.type_name != "NS_ERR_UNDEFINED_NAMESPACE"]
    return [f"not well-formed XML, read as far as possible: line {e.line}: {e.message}" for e in errors[:1]]
