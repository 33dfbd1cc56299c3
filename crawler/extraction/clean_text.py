"""Strings without what no reader sees and no parser takes: control characters, surrogates, noncharacters.

`clean_text` keeps lines, `clean_line` makes one line, `clean_code` keeps indentation too, `strip_control_references`
prepares markup for parsing.
"""

from __future__ import annotations

import re
import sys
import textwrap

TRUNCATION_MARK = "…"
TAB_WIDTH = 4
_EMPTY_LINES = re.compile(r"\n{3,}")

_LINE_BREAK = re.compile("[\x0b\x0c\x1c-\x1e\x85]")
"""What `str.splitlines` breaks at among the control characters: a break between two words, not nothing."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_SEPARATOR = re.compile("[\u2028\u2029]")
_ZERO_WIDTH = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Soft hyphen, zero-width space, word joiner, BOM and bidirectional marks. Joiners stay: Persian, Hindi and
emoji need them."""

_TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)|[\U000e0000-\U000e007f]+")
"""Tag characters, which no reader sees and a language model reads; only the flags of regions are written with them
(Unicode TR 51, annex C)."""

_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_LONGEST_CODE_POINT = 8
"""Digits after leading zeros that a code point can have; longer numbers are not converted at all."""

_DELETED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_DELETED_BEYOND_BMP = tuple(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
"""Controls and noncharacters. In two parts: a class with both takes 18 ms for a page where there is none of them,
`str.translate` 23 ms, the two searches and replacements 3 ms."""

_CONTROLS = bytes([*range(9), *range(0x0B, 0x20), 0x7F])
_SUSPECT_BYTES = tuple(
    (pattern[:1], re.compile(pattern)) for pattern in (b"\xc2[\x80-\x9f]", b"\xed[\xa0-\xbf]", b"\xef\xb7[\x90-\xaf]")
)
_LAST_OF_PLANE = (b"\xbf\xbe", b"\xbf\xbf")
"""The same in UTF-8: C1 controls, surrogates, noncharacters; how a plane's last two code points end. Bytes are searched
five times as fast as characters."""


def clean_text(text: str) -> str:
    r"""Drop control characters but `\n` and `\t`, lone surrogates, noncharacters; line breaks become `\n`."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _is_clean(text):
        return text
    text = _LINE_BREAK.sub("\n", text)
    if _SURROGATE.search(text):
        text = _join_surrogates(text)
    for character in _DELETED_BEYOND_BMP:
        text = text.replace(character, "")
    return _DELETED.sub("", text)


def _is_clean(text: str) -> bool:
    """Whether nothing in a text can need more than its line breaks made equal."""
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded.translate(None, _CONTROLS)) != len(encoded):
        return False
    if len(encoded) == len(text):
        return True
    return not any(first in encoded and pattern.search(encoded) for first, pattern in _SUSPECT_BYTES) and not any(
        end in encoded for end in _LAST_OF_PLANE
    )


def clean_line(text: str) -> str:
    """Return the text as one line: cleaned, without zero-width marks, white space collapsed and stripped."""
    line = " ".join(text.split())
    if line.isprintable():  # most are: no control, mark, surrogate or noncharacter is
        return line
    text = _LINE_SEPARATOR.sub(" ", clean_text(text))
    return " ".join(_TAGS.sub(r"\1", _ZERO_WIDTH.sub("", text)).split())


def clean_code(text: str) -> str:
    """Return the lines of a listing: cleaned, indented against each other, at most one empty line in a row."""
    text = _ZERO_WIDTH.sub("", _LINE_SEPARATOR.sub("\n", clean_text(text)))
    text = _TAGS.sub(r"\1", text).replace("\xa0", " ").expandtabs(TAB_WIDTH)
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return textwrap.dedent(_EMPTY_LINES.sub("\n\n", lines)).strip("\n")


def cap(text: str, limit: int) -> str:
    """Cut to `limit` characters, the last of them the truncation mark; shorter text is returned as it is."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rstrip() + TRUNCATION_MARK


def strip_control_references(html: str) -> str:
    """Remove control characters from markup, and numeric references to them.

    References 128 to 159 give the windows-1252 character, as in HTML parsers (HTML standard, 13.2.5.80).
    """
    html = clean_text(html)
    if "&#" not in html:
        return html
    html = _REFERENCE.sub(_resolve_reference, html)
    # What was removed may have stood in another reference ("&#&#27;27;"): a space cannot make a third one.
    return _REFERENCE.sub(lambda match: _resolve_reference(match) or " ", html)


def _join_surrogates(text: str) -> str:
    """Join pairs into the character that they stand for, drop the rest."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def _resolve_reference(match: re.Match[str]) -> str:
    hexadecimal, decimal = match.groups()
    digits = (hexadecimal or decimal).lstrip("0") or "0"
    if len(digits) > _LONGEST_CODE_POINT:
        return ""
    code_point = int(digits, 16 if hexadecimal else 10)
    if code_point > sys.maxunicode or 0xD800 <= code_point <= 0xDFFF:
        return ""
    if 0x80 <= code_point <= 0x9F:
        return bytes([code_point]).decode("windows-1252", "ignore")
    if code_point == 0x0D:
        return "\n"
    character = chr(code_point)
    return "" if _DELETED.match(character) or character in _DELETED_BEYOND_BMP else match.group()
