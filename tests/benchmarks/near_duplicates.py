"""Pairs for the measure of near-duplicates: copies as newspapers make them, and texts that only look like copies.

The texts come from corpora at run time; of them nothing stands here. Own words of this file are what copies have in
common with no article: agency lines, prompts, standing text, formula reports. Written before any threshold was tuned.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

FOLDERS = ("fundus-news", "wcxb-articles")
TWINS = frozenset({"w3035"})
"""Ids of corpus pages that carry the same article as another one."""
MIN_WORDS, MAX_WORDS = 130, 2500
"""Of a base: 40 % of it must still be a text of 50 words; guides longer than any news article are cut."""

_UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
UNIT = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|\W+")
"""A word, one character of a script without spaces, or what stands between words."""
SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?。！？]+[\"'”’»)\]]*|\n+|$)\s*")


@dataclass(frozen=True)
class Article:
    id: str
    language: str
    publisher: str
    text: str


@dataclass(frozen=True)
class Case:
    """A text that comes to an index of all articles (and of `beside`), and what it is there."""

    kind: str
    text: str
    original: str | None
    """Id of the article that it repeats; None: it repeats none."""
    beside: tuple[str, ...] = ()
    """Texts that the index must hold too."""


def words_of(text: str) -> list[str]:
    return [unit for unit in UNIT.findall(text) if unit[0].isalnum()]


def sentences_of(text: str) -> list[str]:
    return [sentence for sentence in SENTENCE.findall(text) if sentence.strip()]


def load_articles(corpora: Path) -> list[Article]:
    """Return the articles of the corpora with a text long enough; raises OSError where a folder is missing."""
    articles = []
    for folder in FOLDERS:
        lines = (corpora / folder / "pages.jsonl").read_text(encoding="utf-8").split("\n")
        for page in map(json.loads, filter(None, lines)):
            units = UNIT.findall(page["body"] or "")
            words = sum(unit[0].isalnum() for unit in units)
            if page["id"] in TWINS or words < MIN_WORDS:
                continue
            text = "".join(units[: 2 * MAX_WORDS]).strip()
            language = (page.get("languages") or ["en"])[0]
            articles.append(Article(page["id"], language, urlsplit(page["url"]).hostname or "", text))
    return articles


class Desk:
    """Makes copies of articles; everything drawn comes from one seed."""

    def __init__(self, donors: Sequence[Article], seed: int) -> None:
        """`donors` give what is foreign in a copy; the index must not hold them."""
        self.draw = random.Random(seed)
        self._donors = donors
        self._of_language: defaultdict[str, list[Article]] = defaultdict(list)
        for donor in donors:
            self._of_language[donor.language].append(donor)

    def other(self, *articles: Article) -> Article:
        """Return a donor of the first one's language that is none of these; of any language where there is none."""
        own = [found for found in self._of_language[articles[0].language] if found not in articles]
        return self.draw.choice(own or [found for found in self._donors if found not in articles])

    def with_words_changed(self, text: str, share: float, donor: Article) -> str:
        """Replace, drop or double a share of the words."""
        units, foreign = UNIT.findall(text), words_of(donor.text)
        places = [n for n, unit in enumerate(units) if unit[0].isalnum()]
        for place in self.draw.sample(places, round(share * len(places))):
            word = self.draw.choice(foreign)
            units[place] = self.draw.choice([word, word, "", f"{units[place]} {word}"])
        return "".join(units)

    def without_sentences(self, text: str, share: float) -> str:
        sentences = sentences_of(text)
        gone = set(self.draw.sample(range(len(sentences)), round(share * len(sentences))))
        return "".join(sentence for n, sentence in enumerate(sentences) if n not in gone)

    def passage(self, article: Article, words: int) -> str:
        """Return whole sentences in a row, about so many words of them."""
        sentences = sentences_of(article.text)
        begin = self.draw.randrange(max(1, len(sentences) // 2))
        taken, count = [], 0
        for sentence in sentences[begin:]:
            taken.append(sentence)
            count += len(words_of(sentence))
            if count >= words:
                break
        return "".join(taken).strip()


# Copies -----------------------------------------------------------------------------------------------------------

AGENCY_LINES = ("BERLIN (apd) - ", "By the Associated Wire, Oslo. ", "PARIS, 12 nov (AEP) — ", "(kna/eig) ")
AGENCY_ENDINGS = (
    "© Associated Wire 2026. All rights reserved. This material may not be published or rewritten without permission.",
    "Dieser Text wurde automatisch aus dem Angebot der Agentur übernommen und von der Redaktion nicht bearbeitet.",
    "Reporting by our correspondents in three cities; editing by the night desk.",
    "Avec nos agences. Toute reproduction de cet article est interdite sans l'accord écrit de la rédaction.",
)
PAYWALL_LINES = (
    "Read the rest of this article with a subscription. Already a subscriber? Log in.",
    "Jetzt weiterlesen: vier Wochen für einen Euro testen, danach monatlich kündbar.",
    "",
)


def agency(desk: Desk, article: Article) -> str:
    return f"{desk.draw.choice(AGENCY_LINES)}{article.text}\n\n{desk.draw.choice(AGENCY_ENDINGS)}"


def light_edit(desk: Desk, article: Article) -> str:
    text = desk.without_sentences(article.text, 0.04)
    return desk.with_words_changed(text, desk.draw.uniform(0.02, 0.05), desk.other(article))


def added_paragraphs(desk: Desk, article: Article) -> str:
    """10 to 30 % more words, in one to three places."""
    sentences, donor = sentences_of(article.text), desk.other(article)
    words = len(words_of(article.text)) * desk.draw.uniform(0.1, 0.3)
    places = desk.draw.randint(1, 3)
    for _ in range(places):
        added = desk.passage(donor, int(words / places))
        sentences.insert(desk.draw.randrange(len(sentences) + 1), f"{added}\n\n")
    return "".join(sentences)


def syndication(desk: Desk, article: Article) -> str:
    """15 % of the sentences gone, a local lead of one or two sentences, 2 to 5 % of the words changed."""
    donor = desk.other(article)
    text = desk.with_words_changed(desk.without_sentences(article.text, 0.15), desk.draw.uniform(0.02, 0.05), donor)
    lead = "".join(desk.draw.sample(sentences_of(donor.text), desk.draw.randint(1, 2)))
    return f"{lead.strip()}\n\n{text}"


def truncated(share: float) -> Callable[[Desk, Article], str]:
    def cut(desk: Desk, article: Article) -> str:
        """The first words, cut in the middle of a sentence every other time; two of three end with a prompt."""
        units = UNIT.findall(article.text)
        text = "".join(units[: round(share * len(units))])
        if desk.draw.random() < 0.5:
            text = "".join(sentences_of(text)[:-1]) or text
        return f"{text.strip()}\n\n{desk.draw.choice(PAYWALL_LINES)}".strip()

    return cut


def rewrite(desk: Desk, article: Article) -> str:
    """10 % of the sentences gone, neighbours swapped, 12 % of the words changed."""
    sentences = sentences_of(desk.without_sentences(article.text, 0.1))
    for n in range(len(sentences) - 1):
        if desk.draw.random() < 0.25:
            sentences[n], sentences[n + 1] = sentences[n + 1], sentences[n]
    return desk.with_words_changed("".join(sentences), 0.12, desk.other(article))


def reset_type(desk: Desk, article: Article) -> str:
    """Other quotes, dashes, spaces, capitals and line ends: what another system makes of the same words."""
    text = article.text.translate(str.maketrans("“”’–—\u00a0", '""\'-- '))
    sentences = sentences_of(text)
    first = desk.draw.randrange(len(sentences))
    sentences[first] = sentences[first].upper()
    return re.sub(r"\s*\n\s*", desk.draw.choice(["\n", "\n\n", " "]), "".join(sentences))


COPIES: dict[str, Callable[[Desk, Article], str]] = {
    "agency": agency,
    "light_edit": light_edit,
    "added_paragraphs": added_paragraphs,
    "syndication": syndication,
    "truncated_70": truncated(0.7),
    "truncated_40": truncated(0.4),
    "rewrite": rewrite,
    "reset_type": reset_type,
}
"""Kind -> maker of a copy."""


# Texts that only look like copies -----------------------------------------------------------------------------------

STANDING_TEXTS = (
    "Our newsroom checks every tip. Write to the desk if you saw something, add a telephone number, and say whether "
    "we may name you. We answer within two working days. Corrections are listed at the foot of the page, with the "
    "hour at which they were made and the sentence as it stood before.",
    "Mehr aus der Region lesen Sie jeden Abend in unserem kostenlosen Rundbrief. Wir fassen zusammen, was der Tag "
    "gebracht hat, und sagen, was morgen wichtig wird. Abbestellen können Sie ihn jederzeit mit einem Klick am Ende "
    "jeder Ausgabe. Ihre Adresse geben wir an niemanden weiter.",
)
FORMULAS = (
    "{name} shares closed at {n} on {day}, {m} percent {up} the day before. The {place} index ended the session at {n} "
    "points after opening at {n}. Trading volume came to {n} million shares, against a three-month average of {n} "
    "million. Analysts at {name} Bank see the next support at {n} points, while {name} Research points to {n}. Among "
    "the winners were {name} with a gain of {m} percent and {name} with {m} percent; {name} lost {m} percent. The euro "
    "was quoted at {m} dollars in late trading. Gold cost {n} dollars an ounce, oil from {place} {n} dollars a barrel.",
    "Die Polizei {place} meldet für {day} einen Unfall auf der Bundesstraße {n} bei {place}. Gegen {m} Uhr geriet ein "
    "{n} Jahre alter Mann aus {place} mit seinem Wagen auf die Gegenfahrbahn und stieß mit einem Lastwagen zusammen. "
    "Eine {n}-jährige Beifahrerin aus {place} wurde leicht verletzt und kam in das Krankenhaus {place}. Der Schaden "
    "beträgt nach ersten Schätzungen {n} Euro. Die Straße war für {n} Minuten gesperrt. Zeugen werden gebeten, sich "
    "unter der Nummer {n} bei der Wache {place} zu melden, die von {name} geleitet wird.",
    "{name} beat {name} {m} in front of {n} at the {place} ground on {day}. {name} opened the scoring in minute {n}, "
    "{name} levelled it {n} minutes later. After the break {name} had the better chances, and {name} hit the post in "
    "minute {n}. The winner came from {name}, who headed in a corner by {name}. Coach {name} was content: his side had "
    "{n} shots on goal and {n} percent of the ball. With {n} points they are now number {n} in the table. Next {day} "
    "they play {name} at {place}, who lost {m} to {name}.",
    "{place}, {day}: in the morning {n} degrees, by the afternoon {n}, with wind from {place} at {n} kilometres an "
    "hour. Rain of up to {n} millimetres is expected towards {m} o'clock, above {n} metres it may fall as snow. In "
    "{place} it stays dry until the evening. The night brings {n} degrees, in the valleys of {place} up to {n} fewer. "
    "The office at {place} warns of gusts on the passes near {place}. On {day} clouds break up, on {day} it turns "
    "warmer, {n} degrees at {place}. The water of the lake has {n} degrees, the pollen count is {m}.",
)
NAMES = "Adler Brix Caspari Dorn Engel Falk Gruber Hansen Ibsen Jansky Kern Lund Moreau Novak Olsen Petri Rossi".split()
PLACES = "Anholt Birkenau Corvara Delden Elmshorn Fagerheim Greno Holte Ivrea Jena Kolding Lienz Merano Nyborg".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
SLOT = re.compile(r"\{(\w+)\}")


def filled(draw: random.Random, formula: str) -> str:
    """Fill each slot of a formula report anew."""
    makers = {
        "name": lambda: draw.choice(NAMES), "place": lambda: draw.choice(PLACES), "day": lambda: draw.choice(DAYS),
        "n": lambda: str(draw.randrange(11, 9000)), "m": lambda: f"{draw.randrange(0, 10)}.{draw.randrange(10)}",
        "up": lambda: draw.choice(["above", "below"]),
    }  # fmt: skip
    return SLOT.sub(lambda slot: makers[slot[1]](), formula)


def shared_background(desk: Desk, article: Article) -> str:
    """Another article; every fifth sentence of the result is of this one, in its order."""
    own = sentences_of(desk.other(article).text)
    taken = sentences_of(article.text)
    number = min(len(taken) // 2, len(own) // 4)
    begin = desk.draw.randrange(len(taken) - number + 1)
    for n, sentence in enumerate(taken[begin : begin + number]):
        own.insert((n + 1) * 5 - 1, sentence)
    return "".join(own)


def shared_passage(desk: Desk, article: Article) -> str:
    """A report of 300 words on something else that quotes a passage of 70 to 80 words at length."""
    quoted = desk.passage(article, 70)
    donor = desk.other(article)
    first, second = desk.passage(donor, 110), desk.passage(desk.other(article, donor), 110)
    return f"{first}\n\n{quoted}\n\n{second}"


def standing_text(desk: Desk, article: Article) -> Case:
    """Two short notes of one site that end with the same standing text of about 55 words."""
    standing = desk.draw.choice(STANDING_TEXTS)
    notes = [f"{desk.passage(note, 110)}\n\n{standing}" for note in (article, desk.other(article))]
    return Case("standing_text", notes[0], None, (notes[1],))


def formula_report(desk: Desk, _: Article) -> Case:
    """Two reports of one formula, on different days."""
    formula = desk.draw.choice(FORMULAS)
    return Case("formula_report", filled(desk.draw, formula), None, (filled(desk.draw, formula),))


def roundup(desk: Desk, article: Article) -> Case:
    """A page that gives five short notes whole, each of which the index has as an article of its own."""
    others = [article]
    for _ in range(4):
        others.append(desk.other(article, *others))
    notes = [desk.passage(other, 75) for other in others]
    return Case("roundup", "\n\n".join(["The evening in five notes.", *notes]), None, tuple(notes))


def lookalikes(desk: Desk, article: Article) -> Iterator[Case]:
    yield Case("shared_background", shared_background(desk, article), None)
    yield Case("shared_passage", shared_passage(desk, article), None)
    yield standing_text(desk, article)
    yield formula_report(desk, article)
    yield roundup(desk, article)


# The whole ----------------------------------------------------------------------------------------------------------


def held_out(articles: Sequence[Article], share: float, seed: int) -> tuple[list[Article], list[Article]]:
    """Split the articles: those that the index holds, and unrelated ones that only come to it."""
    shuffled = list(articles)
    random.Random(seed).shuffle(shuffled)
    number = round(share * len(shuffled))
    return shuffled[number:], shuffled[:number]


def cases(desk: Desk, indexed: Sequence[Article], unrelated: Sequence[Article]) -> Iterator[Case]:
    """Yield every kind of copy of every indexed article, every lookalike of it, and the unrelated articles.

    `unrelated` are the desk's donors.
    """
    for article in indexed:
        for kind, make in COPIES.items():
            yield Case(kind, make(desk, article), article.id)
        yield from lookalikes(desk, article)
    for article in unrelated:
        yield Case("unrelated", article.text, None)


MAX_TOPIC_SHARE = 0.1
"""Share of the articles that a word may stand in and still say something of their topic."""


def same_topic(articles: Sequence[Article], number: int) -> list[tuple[Article, Article]]:
    """Return the pairs of different publishers that have most rare words in common: one subject, two writers.

    Cosine of tf-idf vectors (log tf). One of the corpora gathers answers to one question from several sites.
    """
    counts = [Counter(word.casefold() for word in words_of(article.text)) for article in articles]
    spread = Counter(word for count in counts for word in count)
    places: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for n, count in enumerate(counts):
        weights = {
            word: (1 + math.log(times)) * math.log(len(articles) / spread[word])
            for word, times in count.items()
            if 1 < spread[word] < MAX_TOPIC_SHARE * len(articles)
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        for word, weight in weights.items():
            places[word].append((n, weight / length))
    cosines: defaultdict[tuple[int, int], float] = defaultdict(float)
    for found in places.values():
        for position, (n, weight) in enumerate(found):
            for m, other in found[position + 1 :]:
                cosines[n, m] += weight * other
    pairs = sorted(cosines, key=lambda pair: -cosines[pair])
    chosen = ((articles[n], articles[m]) for n, m in pairs)
    return [pair for pair in chosen if pair[0].publisher != pair[1].publisher][:number]
