"""Words of an element's attributes, and of the fields that a form asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, islice

from lxml.html import HtmlElement

ATTRIBUTE_WORD = re.compile(r"[A-Za-z][a-z0-9]*|[A-Z]+(?![a-z])|[0-9]+")
WORD_ATTRIBUTES = (
    "class",
    "id",
    "role",
    "itemprop",
    "aria-label",
    "data-testid",
    "data-component",
    "data-type",
)
NAMING = frozenset(WORD_ATTRIBUTES)
MAX_ATTRIBUTE_CHARS = 300
"""Characters of one attribute that are read for words; generated class lists run into kilobytes."""
MAX_FIELDS = 40
MAX_FIELD_WORDS = 8
"""Fields of a form that are read, and different ones that are kept. Chosen, not measured."""
UNTOLD_FIELDS = frozenset({"hidden", "submit", "button", "image", "reset"})


def attribute_words(attributes: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return the lower-case words in an element's naming attributes: `articleBody-main` gives article, body, main."""
    naming = [pair for pair in attributes if pair[0] in NAMING]
    if not naming:
        return ()
    if len(naming) == 1:
        return _words_of(naming[0][1][:MAX_ATTRIBUTE_CHARS])
    named = dict(naming)
    values = [named[name][:MAX_ATTRIBUTE_CHARS] for name in WORD_ATTRIBUTES if name in named]
    return tuple(chain.from_iterable(map(_words_of, values)))


def field_words(form: HtmlElement) -> tuple[str, ...]:
    """Return what a form asks for, as `email field`: by that a search, a login and a newsletter are told apart."""
    found: dict[str, None] = {}
    for field_element in islice(form.iterdescendants("input", "textarea", "select"), MAX_FIELDS):
        tag = str(field_element.tag)
        kind = (field_element.get("type") or "text").lower() if tag == "input" else tag
        if kind in UNTOLD_FIELDS:
            continue
        named = _words_of((field_element.get("name") or "")[:MAX_ATTRIBUTE_CHARS])[-1:] if kind == "text" else (kind,)
        found.update(dict.fromkeys(f"{word} field" for word in named))
    return tuple(found)[:MAX_FIELD_WORDS]


@lru_cache(maxsize=8192)
def _words_of(value: str) -> tuple[str, ...]:
    """The pages of a site have the same class lists again and again."""
    return tuple(word.lower() for word in ATTRIBUTE_WORD.findall(value))
