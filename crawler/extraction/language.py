"""The language of a text: the script where it decides, else langdetect.

langdetect takes Han characters for Korean and has no model for many languages; both are mended here. This is
the only module that knows which detector is used.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import cache

from langdetect import DetectorFactory, LangDetectException
from langdetect.detector_factory import PROFILES_DIRECTORY

from crawler.extraction.characters import count_lower, count_upper
from crawler.extraction.unmodelled_languages import language_without_model
from crawler.extraction.writing_systems import language_of_script

MAX_CHARS = 1_000
"""Characters that are read. Measured on 779 news and web texts: 1,000 give the language that 3,000 give on every one,
in half the time; 600 differ on two."""

TRIALS = 2
"""Random draws of n-grams whose probabilities langdetect averages; by itself it makes seven. On 779 news and web
texts one, two and three gave the language and score of seven (measured)."""

CONFIRMING_CHARS = 300
"""Characters, drawn from once, in which a declared language is confirmed where the detector is sure of it. Measured on
1,017 pages: 937 are confirmed, all with the language and the score that MAX_CHARS and TRIALS give them."""

MIN_LETTERS = 20
"""Letters below which the detector has nothing to judge."""
WEAK_SCORE = 0.95
"""Below it a declared language that the detector cannot know, or confuses, wins. Chosen, not measured."""

MAX_SCORE = 0.9999
"""Highest score of the detector: 1.0 is the script's."""

UNDETERMINED = "und"


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    """BCP 47; `und` where there is nothing to judge."""
    score: float | None = None
    """The detector's probability; 1.0 where the script decides, None where nothing was detected."""


_LETTER = re.compile(r"[^\W\d_]")
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


def detect_language(text: str, declared: str | None = None) -> Language:
    """Detect the language of a body text; the same text gives the same answer in every process and thread.

    Less of the text is read where that is surely in the `declared` language (BCP 47).
    """
    if declared and len(text) > CONFIRMING_CHARS:
        first = _detected(text[:CONFIRMING_CHARS], trials=1)
        if first.score is not None and first.score >= MAX_SCORE and _primary(first.code) == _primary(declared):
            return first
    return _detected(text[:MAX_CHARS], TRIALS)


def _detected(sample: str, trials: int) -> Language:
    letters = len(_LETTER.findall(sample))
    by_script = language_of_script(sample, letters)
    if by_script:
        return Language(by_script, 1.0)
    if letters < MIN_LETTERS:
        return Language(UNDETERMINED)
    detected = _detect(sample.lower() if _is_capitals(sample) else sample, trials)
    unmodelled = language_without_model(sample)
    return Language(unmodelled, None) if unmodelled else detected


def best_language(detected: Language, declared: str | None) -> Language:
    """Return the language to believe, given what the page declares (BCP 47).

    The detected one, but the declared one where nothing was detected, where the detector has no model for it
    and answered with a language that it takes it for, and where a weak answer lies in the same group.
    """
    if not declared:
        return detected
    primary, found = _primary(declared), detected.code.partition("-")[0]
    if found == UNDETERMINED:
        return Language(declared)
    if found == primary or detected.score == 1.0:
        return detected
    weak = detected.score is not None and detected.score < WEAK_SCORE
    related = any(primary in group and found in group for group in _CONFUSED)
    if (primary not in _KNOWN and detected.score is not None and (related or weak)) or (related and weak):
        return Language(declared)
    return detected


def _primary(code: str) -> str:
    """Return a code's language as the detector writes it."""
    primary = code.partition("-")[0].lower()
    return _ALIASES.get(primary, primary)


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


def _detect(sample: str, trials: int) -> Language:
    with _loading:  # the profiles are loaded at the first use, by one thread
        detector = _profiles().create()
    detector.seed = 0
    detector.n_trial = trials
    detector.append(sample)
    try:
        best = detector.get_probabilities()[0]
    except (LangDetectException, IndexError):
        return Language(UNDETERMINED)
    return Language(_CODES.get(best.lang, best.lang), min(MAX_SCORE, round(float(best.prob), 4)))
