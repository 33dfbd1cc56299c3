"""How a site calls itself, and how to cut that off a title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.extraction.declarations import words

_SEPARATOR = re.compile(r"(\s+(?:[-–—|·•»›*]|::)\s+|\s*[|｜]\s*)")
_CREDIT_OR_DATE = re.compile(r"by\s.{3,40}|\d{1,2}[./]\d{1,2}[./]\d{4}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SiteNames:
    """How a site may call itself at the end or start of a title."""

    name: tuple[str, ...]
    host: tuple[str, ...]

    @classmethod
    def of(cls, site_name: str | None, url: str | None) -> SiteNames:
        try:
            host = urlsplit(url or "").hostname or ""
        except ValueError:
            host = ""
        return cls(words(site_name or ""), words(host.removeprefix("www.")))

    def matches(self, text: str) -> bool:
        """Whether the text is the site's name or host, a part of them, or one with a word or two more."""
        found = words(text)
        if not found:
            return True
        joined = "".join(found)
        # The longest label of a host is the name: "example" in www.example.co.uk.
        label = max(self.host, key=len, default="")
        if set(found) <= set(self.host) or _holds(self.name, found):
            return True
        if self.name and _holds(found, self.name) and len(found) <= len(self.name) + 2:
            return True
        in_host = joined in "".join(self.host) or (len(label) > 3 and label in joined and len(found) <= 4)
        return len(joined) > 3 and in_host

    def strip(self, title: str) -> str:
        """Cut the site's name, a credit or a date off the end or the start of a title."""
        parts = _SEPARATOR.split(title)
        while len(parts) > 1:
            if self.matches(parts[-1]) or _CREDIT_OR_DATE.fullmatch(parts[-1].strip()):
                parts = parts[:-2]
            elif self.matches(parts[0]):
                parts = parts[2:]
            else:
                break
        return "".join(parts).strip()


def _holds(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    """Whether one run of words stands in the other at its start or end."""
    return bool(shorter) and tuple(shorter) in {tuple(longer[: len(shorter)]), tuple(longer[-len(shorter) :])}
