"""The language of a text: the script where it decides, else langdetect.

langdetect takes Han characters for Korean and has no model for many languages; both are mended here. This is
the only module that knows which detector is used.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from langdetect import DetectorFactory, LangDetectException
from langdetect.detector_factory import PROFILES_DIRECTORY

from crawler.extraction.characters import count_lower, count_upper

MAX_CHARS = 1_000
"""Characters that are read. Measured on 779 news and web texts: 1,000 give the language that 3,000 give on every one,
in half the time; 600 differ on two."""

TRIALS = 2
"""Random draws of n-grams whose probabilities langdetect averages; by itself it makes seven. On 779 news and web
texts one, two and three gave the language and score of seven (measured)."""

MIN_LETTERS = 20
MIN_SCRIPT_LETTERS = 5
"""Letters below which there is nothing to judge, for the detector and for the script."""

WEAK_SCORE = 0.95
"""Below it a declared language that the detector cannot know, or confuses, wins. Chosen, not measured."""

MARKER_SHARE = 0.03
"""Share of the words that must be marks of a language without a model. Measured: no page of another language
reached it among 2,500 news and web pages."""

MIN_MARKER_WORDS = 2
"""Different words among them: one alone may be a name."""

MAX_SCORE = 0.9999
"""Highest score of the detector: 1.0 is the script's."""

UNDETERMINED = "und"


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    """BCP 47; `und` where there is nothing to judge."""
    score: float | None = None
    """The detector's probability; 1.0 where the script decides, None where nothing was detected."""


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
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")

CJK_WEIGHT = 3
"""A CJK character stands for about as much text as three letters."""

MIN_KANA_SHARE = 0.05
MIN_HANGUL_SHARE = 0.2
"""Of the CJK characters: a Chinese text may quote a Japanese or Korean name."""

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

_CODES = {"zh-cn": "zh-Hans", "zh-tw": "zh-Hant"}
_MODELLED = (
    "af ar bg bn ca cs cy da de el en es et fa fi fr gu he hi hr hu id it ja kn ko lt lv mk ml mr ne nl no "
    "pa pl pt ro ru sk sl so sq sv sw ta te th tl tr uk ur vi zh"
)
_KNOWN = frozenset(_MODELLED.split())
"""Languages that langdetect 1.0.9 has a model for."""

_ALIASES = {"nb": "no", "nn": "no", "fil": "tl", "iw": "he", "in": "id"}
"""Declared codes for which langdetect gives another."""

_GROUPS = (
    "no nb nn da sv is fo",
    "hr sr bs sl cnr sh",
    "id ms jv su tl",
    "es gl ca pt oc an ast eu",
    "de lb nds als gsw",
    "nl af fy li",
    "ru bg mk uk be sr kk ky mn tg tt ba",
    "ar fa ur ps ckb sd ug",
    "hi mr ne bho mai sa",
    "tr az tk uz kk ky",
    "sw zu xh st tn sn rw ny so ts ss nr ve",
    "cy ga gd br",
    "cs sk",
    "et fi se",
    "bn as",
)
_CONFUSED = tuple(frozenset(group.split()) for group in _GROUPS)
"""Groups whose members a detector takes for each other."""

_loading = threading.Lock()


def detect_language(text: str) -> Language:
    """Detect the language of a body text; the same text gives the same answer in every process and thread."""
    sample = text[:MAX_CHARS]
    letters = len(_LETTER.findall(sample))
    by_script = _language_of_script(sample, letters)
    if by_script:
        return Language(by_script, 1.0)
    if letters < MIN_LETTERS:
        return Language(UNDETERMINED)
    detected = _detect(sample.lower() if _is_capitals(sample) else sample)
    unmodelled = _language_without_model(sample)
    return Language(unmodelled, None) if unmodelled else detected


def best_language(detected: Language, declared: str | None) -> Language:
    """Return the language to believe, given what the page declares (BCP 47).

    The detected one, but the declared one where nothing was detected, where the detector has no model for it
    and answered with a language that it takes it for, and where a weak answer lies in the same group.
    """
    if not declared:
        return detected
    primary = declared.partition("-")[0].lower()
    primary = _ALIASES.get(primary, primary)
    found = detected.code.partition("-")[0]
    if found == UNDETERMINED:
        return Language(declared)
    if found == primary or detected.score == 1.0:
        return detected
    weak = detected.score is not None and detected.score < WEAK_SCORE
    related = any(primary in group and found in group for group in _CONFUSED)
    if (primary not in _KNOWN and detected.score is not None and (related or weak)) or (related and weak):
        return Language(declared)
    return detected


def _language_of_script(sample: str, letters: int) -> str | None:
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


def _is_capitals(sample: str) -> bool:
    """Langdetect takes English in capitals for German."""
    return count_upper(sample) > count_lower(sample)


@cache
def _profiles() -> DetectorFactory:
    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    # 90,000 lists of 55 numbers make each full garbage collection five times as slow; tuples of numbers it leaves out.
    factory.word_lang_prob_map = {gram: tuple(shares) for gram, shares in factory.word_lang_prob_map.items()}
    return factory


def _detect(sample: str) -> Language:
    with _loading:  # the profiles are loaded at the first use, by one thread
        detector = _profiles().create()
    detector.seed = 0
    detector.n_trial = TRIALS
    detector.append(sample)
    try:
        best = detector.get_probabilities()[0]
    except (LangDetectException, IndexError):
        return Language(UNDETERMINED)
    return Language(_CODES.get(best.lang, best.lang), min(MAX_SCORE, round(float(best.prob), 4)))


def _language_without_model(sample: str) -> str | None:
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
