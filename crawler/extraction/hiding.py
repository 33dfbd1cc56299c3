"""What in the attributes of an element hides it from readers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

HIDING_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|(?:left|top|text-indent)\s*:\s*-\d{3}",
    re.IGNORECASE,
)
HIDING_CLASSES = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text screenreader-text element-invisible".split()
)
"""What frameworks call text for screen readers alone: Bootstrap, WordPress, Drupal. Names as `hidden` are left: they
hide on narrow screens, or until a script has run."""


def is_hidden(attributes: Sequence[tuple[str, str]], tag: str) -> bool:
    """Whether an element's own attributes hide it (HTML, 6.1 and 15.3.1); `hidden=until-found` is found by readers."""
    if tag == "dialog" and not any(name == "open" for name, _ in attributes):
        return True
    for name, value in attributes:
        if name == "style":
            if HIDING_STYLE.search(value):
                return True
        elif name == "class":
            if _hides(value):
                return True
        elif name == "inert" or (name == "hidden" and value.lower() != "until-found"):
            return True
    return False


@lru_cache(maxsize=8192)
def _hides(class_list: str) -> bool:
    """The pages of a site have the same class lists again and again."""
    return not HIDING_CLASSES.isdisjoint(class_list.split())
