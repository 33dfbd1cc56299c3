"""Phrases that say what a block is for: read from `phrases/<language>.toml`, found in a block's text.

A file has `language` and one table a label, with up to three lists:

- `heading`: names a whole box. Counts where a short block is this phrase or begins with it.
- `strong`: says the label by itself.
- `weak`: says it only in company of other evidence.

A phrase is plain text. Case, accents, width and white space do not count, `/` also stands for `|`, words match
whole. `word~` matches any ending, `*` stands for up to three words (scripts without spaces: twelve characters).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice, repeat, takewhile, zip_longest
from typing import Final, Literal, get_args

from crawler.items import Label

Strength = Literal["heading", "strong", "weak"]
STRENGTHS: Final[tuple[Strength, ...]] = get_args(Strength)

READ_CHARS = 600
"""Characters of a block that are read. Chosen: two long sentences more than any box heading or notice needs."""
HEADING_CHARS = 80
"""Characters of a block over which it is no heading. Chosen: headings of boxes are shorter, teasers longer."""
HEADING_EXTRA_WORDS = 3
"""Words that may follow a heading of two words or more: `More from our archive`."""
GAP_WORDS = 3
GAP_CHARS = 12
STEM_CHARS = 3
"""Letters that a word before `~` needs at least; the first so many are the key it is looked up by."""
CACHED_TEXTS = 8192
CACHED_WORDS = 65_536
"""Texts whose hits are kept: menus and footers repeat on every page of a site. Chosen, not measured."""

UNSPACED = "\u0e00-\u0e7f\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff©"
"""Thai, kana and Han, which set no space between words; © is a word of its own as well."""
GENDER_MARKER = re.compile(
    r"\b([mwfdx])[/|*](?!\1)([mwfdx])[/|*](?!\1|\2)[mwfdxi]\b"
    r"|\((?:mwd|mdw|wmd|wdm|dmw|dwm|mfd|mdf|fmd|fdm|dmf|dfm|([mwfvhk])[/|,](?!\3)[mwfvhk]|gn)\)"
)
"""How vacancies in many languages say that they are for all: (m/w/d), (wmd), m/f/x, (H/F), (m|v). A form, not a
phrase: publishers write it in more orders than a list holds."""
MAYBE_MARKER = "/|*("
"""Without one of these there is no such mark: nine of ten blocks."""
TOKEN = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
ASCII_TOKEN = re.compile("[a-z0-9]+")
"""The same for folded ASCII, in half the time."""
EDGE_UNSPACED = re.compile(rf"[{UNSPACED}]")


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """A phrase that stands in a block. `phrase` is the block's own wording, white space as one space."""

    label: Label
    strength: Strength
    phrase: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """One entry of a phrase file, its text folded."""

    label: Label
    strength: Strength
    text: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A phrase with what rules most places out: the letters that it begins with, all of them where it has no mark."""

    label: Label
    strength: Strength
    text: str
    start: str
    lead: int
    """Characters before the first word."""
    is_plain: bool
    second: str | None
    """The second word, None where there is none or a mark leaves it open."""


_Entries = dict[str, tuple[_Entry, ...]]


@dataclass(frozen=True, slots=True)
class _Group:
    """The phrases that begin with one word. Most need a certain second one: that spares looking at them."""

    whatever: tuple[_Entry, ...]
    by_second: dict[str, tuple[_Entry, ...]]

    def before(self, following: str | None) -> tuple[_Entry, ...]:
        return self.whatever + self.by_second.get(following, ()) if following else self.whatever


@dataclass(frozen=True, slots=True)
class _Index:
    """Phrases by their first word, or by the first letters of it where it ends in `~`."""

    openings: _Entries
    """Headings, which are looked for at a block's first word only."""
    opening_stems: _Entries
    words: _Entries
    stems: _Entries


@cache
def phrase_languages() -> tuple[str, ...]:
    """Return the languages that have a phrase file, sorted."""
    folder = files("crawler.extraction") / "phrases"
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


def read_phrases(language: str) -> tuple[Phrase, ...]:
    """Return the phrases of one file in file order; ValueError names what is wrong with the file."""
    source = files("crawler.extraction") / "phrases" / f"{language}.toml"
    return parse_phrases(source.read_text(encoding="utf-8"), language)


def parse_phrases(source: str, language: str) -> tuple[Phrase, ...]:
    """Return the phrases of a file's text in its order; ValueError names what is wrong with it."""
    tables = tomllib.loads(source)
    if tables.pop("language", None) != language:
        raise ValueError(f"{language}.toml: `language` is not {language!r}")
    phrases = []
    for label, lists in tables.items():
        if label not in LABELS or not isinstance(lists, dict):
            raise ValueError(f"{language}.toml: {label!r} is not the table of a label")
        for strength, texts in lists.items():
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                raise ValueError(f"{language}.toml: {label}.{strength} is not a list of phrases")
            known = _strength(strength, language)
            phrases += [Phrase(LABELS[label], known, _checked(text, language)) for text in texts]
    return tuple(phrases)


def find_phrases(text: str, language: str | None = None) -> tuple[PhraseHit, ...]:
    """Return the phrases in the first 600 characters of `text`, in order of place, label and strength.

    All languages are looked for; `language` (a base subtag such as `de`) narrows it to one and English, and is
    ignored where it has no file. Of phrases of one label and strength that begin at one place the longest counts.
    """
    known = language if language in phrase_languages() else None
    return _find(text[:READ_CHARS], known)


def fold(text: str) -> str:
    """Return `text` in the form that phrases are compared in, character for character.

    Lower case without accents (Latin, Greek, Cyrillic), full width as half width, one kind of apostrophe and hyphen.
    """
    if text.isascii():
        return text.lower()
    text = text.replace("İ", "I").lower()
    folds = _folds()
    for character in folds.keys() & set(text):  # a tenth of the time of `translate`; no fold has a fold itself
        text = text.replace(character, folds[character])
    return text


@lru_cache(maxsize=CACHED_TEXTS)
def _find(text: str, language: str | None) -> tuple[PhraseHit, ...]:
    text = " ".join(text.split())
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    folded = fold(text)
    hits: dict[PhraseHit, None] = {}
    marker = GENDER_MARKER.search(folded) if any(map(folded.__contains__, MAYBE_MARKER)) else None
    if marker:
        hits[PhraseHit(Label.JOB_LISTING, "strong", text[marker.start() : marker.end()])] = None
    pattern = ASCII_TOKEN if folded.isascii() else TOKEN
    words = pattern.findall(folded)
    candidates: dict[int, tuple[_Entry, ...]] = {}
    for place, (group, following) in enumerate(zip_longest(map(_beginning, words, repeat(language)), words[1:])):
        if group is not None and (group.whatever or following in group.by_second):
            candidates[place] = group.before(following)
    for place in _opening_places(words) if len(folded) <= HEADING_CHARS else ():
        group = _opening(words[place], language)
        if group is not None:
            openings = group.before(words[place + 1] if place + 1 < len(words) else None)
            candidates[place] = candidates.get(place, ()) + openings
    if candidates:
        starts = [found.start() for found in pattern.finditer(folded)]
        for place, entries in sorted(candidates.items()):
            start = starts[place]
            likely = [e for e in entries if start >= e.lead and folded.startswith(e.start, start - e.lead)]
            hits.update(dict.fromkeys(_longest(likely, text, folded, start)) if likely else {})
    return tuple(hits)


def _opening_places(words: Sequence[str]) -> range:
    """Return the places where a heading can begin: `12 comments` begins with the number and with the word."""
    numbers = sum(1 for _ in takewhile(str.isdecimal, words))
    return range(min(numbers + 1, len(words)))


@lru_cache(maxsize=CACHED_WORDS)
def _beginning(word: str, language: str | None) -> _Group | None:
    """Return the phrases whose first word is `word`, headings aside; None where there is none."""
    index = _index(language)
    return _group(word, index.words, index.stems)


@lru_cache(maxsize=CACHED_TEXTS)
def _opening(word: str, language: str | None) -> _Group | None:
    """Return the headings whose first word is `word`; None where there is none."""
    index = _index(language)
    return _group(word, index.openings, index.opening_stems)


def _group(word: str, words: _Entries, stems: _Entries) -> _Group | None:
    entries = words.get(word, ())
    if word[:STEM_CHARS] in stems:
        entries += tuple(e for e in stems[word[:STEM_CHARS]] if word.startswith(e.start[e.lead :]))
    if not entries:
        return None
    by_second: dict[str, tuple[_Entry, ...]] = {}
    for entry in entries:
        if entry.second is not None:
            by_second[entry.second] = (*by_second.get(entry.second, ()), entry)
    return _Group(tuple(entry for entry in entries if entry.second is None), by_second)


def _longest(entries: Iterable[_Entry], text: str, folded: str, start: int) -> Iterator[PhraseHit]:
    """Yield the hits of the entries whose first letters stand at `start`."""
    ends: dict[tuple[Label, Strength], tuple[int, int]] = {}
    for entry in entries:
        begin = start - entry.lead
        end = _end_of(entry, folded, begin, start)
        if end is not None and _ends_word(folded, end):
            kind = (entry.label, entry.strength)
            ends[kind] = max(ends.get(kind, (0, 0)), (end, begin))
    order = sorted(ends, key=lambda kind: (LABEL_ORDER[kind[0]], STRENGTHS.index(kind[1])))
    for label, strength in order:
        end, begin = ends[label, strength]
        yield PhraseHit(label, strength, text[begin:end])


def _end_of(entry: _Entry, folded: str, begin: int, start: int) -> int | None:
    """Return where the phrase ends that begins at `begin`, None where it is not there."""
    text, heading = entry.text, entry.strength == "heading"
    if not entry.is_plain:
        match = _pattern(text, heading).match(folded, start)
        return match.end("phrase") if match else None
    end = begin + len(text)
    if heading and not _after_heading(" " in text).match(folded, end):
        return None
    return end


def _entry(phrase: Phrase) -> _Entry:
    # Most phrases are found as they stand, and to compile a pattern for each takes a second.
    is_plain = not any(mark in phrase.text for mark in "*~/") and not EDGE_UNSPACED.search(phrase.text)
    start = phrase.text if is_plain else re.split(r"[*~/ ]", phrase.text, maxsplit=1)[0]
    lead = len(_lead(phrase.text))
    return _Entry(phrase.label, phrase.strength, phrase.text, start, lead, is_plain, _second_word(phrase.text))


def _second_word(text: str) -> str | None:
    """Return the word that must follow the first one of a phrase."""
    first, second = (*islice(TOKEN.finditer(text), 2), None, None)[:2]
    if first is None or second is None:
        return None
    between, after = text[first.end() : second.start()], text[second.end() : second.end() + 1]
    return None if "*" in between or "~" in between or after == "~" else second[0]


@cache
def _after_heading(several_words: bool) -> re.Pattern[str]:
    return re.compile(_heading_end(2 if several_words else 1))


def _ends_word(folded: str, end: int) -> bool:
    """Whether no word goes on at `end`. Not part of the patterns: the class of letters makes each slow to compile."""
    if end == len(folded):
        return True
    last, following = folded[end - 1], folded[end]
    return not (_is_spaced(last) and _is_spaced(following))


def _is_spaced(character: str) -> bool:
    return character.isalnum() and not EDGE_UNSPACED.match(character)


LABELS: Final = {label.value: label for label in Label}
LABEL_ORDER: Final = {label: place for place, label in enumerate(Label)}


@cache
def _index(language: str | None) -> _Index:
    chosen = phrase_languages() if language is None else (language, "en")
    phrases = dict.fromkeys(phrase for name in chosen for phrase in read_phrases(name))
    index = _Index({}, {}, {}, {})
    for phrase in phrases:
        first = TOKEN.search(phrase.text)
        assert first is not None
        heading = phrase.strength == "heading"
        if phrase.text.startswith("~", first.end()):
            table, key = (index.opening_stems if heading else index.stems), first[0][:STEM_CHARS]
        else:
            table, key = (index.openings if heading else index.words), first[0]
        table[key] = (*table.get(key, ()), _entry(phrase))
    return index


@cache
def _pattern(phrase: str, heading: bool) -> re.Pattern[str]:
    """Compile a folded phrase, to be matched from its first word character on.

    Compiled one by one when first needed: one alternation of all is forty times slower a block.
    """
    lead = _lead(phrase)
    words = phrase[len(lead) :].split()
    regex = ""
    gap = False
    for place, word in enumerate(words):
        if word == "*":
            gap = True
            continue
        if place:
            regex += _between(words[place - 1 - gap][-1], word[0], gap)
        gap = False
        regex += r"\w*".join(re.escape(part).replace("/", r"\s*[/|]\s*") for part in word.split("~"))
    after = _heading_end(len(words)) if heading else ""
    return re.compile(f"(?<={re.escape(lead)})(?P<phrase>{regex}){after}")


def _between(before: str, after: str, gap: bool) -> str:
    if EDGE_UNSPACED.match(before) or EDGE_UNSPACED.match(after):
        return rf"\s*.{{0,{GAP_CHARS}}}?" if gap else r"\s*"
    return rf"[^\w\s]*\s+(?:\S+\s+){{0,{GAP_WORDS}}}?" if gap else r"\s+"


def _heading_end(words: int) -> str:
    """What may follow a heading: nothing, a number, punctuation that ends it, or a few words after a long one."""
    ends = r"(?=[\W\d_]*$|\s*[:|(•·»>–—\[]"
    return ends + (rf"|(?:\s+\S+){{1,{HEADING_EXTRA_WORDS}}}\s*$)" if words > 1 else ")")


def _lead(phrase: str) -> str:
    """Return the punctuation that a phrase begins with."""
    first = TOKEN.search(phrase)
    return phrase[: first.start()] if first else phrase


def _strength(word: str, language: str) -> Strength:
    for strength in STRENGTHS:
        if word == strength:
            return strength
    raise ValueError(f"{language}.toml: no strength {word!r}")


def _checked(text: str, language: str) -> str:
    """Return the phrase folded; ValueError for one that cannot be looked up or whose marks are misplaced."""
    folded = " ".join(fold(unicodedata.normalize("NFC", text)).split())
    words = folded.split()
    if not TOKEN.search(folded) or "*" in (words[0], words[-1]) or "* *" in folded:
        raise ValueError(f"{language}.toml: phrase {text!r} has no word to begin or to end with")
    if any("*" in word and word != "*" for word in words):
        raise ValueError(f"{language}.toml: phrase {text!r} has `*` inside a word")
    if any("~" in word and not re.fullmatch(rf"[^~]{{{STEM_CHARS},}}~", word) for word in words):
        raise ValueError(f"{language}.toml: phrase {text!r} has `~` elsewhere than after three letters")
    return folded


@cache
def _folds() -> dict[str, str]:
    """Return the folds of single characters, each to exactly one, so that places in the text stay the same."""
    folds = {0x131: "i", 0x3C2: "σ", 0xA0: " ", 0x202F: " ", 0x3000: " "}
    folds.update(dict.fromkeys((0x2018, 0x2019, 0x2BC, 0xB4), "'"))
    folds.update(dict.fromkeys((0x2010, 0x2011), "-"))
    folds.update(dict.fromkeys((0x622, 0x623, 0x625), "ا"))
    folds.update({code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})
    letters = (*range(0xC0, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x2000))
    for code in letters:
        base = unicodedata.normalize("NFD", chr(code).lower())[0]
        if code not in folds and base != chr(code):
            folds[code] = str(folds.get(ord(base), base))
    return {chr(code): base for code, base in folds.items()}
