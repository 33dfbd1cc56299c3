"""Charsets that are wrong, unknown, or none."""

from __future__ import annotations

from tests.crawls.hostile.articles import article
from tests.crawls.hostile.case import Case, outcomes, own, page

NEW = outcomes("new")


def text(name: str, **more: str) -> str:
    return article(own(name), **more)


def typed(charset: str) -> str:
    return f"text/html; charset={charset}"


def _label(label: str) -> Case:
    name = f"charset_{label.replace('-', '_')}"
    return Case(
        name,
        f"a UTF-8 page that says charset={label}",
        NEW,
        {"/case": page(text(name), kind=typed(label))},
        number=own(name),
    )


def _without_meta(name: str) -> str:
    return text(name).replace('<meta charset="utf-8">', "")


CASES = (
    *(
        _label(label)
        for label in (
            "idna",
            "rot13",
            "zlib",
            "hex",
            "undefined",
            "utf-7",
            "punycode",
            "unicode_escape",
            "raw_unicode_escape",
            "none",
            "x-user-defined",
        )
    ),
    Case(
        "charset_long",
        "a charset of 10,000 characters",
        NEW,
        {"/case": page(text("charset_long"), kind=typed("a" * 10_000))},
        number=own("charset_long"),
    ),
    Case(
        "utf_16_no_mark",
        "UTF-16 without a mark, undeclared",
        NEW,
        {"/case": page(_without_meta("utf_16_no_mark").encode("utf-16-le"), kind="text/html")},
        number=own("utf_16_no_mark"),
    ),
    Case(
        "utf_16_big_endian",
        "UTF-16BE without a mark",
        NEW,
        {"/case": page(_without_meta("utf_16_big_endian").encode("utf-16-be"), kind="text/html")},
        number=own("utf_16_big_endian"),
    ),
    Case(
        "utf_16_marked",
        "UTF-16 with a mark, called latin-1",
        NEW,
        {"/case": page(text("utf_16_marked").encode("utf-16"), kind=typed("iso-8859-1"))},
        number=own("utf_16_marked"),
    ),
    Case(
        "utf_32_marked",
        "UTF-32 with a mark",
        NEW,
        {"/case": page(text("utf_32_marked").encode("utf-32"), kind="text/html")},
        number=own("utf_32_marked"),
    ),
    Case(
        "latin_1_wrong",
        "UTF-8 called iso-8859-1 in header and meta",
        NEW,
        {"/case": page(text("latin_1_wrong").replace("utf-8", "iso-8859-1"), kind=typed("iso-8859-1"))},
        number=own("latin_1_wrong"),
    ),
    Case(
        "utf_8_wrong",
        "windows-1252 called utf-8",
        NEW,
        {"/case": page(text("utf_8_wrong").encode("cp1252"))},
        number=own("utf_8_wrong"),
    ),
    Case(
        "broken_utf_8",
        "UTF-8 with a cut character between two paragraphs",
        NEW,
        {"/case": page(text("broken_utf_8").encode().replace(b"</p>", b"</p>\xf0\x9f\x98", 1))},
        number=own("broken_utf_8"),
    ),
    Case(
        "nul_bytes",
        "NUL in every paragraph",
        NEW,
        {"/case": page(text("nul_bytes").replace("<p>", "<p>\0").replace(" the ", " th\0e "))},
        number=own("nul_bytes"),
        lacks=("\0",),
    ),
    Case(
        "cesu_8",
        "emoji as two surrogates of three bytes",
        NEW,
        {
            "/case": page(
                text("cesu_8")
                .replace("</p>", " 😀</p>")
                .encode("utf-16", "surrogatepass")
                .decode("utf-16", "surrogatepass")
                .encode("utf-8")
                .replace("😀".encode(), b"\xed\xa0\xbd\xed\xb8\x80")
            )
        },
        holds=("😀",),
    ),
    Case(
        "utf_7_script",
        "UTF-7 markup called utf-7",
        outcomes("new not_article"),
        {"/case": page(text("utf_7_script", before="+ADw-script+AD4-planted+ADw-/script+AD4-"), kind=typed("utf-7"))},
        lacks=("<script",),
    ),
    Case(
        "surrogate_references",
        "references to surrogates and beyond U+10FFFF",
        NEW,
        {
            "/case": page(
                text(
                    "surrogate_references",
                    before="<p>&#xD800;&#55357;&#x110000;&#99999999999999999999;&#0;&#x1b;[31m</p>",
                )
            )
        },
        number=own("surrogate_references"),
        lacks=("\ud800", "\x1b", "\0"),
    ),
    Case(
        "iso_2022_jp_escapes",
        "escape sequences of ISO-2022-JP in a UTF-8 page",
        NEW,
        {"/case": page(text("iso_2022_jp_escapes", before="<p>\x1b$B\x1b(B</p>"))},
        number=own("iso_2022_jp_escapes"),
        lacks=("\x1b",),
    ),
    Case(
        "many_meta_charsets",
        "1,000 meta elements with charsets",
        NEW,
        {"/case": page(text("many_meta_charsets", head="<meta charset=shift_jis>" * 1000))},
        number=own("many_meta_charsets"),
    ),
    Case(
        "shift_jis_undeclared",
        "Shift_JIS that nobody declares",
        NEW,
        {
            "/case": page(
                (
                    "<html><head><title>港の新しい工房</title></head><body><article><h1>港の新しい工房</h1>"
                    + "".join(
                        f"<p>港の近くにある古い製粉所に、{n}日に新しい工房が開かれました。町の人々は何年もの間、この建物がどうなるのかを知りませんでしたが、今は誰でも入ることができます。議会は毎月の家賃を二百クローナと決めました。</p>"
                        for n in range(1, 6)
                    )
                    + "</article></body></html>"
                ).encode("shift_jis"),
                kind="text/html",
            )
        },
        holds=("古い製粉所",),
    ),
)
