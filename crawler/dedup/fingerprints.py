"""The exact fingerprint of a text."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

# Soft hyphen; Arabic letter mark; Mongolian vowel separator; zero-width space, joiners and direction marks;
# embeddings; word joiner and invisible operators with the isolates; byte order mark.
_ZERO_WIDTH = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def text_hash(text: str) -> str:
    """Return "sha256:" and 64 hex digits for what a reader sees of the text.

    Texts that differ only in compatibility forms (NFKC), case, white space or zero-width characters have the
    same fingerprint. All texts without a visible character share one, so give it no empty text.
    """
    digest = hashlib.sha256(comparable(text).encode("utf-8", "surrogatepass"))
    return f"sha256:{digest.hexdigest()}"


@lru_cache(maxsize=1)  # asked twice of each text: for its hash and for its shingles
def comparable(text: str) -> str:
    """Return what is left of a text without case, compatibility forms, zero-width characters and breaks."""
    # Zero-width characters go first: between a letter and its accent they would keep the two from composing.
    # Folding can undo the normal form, so it is made again.
    folded = unicodedata.normalize("NFKC", _ZERO_WIDTH.sub("", text)).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
