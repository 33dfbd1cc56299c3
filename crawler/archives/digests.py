"""The digests that an archive gives of its records (ISO 28500, 5.8 and 5.9): `sha1:` and the value, base 32 or hex."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable

KNOWN = frozenset({"md5", "sha1", "sha256", "sha384", "sha512", "blake2b"})


def disagrees(labelled: str | None, bodies: Iterable[bytes]) -> bool:
    """Whether none of the byte strings has the digest; False where none is given or it cannot be read.

    Writers differ in whether a payload's digest is of the body with its codings, so that several may be tried.
    """
    name, _, value = (labelled or "").strip().partition(":")
    name = name.lower().replace("-", "")
    if name not in KNOWN:
        return False
    wanted = _value(value.strip(), hashlib.new(name, usedforsecurity=False).digest_size)
    if wanted is None:
        return False
    return all(hashlib.new(name, body, usedforsecurity=False).digest() != wanted for body in bodies)


def _value(text: str, size: int) -> bytes | None:
    """Return the digest's bytes, None where the text is neither hex nor base 32 of that size."""
    try:
        if len(text) == 2 * size:
            return bytes.fromhex(text)
        value = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except (ValueError, binascii.Error):
        return None
    return value if len(value) == size else None
