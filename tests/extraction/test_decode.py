from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.decode import decode

GERMAN = "Über die Brücke gehen höfliche Leute, während die Züge verspätet eintreffen. " * 5
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy, řekla paní učitelka. " * 5
RUSSIAN = "Правительство сегодня обсудило новый закон о городском транспорте. " * 5
JAPANESE = "政府は今日、新しい法律について議論した。東京の電車は遅れています。" * 5
KOREAN = "정부는 오늘 새로운 교통법에 대해 논의했습니다. 서울의 지하철은 늦습니다. " * 5


def page(text: str, *, meta: str = "", lang: str = "") -> str:
    return f'<html lang="{lang}"><head>{meta}</head><body><p>{text}</p></body></html>'


@pytest.mark.parametrize(
    ("body", "content_type", "encoding"),
    [
        pytest.param(
            page(GERMAN).encode("utf-8-sig"), "text/html; charset=iso-8859-1", "utf-8", id="bom-before-header"
        ),
        pytest.param(page(GERMAN).encode("utf-16"), None, "utf-16le", id="utf-16-bom"),
        pytest.param(page(GERMAN).encode("utf-32"), None, "utf-32-le", id="utf-32-bom"),
        pytest.param(page(GERMAN).encode("utf-16-le"), None, "utf-16le", id="utf-16-without-bom"),
        pytest.param(page(CZECH).encode("cp1250"), "text/html; charset=windows-1250", "windows-1250", id="header"),
        pytest.param(
            page(CZECH, meta='<meta charset="iso-8859-1">').encode("cp1250"),
            'text/html; charset="windows-1250"',
            "windows-1250",
            id="header-before-meta",
        ),
        pytest.param(
            page(CZECH, meta="<meta charset='windows-1250'>").encode("cp1250"),
            None,
            "windows-1250",
            id="meta",
        ),
        pytest.param(
            page(RUSSIAN, meta='<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">').encode("koi8-r"),
            "text/html",
            "koi8-r",
            id="http-equiv",
        ),
        pytest.param(
            ('<?xml version="1.0" encoding="windows-1251"?>' + page(RUSSIAN)).encode("cp1251"),
            None,
            "windows-1251",
            id="xml-declaration",
        ),
        pytest.param(page(GERMAN, meta='<meta charset="utf-16">').encode(), None, "utf-8", id="utf-16-in-meta"),
        pytest.param(page(GERMAN, meta='<!-- <meta charset="koi8-r"> -->').encode(), None, "utf-8", id="in-comment"),
        pytest.param(page(GERMAN).encode(), None, "utf-8", id="undeclared-utf-8"),
        pytest.param(page(GERMAN).encode("cp1252"), None, "windows-1252", id="undeclared-western"),
        pytest.param(page(CZECH, lang="cs").encode("cp1250"), None, "windows-1250", id="undeclared-by-language"),
        pytest.param(page(RUSSIAN).encode("cp1251"), None, "windows-1251", id="undeclared-cyrillic"),
        pytest.param(page(JAPANESE).encode("cp932"), None, "shift_jis", id="undeclared-shift-jis"),
        pytest.param(page(JAPANESE).encode("euc_jp"), None, "euc-jp", id="undeclared-euc-jp"),
        pytest.param(page(JAPANESE).encode("iso2022_jp"), None, "iso-2022-jp", id="undeclared-iso-2022-jp"),
        pytest.param(page(KOREAN).encode("cp949"), None, "euc-kr", id="undeclared-korean"),
    ],
)
def test_order_of_sources(body: bytes, content_type: str | None, encoding: str) -> None:
    decoded = decode(body, content_type)
    assert decoded.encoding == encoding
    assert any(sentence in decoded.text for sentence in (GERMAN, CZECH, RUSSIAN, JAPANESE, KOREAN))
    assert not decoded.faults


@pytest.mark.parametrize(
    "label", ["idna", "rot13", "utf-7", "zlib", "hex", "undefined", "replacement", "x-user-defined"]
)
def test_labels_that_are_not_for_pages_are_refused(label: str) -> None:
    decoded = decode(page(GERMAN).encode(), f"text/html; charset={label}")
    assert decoded.encoding == "utf-8"
    assert GERMAN in decoded.text
    assert decoded.faults == (f"unknown charset '{label}' in header",)


def test_the_next_source_follows_an_unknown_label() -> None:
    body = page(CZECH, meta='<meta charset="windows-1250">').encode("cp1250")
    assert decode(body, "text/html; charset=none").encoding == "windows-1250"


def test_utf_8_called_western_is_utf_8() -> None:
    decoded = decode(page(GERMAN).encode(), "text/html; charset=iso-8859-1")
    assert GERMAN in decoded.text
    assert decoded.faults == ("header says windows-1252, the bytes are valid utf-8",)


def test_western_called_utf_8_is_western() -> None:
    decoded = decode(page(GERMAN).encode("cp1252"), "text/html; charset=utf-8")
    assert (decoded.encoding, GERMAN in decoded.text) == ("windows-1252", True)
    assert decoded.faults == ("header says utf-8, the bytes are not",)


def test_a_broken_byte_does_not_refute_a_declaration() -> None:
    decoded = decode(page(GERMAN).encode() + b"\xff", "text/html; charset=utf-8")
    assert decoded.text.endswith("\ufffd")
    assert len(decoded.faults) == 1


def test_surrogates_in_utf_8_become_the_character() -> None:
    assert decode(b"<p>\xed\xa0\xbd\xed\xb8\x80 \xc3\x9c</p>", "text/html; charset=utf-8").text == "<p>😀 Ü</p>"


@given(
    st.binary(max_size=500),
    st.none() | st.text(max_size=50) | st.text(max_size=9).map("text/html;charset={}".format),
)
def test_never_raises(body: bytes, content_type: str | None) -> None:
    decoded = decode(body, content_type)
    assert isinstance(decoded.text, str)
    assert decode(body, content_type) == decoded


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200).filter(lambda s: not s.startswith("\ufeff")))
def test_declared_utf_8_round_trips(text: str) -> None:
    assert decode(b"<p>" + text.encode(), "text/html; charset=utf-8").text == "<p>" + text


@pytest.mark.parametrize(
    ("before", "meta"),
    [
        ("<script>" + "x = 1;" * 2_000 + "</script>", '<meta charset="windows-1250">'),
        (
            "<style>" + "p {}" * 3_000 + "</style><script>'<meta charset=koi8-r>'</script>",
            "<META CHARSET=windows-1250>",
        ),
        (
            '<meta name="description" content="how to set charset=koi8-r">',
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1250">',
        ),
    ],
    ids=["late", "late, after a script that writes one", "named in a description"],
)
def test_a_meta_tag_declares_by_its_own_attributes_wherever_it_stands(before: str, meta: str) -> None:
    found = decode(page(CZECH, meta=before + meta).encode("cp1250"))
    assert (found.encoding, found.faults) == ("windows-1250", ())
    assert CZECH in found.text


def test_japanese_with_signs_of_companies() -> None:
    text = "①②話し合った。㈱例示は№3を橋の工事に使った。" * 5
    found = decode(page(text, meta='<meta charset="euc-jp">').encode("euc_jis_2004"))
    assert text in found.text
    assert found.encoding == "euc-jp"


@pytest.mark.parametrize("piece", ["<meta ", "<meta a=", "<script", "<!--", '<meta content="', "<style>"])
def test_no_declaration_is_searched_for_long(piece: str) -> None:
    body = (piece * 60_000 + "ä").encode("latin-1")
    began = time.process_time()
    decode(body)
    assert time.process_time() - began < 2
