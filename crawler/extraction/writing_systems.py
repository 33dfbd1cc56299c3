"""Languages told by the script that they are written in."""

from __future__ import annotations

import re

MIN_SCRIPT_LETTERS = 5
"""Letters of a script below which it decides nothing."""

_SCRIPTS = {
    "el": "\u0370-\u03ff\u1f00-\u1fff", "hy": "\u0530-\u058f", "he": "\u0590-\u05ff", "dv": "\u0780-\u07bf",
    "pa": "\u0a00-\u0a7f", "gu": "\u0a80-\u0aff", "or": "\u0b00-\u0b7f", "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f", "kn": "\u0c80-\u0cff", "ml": "\u0d00-\u0d7f", "si": "\u0d80-\u0dff",
    "th": "\u0e00-\u0e7f", "lo": "\u0e80-\u0eff", "bo": "\u0f00-\u0fff", "my": "\u1000-\u109f",
    "ka": "\u10a0-\u10ff\u1c90-\u1cbf", "am": "\u1200-\u139f", "km": "\u1780-\u17ff",
    "kana": "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f", "hangul": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
}  # fmt: skip
"""Scripts that one language, or one by far, is written in, as character ranges; the last three are CJK."""

_SCRIPT_PATTERNS = {name: re.compile(f"[{ranges}]") for name, ranges in _SCRIPTS.items()}
_OTHER_SCRIPT = re.compile("[\u0370-\u1fff\u3040-\U0010ffff]")
"""What text in Latin letters has none of, so that no script need be looked for."""

CJK_WEIGHT = 3
"""A CJK character stands for about as much text as three letters."""

MIN_KANA_SHARE = 0.05
MIN_HANGUL_SHARE = 0.2
"""Of the CJK characters: a Chinese text may quote a Japanese or Korean name."""


def language_of_script(sample: str, letters: int) -> str | None:
    """Return the language that the script decides; `letters` are those of the text, of any script."""
    if not _OTHER_SCRIPT.search(sample):
        return None
    counts = {name: len(pattern.findall(sample)) for name, pattern in _SCRIPT_PATTERNS.items()}
    kana, hangul, han = counts.pop("kana"), counts.pop("hangul"), counts.pop("han")
    cjk = kana + hangul + han
    if cjk >= MIN_SCRIPT_LETTERS and cjk * CJK_WEIGHT >= letters - cjk:
        if kana >= MIN_KANA_SHARE * cjk and kana >= hangul:
            return "ja"
        return "ko" if hangul >= MIN_HANGUL_SHARE * cjk else "zh"
    language = max(counts, key=lambda name: counts[name])
    # Vowel signs of these scripts are no letters to `\w`, so counts may exceed the letters.
    return language if counts[language] >= max(MIN_SCRIPT_LETTERS, letters / 2) else None
