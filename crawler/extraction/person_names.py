"""A byline or author field taken apart into names.

The words known here are those that news sites of Europe and the Americas print; other scripts mostly give
bare names.
"""

from __future__ import annotations

import re

MAX_NAME_CHARS = 200
MAX_NAME_WORDS = 7
MAX_FIELD_CHARS = 1_000
"""Longer runs of words are sentences. Chosen, not measured."""

_ADDRESS = re.compile(r"(?<!\S)\S*@\S+|\bhttps?://\S+|\bwww\.\S+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PREFIX = re.compile(
    r"(?:[^,.;:|]{0,30}\b(?:written|authored|words|story|posted|published|submitted|article|post|recipe|text|texte"
    r"|report|soumis|publié|rédigé|écrit|verfasst|geschrieben|kommentar|bericht|analyse|reportage|kolumne|glosse"
    r"|gastbeitrag|leitartikel|interview|escrito|publicado|enviado|scritto|pubblicato) "
    r"(?:by|von|par|por|da|di)|by"
    r"|Von\s+unser(?:em|er|en)(?:\s+\w+)?\s+\w*(?:mitarbeiter|redakteur|korrespondent|reporter|mitglied|autor)\w*"
    r"|Von|VON|Par|PAR|Di|Por|POR|Av|Af|Door|Του|Της|Автор|Text|Texto|Autor(?:in|en|es)?|Authors?"
    r"|كتبت?|كتبه|بقلم|تحرير|Auteurs?|Autore|Quelle|Source|Fuente|Redaktion)(?:\s*:\s*|\s+)(?=\w)",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(?:(?:first |last |zuletzt )?(?:published|updated|posted|modified|veröffentlicht|aktualisiert|publié|mis à jour"
    r"|publicado|actualizado|pubblicato|aggiornato)\b[^\d\n]{0,30}[\d][^\n]{0,40}?\b(?:by|von|par|por|da|di) )",
    re.IGNORECASE,
)
"""What says when a text appeared, with the word for who wrote it behind it."""
_NO_BEGINNING = re.compile(
    r"(?:first|last|zuletzt)?\s*(?:published|updated|posted|modified|veröffentlicht|aktualisiert|publié|mis|publicado"
    r"|actualizado|pubblicato|aggiornato|mon|tues|wednes|thurs|fri|satur|sun)(?:day)?(?=\s)",
    re.IGNORECASE,
)
"""Words with which a line about time begins, and no name: "Published July", "Wednesday July"."""
_REST = re.compile(
    r"\s+(?:updated|last updated|published|posted|reviewed|edited|aktualisiert|veröffentlicht|on|in|at)\b.*"
    r"|\s+(?:le\s+|el\s+|am\s+)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag"
    r"|mittwoch|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica)(?=\s*,[^,]{0,15}\d|\s+\d).*"
    r"|\s+special\s+to\s.*"
    r"|\s+le\s+(?:lun|mar|mer|jeu|ven|sam|dim)(?=\.?,?\s+\d).*"
    r"|\s*\b\d.*",
    re.IGNORECASE | re.DOTALL,
)
"""What follows a name in a byline: when and where it was published."""

_PARTICLE_LIST = "al bin da das de dei del della den der di do dos du e el la le san ten ter van von y zu af av"
_PARTICLES = frozenset(_PARTICLE_LIST.split())
_LIST_MARK = re.compile(r"\s*[;|•·\n]\s*|\s+/\s+")
_COMMA = re.compile(r"\s*[,、،]\s*")
_AND = re.compile(r"\s+(?:and|und|et|og|och|ja|&|и|та)\s+", re.IGNORECASE)
_TWO_WORDS = re.compile(r"\S+\s+\S")
_SHORT_AND = re.compile(r"(?<=\S)\s+(?:y|e|en)(?=\s+\S+\s+\S)")
"""Short conjunctions that stand in surnames too ("Ortega y Gasset"): only between two names of two words."""

_JOB = re.compile(
    r"\b(?:(?:chief|senior|staff|guest|managing|deputy)\b"
    r"|(?:co-?)?(?:editor|reporter|correspondent|journalist|writer|columnist|contributor|producer|director|professor"
    r"|analyst|manager|founder|president|ceo|phd|md)s?\b"
    r"|\w*(?:redakteur|korrespondent|volontär|reporter|redaktør|rédact|correspondant|journalist|corresponsal"
    r"|periodista|giornalista|inviat)\w*)",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?<![\u3400-\u9fff])(?:作者|记者|記者|撰文|撰稿|執筆|文)(?:\s*[:：/／|｜]\s*|\s+)([\u3400-\u9fff々]{2,4})(?![\u3040-\u9fff])"
    r"|(?<![\u3040-\u9fff])([\u3400-\u9fff々]{2,4}) ?(?:记者|記者)(?![\u3040-\u9fff])"
    r"|(?<![가-힣])([가-힣]{2,4}) ?(?:기자|특파원)(?![가-힣])"
    r"|(?<![가-힣])글\s*[:=]?\s+([가-힣]{2,4})(?![가-힣])"
)
"""Names of two to four characters beside the word for their writer."""
_PAPER = re.compile(
    r"(?:[\u3400-\u9fff](?:网|網|日报|日報|晚报|晚報|新闻|新聞|新聞社|通信社|通讯社|電視台|电视台|报社|報社)|[가-힣](?:신문|일보|뉴스|통신|방송))$"
)
_NO_NAME_LIST = (
    "by von par por written writer editors contributors admin administrator author autor editor editorial "
    "redaktion redaction staff newsroom webmaster developer guest none null undefined nan unknown anonymous "
    "nachrichten news user root test twitter facebook online text texte texto tekst testo words story "
    "autorin autoren autores autore auteur auteurs автор författare forfatter kirjoittaja toimittaja yazar szerző "
    "redaccion redacción redazione rédaction"
)
_NO_NAMES = frozenset(_NO_NAME_LIST.split())
_AGENCY_LIST = "afp ap apa dpa efe ansa kna epd reuters sda sid keystone tass xinhua kyodo pti ritzau ntb"
_AGENCIES = frozenset(_AGENCY_LIST.split())


def split_names(text: str) -> list[str]:
    """Return the names in the order they stand; what is no name is left out."""
    text = _ADDRESS.sub(" ", _BRACKETS.sub(" ", text)).strip(" ,;:-–—")
    text = _without_prefix(text)
    names: list[str] = []
    for listed in _LIST_MARK.split(text):
        if listed.endswith(":"):
            continue  # says what follows: "Last update: 13 November"
        pieces = [piece for part in _AND.split(_with_commas(listed)) for piece in _split_at_commas(part)]
        names += [name for name in map(_as_name, pieces) if name]
    return names


def _with_commas(listed: str) -> str:
    """Return the list of names with a comma for each short conjunction between two names."""
    first_name = _TWO_WORDS.match(listed)
    if first_name is None:
        return listed
    rest = first_name.end() - 1
    return listed[:rest] + _SHORT_AND.sub(",", listed[rest:])


def names_in_line(line: str) -> list[str]:
    """Return the names of one line of visible text; all words but particles must begin with a capital."""
    if len(line) > MAX_FIELD_CHARS:
        return []
    text = _without_prefix(_DATED.sub("", " ".join(line.split()), count=1))
    name_part = _REST.sub("", text)
    names = [name for name in split_names(name_part) if _looks_like_name(name)]
    # One word before a number is a month or a weekday.
    return names if name_part == text or any(" " in name for name in names) else []


def signed_names(line: str) -> list[str]:
    """Return the names that a line in Han, kana or Hangul says wrote it: 作者, 記者 or 기자 stands by them."""
    return [next(filter(None, found)) for found in _SIGNED.findall(line[:MAX_FIELD_CHARS])]


def is_agency(name: str) -> bool:
    return name.casefold() in _AGENCIES


def is_paper(name: str) -> bool:
    """Whether a name in Han, kana or Hangul ends as those of newspapers, news sites and agencies do."""
    return _PAPER.search(name) is not None


def is_full(name: str) -> bool:
    """Whether it is more than one word, or in a script that has none between names."""
    return " " in name or not name.isascii()


def _looks_like_name(text: str) -> bool:
    if _NO_BEGINNING.match(text):
        return False
    found = [word for word in text.split() if word.casefold() not in _PARTICLES]
    if is_agency(text) or _JOB.search(text):
        return is_agency(text)
    return bool(found) and not any(word[0].islower() for word in found) and len(found) <= MAX_NAME_WORDS - 2


def _without_prefix(text: str) -> str:
    """Cut "By" and its like; a lower-case "von" is part of a name, and so is a "Di" before a single word."""
    found = _PREFIX.match(text)
    if found is None or (text[0].islower() and not text.startswith("by ")):
        return text
    rest = text[found.end() :]
    return rest if " " in rest or found.group().lower().startswith(("by", "von")) or ":" in found.group() else text


def _split_at_commas(text: str) -> list[str]:
    """After a full name a comma may bring a job, a place or the next name."""
    parts = [part for part in _COMMA.split(text) if part]
    if len(parts) < 2 or not any(" " in part for part in parts):
        return parts
    return [
        part
        for position, part in enumerate(parts)
        if (" " in part or is_agency(part) or not part.isascii() or position == 0)
        and not (position and _JOB.search(part))
    ]


def _as_name(text: str) -> str | None:
    name = _without_prefix(text.strip(" .,;:-–—'\"“”„"))
    found = name.split()
    if not found or len(found) > MAX_NAME_WORDS or len(name) > MAX_NAME_CHARS:
        return None
    if any(character.isdigit() for character in name) or not any(character.isalpha() for character in name):
        return None
    name = " ".join(found)
    return None if all(word.casefold() in _NO_NAMES for word in found) else name
