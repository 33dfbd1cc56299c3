"""Templates to text: the Jinja environment and the filters that the sites need."""

from __future__ import annotations

import re
from email.utils import format_datetime
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from crawler.demo.sources import tracked

if TYPE_CHECKING:
    from collections.abc import Callable

NO_BREAK_SPACE = "\u00a0"

_INLINE_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_BEFORE_FRENCH_SIGN = re.compile(r" (?=[:;?!»])")


@cache
def environment() -> Environment:
    """Return the environment of all templates; every value is escaped, a missing one is an error."""
    made = Environment(
        loader=PackageLoader("crawler.demo"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["inline"] = _inline
    made.filters["rfc822"] = format_datetime
    made.filters["tracked"] = tracked
    return made


def render(template: str, **values: object) -> str:
    return environment().get_template(template).render(**values)


def french_spaces(html: str) -> str:
    """Set the no-break spaces that French typography asks for, as French newspapers do."""
    return _BEFORE_FRENCH_SIGN.sub(NO_BREAK_SPACE, html).replace("« ", f"«{NO_BREAK_SPACE}")


def _inline(text: str, path_of: Callable[[str], str]) -> Markup:
    """Escape a passage and turn its `[text](slug)` into links."""
    html = Markup("")
    end = 0
    for link in _INLINE_LINK.finditer(text):
        html += escape(text[end : link.start()])
        html += Markup('<a href="{}">{}</a>').format(path_of(link[2]), link[1])
        end = link.end()
    return html + escape(text[end:])
