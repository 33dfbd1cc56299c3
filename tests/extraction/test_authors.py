from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.extraction.authors import MAX_AUTHORS, Authors, find_authors
from crawler.extraction.declarations import gather_declarations
from crawler.extraction.person_names import MAX_NAME_CHARS, names_in_line, split_names

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def authors_of(body: str = "", *, meta: str = "", author: Any = None, more: Any = None) -> Authors:
    nodes = [{"@type": "NewsArticle", "headline": "Bridge closed", "author": author}, *(more or [])]
    page = (
        f"<html><head><meta name='author' content='{meta}'>"
        f"<script type='application/ld+json'>{json.dumps(nodes)}</script></head><body>{body}</body></html>"
    )
    found = gather_declarations(html.fromstring(page), url=None, link=None, now=NOW)
    return find_authors(found, lambda name: name == "Example Post")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Berg", ["Ada Berg"]),
        ("By Ada Berg", ["Ada Berg"]),
        ("Von Ada Berg und Bo Lund", ["Ada Berg", "Bo Lund"]),
        ("Ada Berg, Bo Lund and Cy Voss", ["Ada Berg", "Bo Lund", "Cy Voss"]),
        ("Ada Berg & Bo Lund", ["Ada Berg", "Bo Lund"]),
        ("Ada Berg; Bo Lund | Cy Voss", ["Ada Berg", "Bo Lund", "Cy Voss"]),
        ("Ana Ruiz y Luis Mora", ["Ana Ruiz", "Luis Mora"]),
        ("Ana Ruiz y Mora", ["Ana Ruiz y Mora"]),
        ("Ana Ruiz y Luis Mora y Eva Gil", ["Ana Ruiz", "Luis Mora", "Eva Gil"]),
        ("Ada Berg, Chief Reporter", ["Ada Berg"]),
        ("Ada Berg, Politikredakteurin", ["Ada Berg"]),
        ("Ada Berg, Oslo", ["Ada Berg"]),
        ("Ada Berg, AP", ["Ada Berg", "AP"]),
        ("dpa, AFP", ["dpa", "AFP"]),
        ("Ada Berg (dpa)", ["Ada Berg"]),
        ("Ada Berg ada@example.org", ["Ada Berg"]),
        ("von der Aa, Jan", ["von der Aa"]),
        ("Di Berg", ["Di Berg"]),
        ("https://example.org/authors/ada", []),
        ("Redaktion", []),
        ("admin", []),
        ("Written by", []),
        ("14 minutes", []),
        ("", []),
    ],
)
def test_split_names(text: str, names: list[str]) -> None:
    assert split_names(text) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ada Berg Special to The Example", ["Ada Berg"]),
        ("By Ada Berg Updated 22 November 2026", ["Ada Berg"]),
        ("Sep 16 Written By Ada Berg", ["Ada Berg"]),
        ("November 22, 2026", []),
        ("She has written about bridges and other buildings for years", []),
        ("Senior Editor", []),
        ("Text", []),
        ("By Carl Rowe Friday, November 13, 2026", ["Carl Rowe"]),
        ("Von Eva Freitag, Berlin", ["Eva Freitag"]),
        ("Published July 1, 2026 by Ann Lee", ["Ann Lee"]),
        ("Updated 3 July 2026, 10:00 by Ann Lee and Bob Ray", ["Ann Lee", "Bob Ray"]),
        ("Published July 1, 2026", []),
        ("Wednesday July 1, 2026", []),
        ("By April July", ["April July"]),
        ("Veröffentlicht am 1. Juli 2026 von Eva Berg", ["Eva Berg"]),
        ("Soumis par Karim Delcourt le jeu, 19/11/2026 - 19:20", ["Karim Delcourt"]),
        ("Submitted by Jane Roe on Thu, 11/19/2026 - 19:20", ["Jane Roe"]),
        ("Von unserem Mitarbeiter Egon Flach", ["Egon Flach"]),
        ("Von unserer freien Korrespondentin Anna Muster", ["Anna Muster"]),
        ("Ein Kommentar von Fenja Alt", ["Fenja Alt"]),
        ("Escrito por Juan Prado", ["Juan Prado"]),
        ("Scritto da Carlo Mar, Roma", ["Carlo Mar"]),
    ],
)
def test_names_in_visible_lines(line: str, names: list[str]) -> None:
    assert names_in_line(line) == names


PERSON = {"@type": "Person", "name": "Ada Berg"}


@pytest.mark.parametrize(
    ("found", "names", "origin"),
    [
        pytest.param(authors_of(author=PERSON), ("Ada Berg",), "json_ld", id="person"),
        pytest.param(authors_of(author="Ada Berg"), ("Ada Berg",), "json_ld", id="string"),
        pytest.param(
            authors_of(author=[PERSON, {"name": ["Bo Lund"]}, PERSON, None, 7]),
            ("Ada Berg", "Bo Lund"),
            "json_ld",
            id="list",
        ),
        pytest.param(
            authors_of(author={"givenName": "Ada", "familyName": "Berg"}),
            ("Ada Berg",),
            "json_ld",
            id="given-and-family",
        ),
        pytest.param(
            authors_of(author={"@id": "#a"}, more=[{"@id": "#a", **PERSON}]),
            ("Ada Berg",),
            "json_ld",
            id="reference",
        ),
        pytest.param(
            authors_of(author={"@type": "Organization", "name": "Bread and Water Board"}),
            ("Bread and Water Board",),
            "json_ld",
            id="organisation",
        ),
        pytest.param(
            authors_of(author=[PERSON, {"name": "Example Post"}]),
            ("Ada Berg",),
            "json_ld",
            id="own-name-beside-a-person",
        ),
        pytest.param(
            authors_of(author="Example Post", meta="Ada Berg"),
            ("Ada Berg",),
            "meta",
            id="own-name-passed-over",
        ),
        pytest.param(authors_of(author="Example Post"), ("Example Post",), "json_ld", id="own-name-alone"),
        pytest.param(authors_of(meta="https://example.org/ada"), (), None, id="url-is-no-name"),
        pytest.param(
            authors_of("<p class='byline'>By <a href='/a'>Ada Berg</a> and <a>Bo Lund</a></p>"),
            ("Ada Berg", "Bo Lund"),
            "html",
            id="byline",
        ),
        pytest.param(authors_of("<a rel='author'>Ada Berg</a>"), ("Ada Berg",), "html", id="rel-author"),
        pytest.param(authors_of("<span itemprop='author'>Ada Berg</span>"), ("Ada Berg",), "html", id="itemprop"),
        pytest.param(authors_of("<aside><p class='author'>Ada Berg</p></aside>"), (), None, id="teaser"),
        pytest.param(authors_of("<p class='unauthorised'>Ada Berg</p>"), (), None, id="another-word"),
    ],
)
def test_sources_in_order(found: Authors, names: tuple[str, ...], origin: str | None) -> None:
    assert (found.names, found.origin) == (names, origin)


def test_the_byline_is_the_line_with_the_author() -> None:
    body = "<p class='byline'>By Bo Lund</p><div class='author'>By Ada Berg, Oslo</div>"
    assert authors_of(body, author=PERSON).byline == "By Ada Berg, Oslo"
    assert authors_of(author=PERSON).byline is None


def test_long_fields_take_no_square_of_time() -> None:
    began = time.process_time()
    for field in ("Ab Cd y " * 600, "x" * 5_000, "y " * 2_500, "(" * 5_000):
        for _ in range(20):
            split_names(field)
    assert time.process_time() - began < 3


def test_the_number_of_authors_is_capped() -> None:
    many = [{"name": f"Ada {first}{second}berg"} for first in "ABCDEFGHIJ" for second in "abcdefghijk"]
    assert len(authors_of(author=many).names) == MAX_AUTHORS


@given(st.text(max_size=300) | st.text("AaBy ,;&()@.:|and\n", max_size=300))
def test_names_are_short_and_clean(text: str) -> None:
    for name in split_names(text):
        assert 0 < len(name) <= MAX_NAME_CHARS
        assert name == " ".join(name.split())


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("<div class='author'>Автор: <span itemprop='author'>Глеб Саврасов</span></div>", ("Глеб Саврасов",)),
        ("<div class='post-footer'><span class='vcard'>Vystavil <a rel='author'>Blanka Nová</a></span></div>",
         ("Blanka Nová",)),
        ("<div class='post-author'>Vystavil <b>Blanka Nová</b></div>", ("Blanka Nová",)),
        ("<footer class='site-footer'><a rel='author'>Blanka Nová</a></footer>", ()),
        ("<span class='writer'>كتبت: هالة السعدني</span>", ("هالة السعدني",)),
        ("<div class='author'>Giriş Tarihi: | Son Güncelleme: |</div>", ()),
    ],
    ids=["label", "of the article's footer", "word before", "of the site's footer", "arabic", "labels"],
)  # fmt: skip
def test_names_beside_their_labels(body: str, names: tuple[str, ...]) -> None:
    assert authors_of(body).names == names


@pytest.mark.parametrize("given", [{"meta": "Lee, Ann"}, {"author": {"@type": "Person", "name": "Lee, Ann"}}])
def test_a_surname_that_stands_first(given: Any) -> None:
    assert authors_of(**given).names == ("Ann Lee",)
    assert authors_of(meta="Ann Lee, Bo Lund").names == ("Ann Lee", "Bo Lund")
