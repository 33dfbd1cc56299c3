"""Languages that the detector has no model for, told by letters and frequent words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

MARKER_SHARE = 0.03
"""Share of the words that must be marks of a language without a model. Measured: no page of another language
reached it among 2,500 news and web pages."""

MIN_MARKER_WORDS = 2
"""Different words among them: one alone may be a name."""

_MARKER_LETTERS = {
    "is": "þ", "be": "ў", "sr": "ђћ", "kk": "қғұ", "az": "ə", "mt": "ħ",
}  # fmt: skip
_MARKER_WORDS = {
    "ga": "agus bhí níos faoi chun atá leis",
    "eu": "eta dute baina zuen duen dela ziren egin",
    "gl": "unha dunha nunha tamén cando polo dende xunto xa",
    "lb": "déi ass vun datt hunn gëtt sech huet",
    "xh": "ukuba kwaye kuba okanye kodwa xa ngokuba abantu umntu",
    "zu": "ukuthi futhi kodwa uma kusho lapho ngoba abantu lokhu yakhe ukuba",
}
"""Languages that langdetect has no model for: letters and frequent words that its own languages lack."""

_MARKING_WORDS = {language: frozenset(listed.split()) for language, listed in _MARKER_WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")


def language_without_model(sample: str) -> str | None:
    lowered = sample.lower()
    found = Counter(_WORD.findall(lowered))
    total = sum(found.values())
    shares: dict[str, float] = {}
    marks: dict[str, Iterable[str]] = {language: found.keys() & words for language, words in _MARKING_WORDS.items()}
    for language, letters in _MARKER_LETTERS.items():
        there = [letter for letter in letters if letter in lowered]
        marks[language] = [word for word in found if any(letter in word for letter in there)] if there else ()
    for language, words in marks.items():
        marked = [found[word] for word in words]
        if len(marked) >= MIN_MARKER_WORDS and sum(marked) >= MARKER_SHARE * total:
            shares[language] = sum(marked) / total
    return max(shares, key=lambda name: shares[name], default=None)
