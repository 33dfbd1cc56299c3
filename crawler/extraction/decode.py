"""Bytes to text by the WHATWG order: byte order mark, header, meta or XML declaration, then the bytes.

Only labels of the WHATWG Encoding Standard count (through webencodings): Python knows codecs such as idna,
zlib or utf-7 that a page must not be able to choose. Nothing here raises for what a page contains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import charset_normalizer
import webencodings

from crawler.extraction.declared_charset import PRESCAN_BYTES, declared_in_bytes

MAX_HEADER_CHARS = 1000
"""Characters of the Content-Type header that are read. Chosen, not measured."""

DETECTION_BYTES = 50_000
"""Bytes of text, without tags, given to charset detection. Chosen, not measured."""

_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16le"),
    (b"\xfe\xff", "utf-16be"),
)
_UTF_16_PATTERNS = (
    (re.compile(rb"(?:\x00\s)*\x00<\x00[!?a-zA-Z]"), "utf-16be"),
    (re.compile(rb"(?:\s\x00)*<\x00[!?a-zA-Z]\x00"), "utf-16le"),
)
_WIDER_CODECS = {"gbk": "gb18030", "windows-1252": "cp1252"}
"""Where Python's codec of the name knows fewer characters than the standard's."""

_BEYOND_THE_CODEC = {"euc-jp": "euc_jis_2004"}
"""Codecs for bytes that those of the names do not know: circled numbers and company signs (row 13, NEC's)."""

_UNUSABLE = frozenset({"replacement", "x-user-defined"})
"""WHATWG encodings that stand for no text."""

_DEFAULT = "windows-1252"
_DEFAULT_OF_LANGUAGE = {
    **dict.fromkeys(("cs", "hr", "sk"), "windows-1250"),
    **dict.fromkeys(("hu", "pl", "sl"), "iso-8859-2"),
    **dict.fromkeys(("az", "ku", "tr"), "windows-1254"),
    **dict.fromkeys(("et", "lt", "lv"), "windows-1257"),
    "vi": "windows-1258",
}
"""Latin-script rows of the standard's table of default encodings by locale (HTML standard, 13.2.3.2)."""

_LATIN = frozenset({"cp1250", "cp1252", "cp1254"})
_DETECTABLE = (
    *("cp1252", "cp1250", "cp1254", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
)
"""Codecs that detection chooses from. It tells scripts apart, but not the Latin code pages: those the page's
language decides."""

_NAME_OF_CODEC = {"cp932": "shift_jis", "cp949": "euc-kr", "cp874": "windows-874"}

_HEADER_CHARSET = re.compile(r"\bcharset\s*=\s*[\"']?\s*([\w.:+-]+)", re.IGNORECASE)
_RUN_END = re.compile(rb"[<>\r\n]")
_HTML_LANGUAGE = re.compile(rb"<html\b[^<>]*?\blang\s*=\s*[\"']?([a-zA-Z]{2,3})", re.IGNORECASE)
_ISO_2022_JP_ESCAPE = re.compile(rb"\x1b\$[@B]")
_NON_ASCII = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    encoding: str
    """WHATWG name, lower case; `utf-32-le` and `utf-32-be` where such a byte order mark stands."""
    faults: tuple[str, ...] = ()
    """What was declared and not followed, and why; one line each."""


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Decode a page or text file; `content_type` is the header's value, with or without a charset."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _finish(body[len(mark) :], encoding, [])
    faults: list[str] = []
    for source, label in _declarations(body, content_type):
        named = _encoding_of(label, source)
        if named is None:
            faults.append(f"unknown charset {label!r} in {source}")
        elif named != "utf-8" and _is_utf_8_in_disguise(body, named):
            return _finish(body, "utf-8", [*faults, f"{source} says {named}, the bytes are valid utf-8"])
        elif _is_plausible(body, named):
            return _finish(body, named, faults)
        else:
            faults.append(f"{source} says {named}, the bytes are not")
    return _finish(body, _detect(body), faults)


def _declarations(body: bytes, content_type: str | None) -> Iterator[tuple[str, str]]:
    """Give (where it stands, label) in the order of trust."""
    header = _HEADER_CHARSET.search((content_type or "")[:MAX_HEADER_CHARS])
    if header:
        yield "header", header.group(1)
    yield from declared_in_bytes(body)


def _encoding_of(label: str, source: str) -> str | None:
    found = webencodings.lookup(label)
    if found is None or found.name in _UNUSABLE:
        return None
    name = str(found.name)
    # A declaration that was read as ASCII does not stand in UTF-16 (HTML standard, 13.2.3.2).
    return "utf-8" if name.startswith("utf-16") and source != "header" else name


def _codec(encoding: str) -> str:
    found = webencodings.lookup(encoding)
    if found is None:  # utf-32, which is no WHATWG encoding
        return encoding
    return _WIDER_CODECS.get(encoding) or str(found.codec_info.name)


def _is_utf_8_in_disguise(body: bytes, encoding: str) -> bool:
    """Whether the bytes are UTF-8 beyond ASCII: text of another encoding is next to never valid UTF-8."""
    if body.isascii() or encoding.startswith("utf-16") or encoding == "iso-2022-jp":
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_plausible(body: bytes, encoding: str) -> bool:
    """Whether half of what is not ASCII can be decoded: a few broken bytes do not refute a declaration."""
    if body.isascii() and not encoding.startswith("utf-16"):
        return True
    try:
        body.decode(_codec(encoding))
    except UnicodeDecodeError:
        pass
    else:
        return True
    text = body.decode(_codec(encoding), "replace")
    broken = text.count("\ufffd")
    if broken * 2 <= len(_NON_ASCII.findall(text)):
        return True
    return encoding == "utf-8" and _decode_surrogate_pairs(body) is not None


def _detect(body: bytes) -> str:
    for pattern, encoding in _UTF_16_PATTERNS:
        if pattern.match(body):
            return encoding
    if _ISO_2022_JP_ESCAPE.search(body) and body.isascii():
        return "iso-2022-jp"
    if _is_plausible(body, "utf-8"):
        return "utf-8"
    # Only runs with bytes beyond ASCII tell anything; scripts and markup would drown them.
    runs = (run for run in _RUN_END.split(body[: DETECTION_BYTES * 10]) if not run.isascii())
    sample = b"\n".join(runs)[:DETECTION_BYTES]
    best = charset_normalizer.from_bytes(sample, cp_isolation=list(_DETECTABLE)).best()
    if best is None or best.encoding in _LATIN:
        language = _HTML_LANGUAGE.search(body[:PRESCAN_BYTES])
        return _DEFAULT_OF_LANGUAGE.get(language.group(1).decode().lower(), _DEFAULT) if language else _DEFAULT
    return _encoding_of(_NAME_OF_CODEC.get(best.encoding, best.encoding.replace("_", "-")), "detection") or _DEFAULT


def _finish(body: bytes, encoding: str, faults: list[str]) -> Decoded:
    try:
        return Decoded(body.decode(_codec(encoding)), encoding, tuple(faults))
    except UnicodeDecodeError as error:
        faults = [*faults, f"not valid {encoding} at byte {error.start}"]
    repaired = _decode_otherwise(body, encoding)
    return Decoded(repaired or body.decode(_codec(encoding), "replace"), encoding, tuple(faults))


def _decode_otherwise(body: bytes, encoding: str) -> str | None:
    """Read what browsers read and Python's codec of the name does not; None where that is no text either."""
    if encoding == "utf-8":
        return _decode_surrogate_pairs(body)
    wider = _BEYOND_THE_CODEC.get(encoding)
    try:
        return body.decode(wider) if wider else None
    except UnicodeDecodeError:
        return None


def _decode_surrogate_pairs(body: bytes) -> str | None:
    """Read CESU-8: UTF-8 in which characters beyond U+FFFF stand as two surrogates of three bytes each."""
    try:
        text = body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
