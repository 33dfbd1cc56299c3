"""A record as one JSON line that every reader splits and prints the same way."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from crawler.items import JsonValue

# DEL and C1 with NEL; the Arabic letter mark; left-to-right and right-to-left marks; line and paragraph
# separator with the embeddings; the isolates; the byte order mark; the noncharacters FFFE and FFFF.
_UNPRINTABLE = re.compile("[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


def json_line(obj: Mapping[str, JsonValue]) -> str:
    r"""Return `obj` as one line of JSON without a line feed.

    Text stays readable UTF-8. Control characters, separators that some readers take for the end of a line,
    and characters that reorder what a terminal shows are written as `\uXXXX`; the value that a reader gets is
    the same. Only surrogates are changed: a pair becomes its character, a lone one U+FFFD, as UTF-8 has none.

    Raises ValueError for NaN and infinities, TypeError for what JSON does not have.
    """
    line = encodable(json.dumps(dict(obj), ensure_ascii=False, allow_nan=False))
    return _UNPRINTABLE.sub(_escaped, line)


def encodable(text: str) -> str:
    """Return the text as UTF-8 can have it: a pair of surrogates as its character, a lone one as U+FFFD."""
    try:
        text.encode()  # seven times as fast as to look for surrogates
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
