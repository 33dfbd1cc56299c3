"""From the bytes of a source to text that a parser can take, with the faults that were met."""

from __future__ import annotations

import re
import zlib

import webencodings

from crawler.discovery.faults import FaultLog
from crawler.errors import SourceUnreadable
from crawler.urls import shown_url

GZIP_MAGIC = b"\x1f\x8b"

_SLICE_BYTES = 1 << 16
_PROLOG_BYTES = 1024
_JUNK_CHARS = 1 << 16
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
_META_ENCODING = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_XML_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,500}\?>")
_MARKUP_START = re.compile(r"<(?:[?!]|[A-Za-z_])")
_VERBATIM_OR_AMPERSAND = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)|&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)",
    re.DOTALL,
)
_CONTROL_REFERENCE = re.compile(r"&#(?:0*(?:[0-8]|1[1-2]|1[4-9]|2\d|3[01])|[xX]0*(?:[0-8]|[bBcCeEfF]|1[0-9A-Fa-f]));")


def gunzipped(body: bytes, max_bytes: int, faults: FaultLog, layers: int = 2) -> bytes:
    """Return the bytes inside gzip, at most `max_bytes`; of a broken stream those before the fault."""
    for _ in range(layers):
        if not body.startswith(GZIP_MAGIC):
            break
        body = _inflated(body, max_bytes, faults)
    return body


def _inflated(body: bytes, max_bytes: int, faults: FaultLog) -> bytes:
    out = bytearray()
    member = zlib.decompressobj(wbits=31)
    pending, position = b"", 0
    while len(out) <= max_bytes:
        if not pending:
            pending, position = body[position : position + _SLICE_BYTES], position + _SLICE_BYTES
        if not pending:
            break
        if member.eof:
            if not pending.startswith(GZIP_MAGIC):  # padding
                return bytes(out)
            member = zlib.decompressobj(wbits=31)
        before, room = member.copy(), max_bytes + 1 - len(out)
        try:
            out += member.decompress(pending, room)
        except zlib.error as error:
            faults.add(f"gzip is damaged, read up to there: {error}")
            return bytes(out) + _before_fault(before, pending, room)
        pending = member.unused_data or member.unconsumed_tail
    if not member.eof and len(out) <= max_bytes:
        faults.add("gzip ends early, read up to there")
    return bytes(out)


def _before_fault(member: zlib._Decompress, damaged: bytes, room: int) -> bytes:
    """Return what comes out before the fault: zlib gives nothing of a call that meets one."""
    out = bytearray()
    for position in range(len(damaged)):
        try:
            out += member.decompress(damaged[position : position + 1], room)
        except zlib.error:
            break
        if len(out) >= room:
            break
    return bytes(out[:room])


def decoded(body: bytes, content_type: str | None, faults: FaultLog) -> str:
    """Decode by byte order mark, then as UTF-8 if it is that, then by what header or document declare.

    Valid UTF-8 with other than ASCII characters is not anything else by chance, so it goes before a
    declaration. Only labels of the WHATWG Encoding Standard count: Python knows codecs that are none.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if body.startswith(mark):
            return _lenient(body[len(mark) :], encoding, faults)
    if b"\0" in body[:4]:  # two bytes a character, the mark is missing
        return _lenient(body, "utf-16-le" if body[0] else "utf-16-be", faults)
    declared = _declared_encoding(body, content_type)
    if declared is None or declared.name != "iso-2022-jp":  # whose bytes are all ASCII
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            if declared is not None and declared.name != "utf-8" and not text.isascii():
                faults.add(f"declared as {declared.name}, is utf-8")
            return text
    if declared is None or declared.name == "utf-8":
        return _nearly_utf8(body, faults)
    return _lenient(body, declared.codec_info.name, faults)


def _declared_encoding(body: bytes, content_type: str | None) -> webencodings.Encoding | None:
    head = body[:_PROLOG_BYTES]
    in_header = _CHARSET.search(content_type or "")
    in_document = _XML_ENCODING.search(head) or _META_ENCODING.search(head)
    labels = [in_header[1]] if in_header else []
    if in_document:
        labels.append(in_document[1].decode("ascii", "replace"))
    found = (webencodings.lookup(label) for label in labels)
    # A declaration that could be read as ASCII does not stand in UTF-16 (WHATWG HTML, "prescan").
    return next((e for e in found if e is not None and not e.name.startswith("utf-16")), None)


def _lenient(body: bytes, encoding: str, faults: FaultLog) -> str:
    text = body.decode(encoding, "replace")
    broken = text.count("\ufffd")
    if broken:
        faults.add(f"{broken} characters are not {encoding}")
    return text


def _nearly_utf8(body: bytes, faults: FaultLog) -> str:
    """Choose between UTF-8 with broken bytes and a windows-1252 that was not declared."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for character in text if character > "\x7f") - broken
    if text.rstrip("\ufffd").count("\ufffd") > whole:  # a cut document may end in half a character
        faults.add("not utf-8, read as windows-1252")
        return body.decode("windows-1252", "replace")
    faults.add(f"{broken} characters are not utf-8")
    return text


def clean_xml(text: str, url: str, faults: FaultLog) -> str:
    """Mend what makes XML unreadable: junk before it, control characters, bare ampersands. No declaration.

    Raises SourceUnreadable where entities are declared, because nothing good needs them.
    """
    lowered = text.lower()
    if "<!doctype" in lowered and "<!entity" in lowered:
        raise SourceUnreadable(f"{shown_url(url)}: the document declares entities; refused")
    del lowered
    text = _from_start(text, faults)
    text = _XML_DECLARATION.sub("", text, count=1) if text.startswith("<?xml") else text
    if _NOT_XML.search(text) or _CONTROL_REFERENCE.search(text):
        faults.add("control characters, left out")
        text = _CONTROL_REFERENCE.sub("", _NOT_XML.sub("", text))
    return _ampersands_mended(text, faults)


def _from_start(text: str, faults: FaultLog) -> str:
    """Cut what stands before the document, such as an empty line or a warning of the server."""
    declaration = text.find("<?xml", 0, _JUNK_CHARS)
    markup = _MARKUP_START.search(text)
    start = declaration if declaration >= 0 else markup.start() if markup else 0
    if start:
        faults.add("white space before the XML" if text[:start].isspace() else "text before the XML")
    return text[start:]


def _ampersands_mended(text: str, faults: FaultLog) -> str:
    bare = 0

    def mended(found: re.Match[str]) -> str:
        nonlocal bare
        if found[0] != "&":
            return found[0]
        bare += 1
        return "&amp;"

    text = _VERBATIM_OR_AMPERSAND.sub(mended, text)
    if bare:
        faults.add(f"{bare} bare ampersands or unknown entities, read as text")
    return text
