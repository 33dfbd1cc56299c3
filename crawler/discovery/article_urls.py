"""Whether a URL looks like an article's, by its shape alone and for any site."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_URL_CHARS = 2_083
"""The de facto limit; longer ones name nothing."""

_FILE_SUFFIX = re.compile(
    r"\.(?:html?|xhtml|shtml?|phtml|php\d?|aspx?|jsp|jsf|do|ece|cms|cfm|story|amp)$", re.IGNORECASE
)
_MEDIA_SUFFIX = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|mp[34]|m4[av]|webm|og[agv]|avi|mov|wmv|flac|wav|m3u8|pdf|epub"
    r"|docx?|xlsx?|pptx?|odt|csv|zip|gz|tar|rar|7z|exe|apk|dmg|css|m?js|json|xml|rss|atom|txt|ics|vcf|woff2?|ttf)$",
    re.IGNORECASE,
)
_MONTH = r"(?:0?[1-9]|1[0-2]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_DATE = re.compile(
    rf"(?:^|/)(?:19|20)\d\d/{_MONTH}(?:/(?:0?[1-9]|[12]\d|3[01]))?(?=/)"
    r"|(?<!\d)(?:19|20)\d\d[-_.](?:0[1-9]|1[0-2])[-_.](?:0[1-9]|[12]\d|3[01])(?!\d)"
    r"|(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)",
    re.IGNORECASE,
)
_PAGING_SEGMENT = re.compile(r"(?:page|seite|pagina|strona|sida|sivu|side|pag)[-_]?\d*|p\d{1,3}", re.IGNORECASE)
_PAGING_PARAMS = frozenset({"page", "paged", "seite", "pagina", "pg", "offset", "start", "pageno", "page_no"})
_ID_PARAM = re.compile(
    r"(?:.*id|.*nr|.*news\]|a|n|no|num|idx|art|article|artikel|articulo|story|news|nota|noticia|doc|key)"
)
_OTHER_ID_PARAM = re.compile(r"(?:cat|category|c|user|u|author|tag|item|lang|session|section|type|group|menu)_?id")
_SPIP_PARAM = re.compile(r"article\d+")
_ID_VALUE = re.compile(r"[\w.-]*\d[\w.-]*")
_NEWS_PARENT = re.compile(r"[anis]|news|doc|noticias?|notizie|nachricht(?:en)?|notas?|read|item|view|content|node|id")
_ARTICLE_PARENT = re.compile(
    r"p|art|articles?|artikel|artic[ou]l[oi]s?|artigos?|artykul|clanek|cikk|posts?|story|stories|statya|beitrag"
    r"|meldung|blog"
)
_TRAILER = re.compile(r"amp|print|full|default|komplettansicht", re.IGNORECASE)
_TRAILING_DATE = re.compile(r"/(?:19|20)\d\d/\d\d?(?:/\d\d?)?/?$")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MIXED_ID = re.compile(r"(?=[^\W_]*\d)(?=[^\W_]*[A-Za-z])[A-Za-z0-9]{8,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TRANSLITERATED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l", "ø": "o"})


def is_article_shaped(url: str) -> bool:
    """Tell whether the URL may be an article: date, slug of words, identifier, in the path or the query.

    Generous: a page that turns out to be none is skipped later, an article left out here is lost. Never
    True for home pages, media files, further pages of a listing, and pages of the kinds in `page_words.txt`.
    """
    if len(url) > MAX_URL_CHARS:
        return False
    try:
        parts = urlsplit(url.strip())
        path = _TRAILING_DATE.sub("", parts.path) if _words_before_date(parts.path) else parts.path
        segments = [unquote(segment) for segment in path.split("/") if segment]
        params = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or _is_paging(segments, params):
        return False
    if segments and _MEDIA_SUFFIX.search(segments[-1]):
        return False
    stems = [_FILE_SUFFIX.sub("", segment) for segment in segments]
    stems = [stem for stem in stems if stem.casefold() != "index"]
    while stems and _TRAILER.fullmatch(stems[-1]):
        stems.pop()
    if stems and _is_other_page(stems, path):
        return False
    return _names_article(params, at_root=not stems) or (bool(stems) and _is_article_path(stems, path))


def _words_before_date(path: str) -> bool:
    """Tell `/a-slug-of-words/2026/11`, an article, from `/section/2026/11`, an archive."""
    date = _TRAILING_DATE.search(path)
    return date is not None and _slug(path[: date.start()].rpartition("/")[2])[0] >= 3


def _is_paging(segments: list[str], params: list[tuple[str, str]]) -> bool:
    if any(name.casefold() in _PAGING_PARAMS and value.isdecimal() and int(value[:6]) > 1 for name, value in params):
        return True
    tail = segments[-2:]
    if len(tail) == 2 and tail[1].isdecimal() and len(tail[1]) <= 4:
        return _PAGING_SEGMENT.fullmatch(tail[0]) is not None
    return bool(tail) and any(c.isdecimal() for c in tail[-1]) and bool(_PAGING_SEGMENT.fullmatch(tail[-1]))


def _names_article(params: list[tuple[str, str]], *, at_root: bool) -> bool:
    for name, value in params:
        plain = name.casefold()
        if plain == "p" and at_root and value.isdecimal():  # WordPress without permalinks
            return True
        if _SPIP_PARAM.fullmatch(plain):
            return True
        if _ID_PARAM.fullmatch(plain) and not _OTHER_ID_PARAM.fullmatch(plain) and _ID_VALUE.fullmatch(value):
            return True
    return False


def _is_other_page(stems: list[str], path: str) -> bool:
    """Tell whether a segment names a page that is no article, and the last one does not outweigh it."""
    never, maybe = _page_words()
    kinds = [_page_word(stem) for stem in stems]
    words, numbers = _slug(stems[-1])
    has_id = any(len(number) >= 5 for number in numbers)
    if kinds[-1] in never | maybe:
        return words < 3 or not has_id
    if kinds[-2:-1] and kinds[-2] in never:
        return words < 3 or not has_id
    if has_id or words >= 4 or _DATE.search(path):
        return False
    if kinds[-2:-1] and kinds[-2] in maybe:
        return words < 3 or not numbers
    return words < 3 and any(kind in never | maybe for kind in kinds)


def _page_word(stem: str) -> str:
    folded = unicodedata.normalize("NFKD", stem.casefold().translate(_TRANSLITERATED))
    return "-".join(word for word in _WORD.findall(folded.encode("ascii", "ignore").decode()) if not word.isdigit())


def _slug(stem: str) -> tuple[int, list[str]]:
    """Count the words of a slug, two letters or more, and return its numbers."""
    tokens = _WORD.findall(_CAMEL.sub("-", stem))
    return sum(1 for t in tokens if len(t) >= 2 and not t.isdecimal()), [t for t in tokens if t.isdecimal()]


def _is_article_path(stems: list[str], path: str) -> bool:
    last = stems[-1]
    words, numbers = _slug(last)
    letters = sum(c.isalpha() for c in last)
    dated = _DATE.search(path)
    if dated and (letters >= 3 or (dated.end() < len(path.rstrip("/")) and numbers)):
        return True
    parent = stems[-2] if len(stems) > 1 else ""
    below_id = letters >= 3 and parent.isdecimal() and len(parent) >= 5
    if below_id or any(len(n) >= 5 for n in numbers) or _MIXED_ID.search(last):
        return True
    if words >= 3 or (words >= 2 and _ARTICLE_PARENT.fullmatch(parent.casefold())):
        return True
    if (words >= 2 and (numbers or letters >= 14)) or len(_UNSPACED.findall(last)) >= 6:
        return True
    return _is_short_id(last, stems)


def _is_short_id(last: str, stems: list[str]) -> bool:
    """Tell a short identifier, which counts below a word for articles or below a slug."""
    is_number = last.isdecimal() and not _YEAR.fullmatch(last)
    if is_number and len(last) >= 4:
        return True
    if len(stems) < 2:
        return False
    parent = stems[-2].casefold()
    below_article = bool(_ARTICLE_PARENT.fullmatch(parent))
    if last.isdecimal():
        return below_article or bool(_NEWS_PARENT.fullmatch(parent)) or _slug(parent)[0] >= 3
    if below_article and len(last) >= 12:
        return True
    has_digit = any(c.isdecimal() for c in last)
    mixed_case = last != last.lower() and last != last.upper() and not last.istitle()
    return (below_article or bool(_NEWS_PARENT.fullmatch(parent))) and len(last) >= 4 and (has_digit or mixed_case)


@cache
def _page_words() -> tuple[frozenset[str], frozenset[str]]:
    """Read the words below which no article stands, and those below which one may stand."""
    text = files("crawler.discovery").joinpath("page_words.txt").read_text(encoding="utf-8")
    found = [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
    maybe = frozenset(word.removesuffix("+") for word in found if word.endswith("+"))
    return frozenset(word for word in found if not word.endswith("+")) - maybe, maybe
