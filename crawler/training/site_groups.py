"""Groups of pages that must not be split between training and test: one site, one publisher."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import tldextract

from crawler.training.corpora import TYPED, TrainingPage

MIN_NAME = 4
"""Letters of a name from which the same name means the same publisher."""
HOSTING = frozenset({"blogspot", "wordpress", "substack", "medium", "github", "typepad", "blog", "news", "wixsite"})


def assign_folds(pages: Sequence[TrainingPage], folds: int) -> list[int]:
    """Return a fold for each page; pages of one group share it. Typed pages are spread first, then all."""
    groups = group_pages(pages)
    typed = Counter(group for group, page in zip(groups, pages, strict=True) if page.corpus == TYPED)
    total = Counter(groups)
    load = [[0, 0] for _ in range(folds)]
    fold_of: dict[str, int] = {}
    for group in sorted(total, key=lambda g: (-typed[g], -total[g], _digest(g))):
        fold = min(range(folds), key=lambda f: (load[f][0] if typed[group] else 0, load[f][1], f))
        fold_of[group] = fold
        load[fold][0] += typed[group]
        load[fold][1] += total[group]
    return [fold_of[group] for group in groups]


def group_pages(pages: Sequence[TrainingPage]) -> list[str]:
    """Return the name of each page's group: pages with a site or publisher in common, directly or by others."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for page in pages:
        for name in _names(page):
            parent[root(name)] = root(page.key)
    members: dict[str, list[str]] = {}
    for page in pages:
        members.setdefault(root(page.key), []).append(page.key)
    return [min(members[root(page.key)]) for page in pages]


def _names(page: TrainingPage) -> Iterator[str]:
    if page.site:
        host = urlsplit(page.site).hostname if "//" in page.site else page.site
        parts = _suffixes(host or "")
        yield f"domain {parts.domain}.{parts.suffix}"
        if len(parts.domain) >= MIN_NAME and parts.domain not in HOSTING:
            yield f"name {parts.domain}"
    if page.publisher:
        name = "".join(filter(str.isalnum, page.publisher.lower()))
        if len(name) >= MIN_NAME:
            yield f"publisher {name}"


_suffixes = tldextract.TLDExtract(suffix_list_urls=(), include_psl_private_domains=True)


def _digest(group: str) -> str:
    return hashlib.sha256(group.encode()).hexdigest()
