"""How a site calls itself, and how to cut that off a title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.errors import PageError
from crawler.extraction.declarations import words
from crawler.urls import registered_domain

_SEPARATOR = re.compile(r"(\s+(?:[-–—|·•»›*]|::)\s+|\s*[|｜]\s*)")
_CREDIT_OR_DATE = re.compile(r"by\s.{3,40}|\d{1,2}[./]\d{1,2}[./]\d{4}", re.IGNORECASE)
_BESIDE_LIST = (
    "the der die das le la les el los las il lo os de di du of and und & "
    "news online live digital plus media tv radio blog portal website site official homepage daily weekly "
    "magazine magazin newspaper zeitung tageszeitung nachrichten aktuell journal "
    "noticias actualite actualites info infos notizie nieuws nyheter nyheder uutiset wiadomosci новости haber haberler"
)
_BESIDE = frozenset(_BESIDE_LIST.split())
"""Words that stand beside a name and leave it one: "The Example", "Example News". Chosen; of people and headlines none
is made of these and a host alone."""
_MACHINES = frozenset({"www", "m", "amp", "mobile", "beta"})
_MIN_PART_CHARS = 4
"""Letters of the part of a host that is taken for its name: "guardian" of theguardian.com. Chosen."""
_MORE_WORDS = 2
"""Words more that the end of a title may have beside the name: "Example Post Sport North". Chosen."""
_MAX_WORDS = 12
"""A longer text is no name. Chosen: names have up to six words."""
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "å": "a"})


@dataclass(frozen=True, slots=True)
class SiteNames:
    """How a site may call itself at the end or start of a title."""

    name: tuple[str, ...]
    labels: tuple[str, ...]
    """Of the host, without the public suffix: `abcnews`, `example-post`; letters and digits only."""
    suffix: tuple[str, ...]

    @classmethod
    def of(cls, site_name: str | None, url: str | None) -> SiteNames:
        labels, suffix = _parts_of_host(url or "")
        return cls(words(site_name or ""), labels, suffix)

    def matches(self, text: str) -> bool:
        """Whether the text is the site's name or host, a part of them, or has words beside it that are in any name."""
        found = words(text)
        if not found or _holds(self.name, found) or self._is_part_of_host(found):
            return True
        return any(set(others) <= _BESIDE.union(self.suffix) for others in self._beside_name(found))

    def ends(self, text: str) -> bool:
        """Whether the last part of a title is the site's: its name, with a word or two more (its sections)."""
        return self.matches(text) or any(len(others) <= _MORE_WORDS for others in self._beside_name(words(text)))

    def strip(self, title: str) -> str:
        """Cut the site's name, a credit or a date off the end or the start of a title."""
        parts = _SEPARATOR.split(title)
        while len(parts) > 1:
            if self.ends(parts[-1]) or _CREDIT_OR_DATE.fullmatch(parts[-1].strip()):
                parts = parts[:-2]
            elif self.matches(parts[0]):
                parts = parts[2:]
            else:
                break
        return "".join(parts).strip()

    def _is_part_of_host(self, found: Sequence[str]) -> bool:
        joined = _letters("".join(found))
        return len(joined) >= _MIN_PART_CHARS and any(
            label.startswith(joined) or label.endswith(joined) for label in self.labels
        )

    def _beside_name(self, found: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Return what stands around the whole words of the name or of a label of the host, for each place of one."""
        places = [
            (begin, end)
            for begin in range(len(found) if len(found) <= _MAX_WORDS else 0)
            for end in range(begin + 1, len(found) + 1)
            if found[begin:end] == self.name or _letters("".join(found[begin:end])) in self.labels
        ]
        return [found[:begin] + found[end:] for begin, end in places]


@lru_cache(maxsize=256)
def _parts_of_host(url: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    try:
        host = urlsplit(url).hostname or ""
        domain = registered_domain(f"www.{host}")
    except (ValueError, PageError):
        return (), ()
    # The domain below a suffix that nobody lists is the whole host.
    suffix = domain.partition(".")[2] if host.endswith(domain) else host.rpartition(".")[2]
    labels = [label for label in host.removesuffix(suffix).split(".") if label.strip("0123456789")]
    return tuple(_letters("".join(words(label))) for label in labels if label not in _MACHINES), words(suffix)


def _letters(text: str) -> str:
    """Return the text in the letters that hosts have: "süddeutsche" is sueddeutsche.de, "el país" elpais.com."""
    if text.isascii():
        return text
    spelt = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in spelt if not unicodedata.combining(letter))


def _holds(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    """Whether one run of words stands in the other at its start or end."""
    return bool(shorter) and tuple(shorter) in {tuple(longer[: len(shorter)]), tuple(longer[-len(shorter) :])}
