"""Templates -> one HTML file with a Content Security Policy that lets only its own style and script in."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from crawler.items import JsonValue

_OPENS_MARKUP = {ord(c): f"\\u{ord(c):04x}" for c in "<>&"}


def render(package: str, template: str, values: Mapping[str, object], filters: Mapping[str, Filter]) -> str:
    """Return the document of `package/templates/template`, which extends `document.html.j2`.

    `style.css` and `script.js` beside the template become its style and script. Every value is escaped; a missing
    one is an error.
    """
    environment = _environment(package)
    environment.filters.update(filters)
    style = _source(environment, "shared/base.css") + _source(environment, "own/style.css")
    script = _source(environment, "own/script.js")
    own = {"style": Markup(style), "script": Markup(script), "policy": _policy(style, script)}  # noqa: S704 - our files
    # Text of a page may hold a lone surrogate, which UTF-8 has not.
    return environment.get_template(f"own/{template}").render(**own, **values).encode("utf-8", "replace").decode()


Filter = Callable[..., object]


def followable(url: str | None) -> str | None:
    """Return the URL if a reader may follow it: http or https with a host, nothing invisible in it; else None."""
    if not url or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def embedded_json(value: JsonValue) -> Markup:
    """Return JSON for a script element: nothing in it can end the element."""
    return Markup(json.dumps(value).translate(_OPENS_MARKUP))  # noqa: S704 - no markup is left in it


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src 'sha256-{_digest(style)}'; script-src 'sha256-{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode()


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


@cache
def _environment(package: str) -> Environment:
    made = Environment(
        loader=PrefixLoader({"shared": PackageLoader("crawler.offline_html"), "own": PackageLoader(package)}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["followable"] = followable
    made.filters["embedded_json"] = embedded_json
    return made
