"""What a page's bytes declare as their encoding, in a meta tag (HTML standard, 13.2.3.2) or an XML declaration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

PRESCAN_BYTES = 4096
"""Bytes searched for a declaration. The HTML standard asks for 1024; browsers and pages go further."""
LATE_BYTES = 200_000
"""Bytes searched where nothing is declared before: scripts and styles may come first, and browsers then read the page
again. Chosen."""

_META = re.compile(rb"<meta\b([^>]{0,1000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"([^\s=/\"'>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:+-]+)", re.IGNORECASE)
_LABEL = re.compile(rb"\s*([\w.:+-]+)")
_XML_ENCODING = re.compile(rb"\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([\w.:+-]+)[\"']", re.IGNORECASE)
_COMMENTS = ((b"<!--", b"-->"),)
_UNREAD = (*_COMMENTS, (b"<script", b"</script"), (b"<style", b"</style"), (b"<noscript", b"</noscript"))


def declared_in_bytes(body: bytes) -> Iterator[tuple[str, str]]:
    """Give (where it stands, label) in the order of trust."""
    head = body[:PRESCAN_BYTES]
    meta = _of_meta_tags(_without(head, _COMMENTS))
    xml = _XML_ENCODING.match(head)
    if meta is None and xml is None and not body.isascii():
        meta = _of_meta_tags(_without(body[:LATE_BYTES], _UNREAD))
    if meta is not None:
        yield "meta", meta.decode("ascii", "replace")
    if xml:
        yield "XML declaration", xml.group(1).decode("ascii", "replace")


def _of_meta_tags(head: bytes) -> bytes | None:
    return next(filter(None, map(_of_meta_tag, _META.finditer(head))), None)


def _of_meta_tag(tag: re.Match[bytes]) -> bytes | None:
    """Return what the tag's own `charset`, or its `content` as a header's value, says."""
    attributes = {
        name.lower(): double or single or bare for name, double, single, bare in _ATTRIBUTE.findall(tag.group(1))
    }
    if label := _LABEL.match(attributes.get(b"charset", b"")):
        return label.group(1)
    is_header = attributes.get(b"http-equiv", b"").strip().lower() == b"content-type"
    found = _CHARSET.search(attributes.get(b"content", b"")) if is_header else None
    return found.group(1) if found else None


def _without(body: bytes, parts: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Cut out what stands between two marks, in one pass: a pattern takes the square of many first marks."""
    for first, last in parts:
        lowered = body.lower()
        pieces, at = [], 0
        while (start := lowered.find(first, at)) >= 0:
            end = lowered.find(last, start)
            pieces.append(body[at:start])
            at = len(body) if end < 0 else end
        body = b"".join([*pieces, body[at:]])
    return body
