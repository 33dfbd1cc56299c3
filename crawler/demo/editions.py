"""Reads the three invented newspapers from `articles/*.toml` and gives every article its place."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from crawler.demo.content import DemoArticle, Edition

if TYPE_CHECKING:
    from collections.abc import Mapping

SITE_KEYS = ("de", "en", "fr")


@cache
def editions() -> Mapping[str, Edition]:
    """Return the editions by site key, articles placed and reprints made."""
    placed = {key: _placed(_read(key), key) for key in SITE_KEYS}
    return MappingProxyType(
        {key: replace(edition, reprints=_reprints(edition, placed)) for key, edition in placed.items()}
    )


def _read(key: str) -> Edition:
    source = files("crawler.demo").joinpath("articles", f"{key}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(source), Edition)


def _placed(edition: Edition, key: str) -> Edition:
    articles = tuple(
        replace(
            article,
            site=key,
            language=edition.language,
            path=edition.article_path.format(section=article.section, slug=article.slug, number=4150 - place),
        )
        for place, article in enumerate(edition.articles)
    )
    return replace(edition, key=key, articles=articles)


def _reprints(edition: Edition, placed: Mapping[str, Edition]) -> tuple[DemoArticle, ...]:
    return tuple(
        replace(
            placed[wire.from_site].own_article(wire.of),
            slug=wire.slug,
            title=wire.title,
            lead="",
            body=f"{wire.opening}\n\n{placed[wire.from_site].own_article(wire.of).body.strip()}",
            section=wire.section,
            agency=wire.agency,
            hours_ago=wire.hours_ago,
            updated_hours_ago=None,
            comments=(),
            site=edition.key,
            path=edition.article_path.format(section=wire.section, slug=wire.slug, number=4160 + place),
        )
        for place, wire in enumerate(edition.syndicated)
    )
