"""Text and metadata that aim at whoever reads the record, the log or the terminal."""

from __future__ import annotations

import json

from tests.crawls.hostile.articles import article
from tests.crawls.hostile.case import Case, made, outcomes, own, page

NEW = outcomes("new")


def text(name: str, **more: str) -> str:
    return article(own(name), **more)


def ld(value: object) -> str:
    return f'<script type="application/ld+json">{value if isinstance(value, str) else json.dumps(value)}</script>'


def news(**fields: object) -> dict[str, object]:
    return {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Workshop opens"} | fields


def meta(name: str, value: str) -> str:
    return f'<meta property="{name}" content="{value}">'


def _title(name: str, does: str, title: str, *lacks: str) -> Case:
    return Case(name, does, NEW, {"/case": page(text(name, title=title))}, number=own(name), lacks=lacks)


def _head(name: str, does: str, head: str, *lacks: str) -> Case:
    return Case(name, does, NEW, {"/case": page(text(name, head=head))}, number=own(name), lacks=lacks)


DATES = (
    "0000-00-00",
    "9999-12-31T23:59:59Z",
    "-0044-03-15",
    "20260101000000000000",
    "1700000000000",
    "2026-02-30",
    "2026-10-10T00:00:00+99:99",
    "yesterday",
    "2526-01-01",
    "",
    "null",
    "\x00",
    "9" * 400,
)

CASES = (
    _title(
        "title_escapes",
        "terminal escapes in the title",
        "Red \x1b[31malert\x1b[0m \x1b]0;owned\x07 title",
        "\x1b",
        "\x07",
    ),
    _title(
        "title_references",
        "references to terminal escapes",
        "Red &#27;[31malert&#x1b;[0m &#155;31m title",
        "\x1b",
        "\x9b",
    ),
    _title("title_c1", "C1 controls, as bytes of UTF-8", "Red \x9b31m alert \x85 title \x90q", "\x9b", "\x85", "\x90"),
    _title(
        "title_bidi", "bidirectional overrides", "A \u202etxt.exe\u202c \u2066title\u2069 of words", "\u202e", "\u2066"
    ),
    _title(
        "title_separators",
        "line and paragraph separators",
        "A\u2028title\u2029of\x0bmany\x0clines\x1c here",
        "\u2028",
        "\u2029",
        "\x0b",
        "\x1c",
    ),
    _title(
        "title_zero_width",
        "zero-width characters and a byte order mark",
        "A\u200b ti\ufefftle \u2060of words",
        "\u200b",
        "\ufeff",
    ),
    _title(
        "title_noncharacters", "noncharacters", "A \ufffe title \uffff of \ufdd0 words", "\ufffe", "\uffff", "\ufdd0"
    ),
    _title(
        "title_markup",
        "markup in the title, escaped twice",
        "A &lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;b&amp;gt; title",
    ),
    _title("title_formula", "a spreadsheet formula as title", "=HYPERLINK(&quot;http://x.example&quot;) and +1 words"),
    _title(
        "title_format",
        "format and injection strings",
        "%s %n {0.__class__} ${jndi:ldap://x} '; DROP TABLE ledger; -- words",
    ),
    _title(
        "title_log_line",
        "a forged log line",
        "A title&#10;2026-11-22 ERROR: all is lost&#13;&#10;{&quot;state&quot;: 1}",
        "\r",
    ),
    Case(
        "title_1_mb",
        "a title of 1 MB",
        NEW,
        {"/case": made(lambda: text("title_1_mb", title="Word " * 200_000))},
        number=own("title_1_mb"),
    ),
    Case(
        "combining_marks",
        "50,000 combining marks on one letter",
        NEW,
        {"/case": made(lambda: text("combining_marks", before="<p>Z" + "\u0301" * 50_000 + " algo</p>"))},
        number=own("combining_marks"),
    ),
    Case(
        "text_escapes",
        "escapes, BEL and NUL in every paragraph",
        NEW,
        {"/case": page(text("text_escapes").replace("<p>", "<p>\x1b[2J\x07").replace("</p>", "\x08\x7f\x9b2J</p>"))},
        number=own("text_escapes"),
        lacks=("\x1b", "\x07", "\x08", "\x7f", "\x9b"),
    ),
    Case(
        "text_separators",
        "U+2028 and U+0085 in every paragraph",
        NEW,
        {"/case": page(text("text_separators").replace(" the ", " the\u2028").replace(" of ", " of\x85"))},
        number=own("text_separators"),
        lacks=("\u2028", "\x85"),
    ),
    Case(
        "nested_references",
        "references inside references",
        NEW,
        {"/case": page(text("nested_references", before="<p>&#&#27;27;&amp;#27;&#x&#x31;b; words here</p>"))},
        number=own("nested_references"),
        lacks=("\x1b",),
    ),
    Case(
        "very_long_line",
        "a paragraph of 2 MB without a space",
        NEW,
        {"/case": made(lambda: text("very_long_line", after=f"<div class=footer><p>{'x' * 2_000_000}</p></div>"))},
    ),
    Case(
        "record_like_text",
        "a paragraph that looks like a record",
        NEW,
        {"/case": page(text("record_like_text", before='<p>{"id": "0", "text": "planted"}</p>'))},
        number=own("record_like_text"),
    ),
    # metadata
    _head(
        "meta_script",
        "script and markup in metadata",
        meta("og:title", "&lt;script&gt;x&lt;/script&gt;")
        + meta("article:author", "&lt;img src=x onerror=alert(1)&gt;")
        + meta("og:site_name", "\x1b[31m"),
    ),
    _head("meta_offset", "a date with offset +99:99", meta("article:published_time", "2026-10-10T00:00:00+99:99")),
    *(
        _head(
            f"meta_date_{n}",
            f"the date “{date[:30]!a}”".replace("\x00", "NUL"),
            meta("article:modified_time", date) + f"<time datetime='{date}'>",
        )
        for n, date in enumerate(DATES)
    ),
    _head(
        "meta_control_author",
        "control characters in author and site name",
        meta("author", "A\x00B\x1bC &#0;&#27;") + meta("article:author", "\x85\x9b x") + meta("og:site_name", "\x07"),
        "\x1b",
        "\x07",
        "\x9b",
    ),
    Case(
        "authors_10000",
        "10,000 authors",
        NEW,
        {
            "/case": made(
                lambda: text(
                    "authors_10000",
                    head=ld(news(author=[{"@type": "Person", "name": f"Ann Other{n}"} for n in range(10_000)])),
                )
            )
        },
        number=own("authors_10000"),
    ),
    Case(
        "tags_100000",
        "100,000 tags",
        NEW,
        {
            "/case": made(
                lambda: text(
                    "tags_100000",
                    head="".join(meta("article:tag", f"tag{n}") for n in range(20_000))
                    + ld(news(keywords=[f"word {n}" for n in range(80_000)])),
                )
            )
        },
        number=own("tags_100000"),
    ),
    Case(
        "meta_1_mb",
        "a description and a section of 1 MB",
        NEW,
        {
            "/case": made(
                lambda: text(
                    "meta_1_mb",
                    head=meta("og:description", "word " * 200_000)
                    + meta("article:section", "s" * 1_000_000)
                    + meta("og:site_name", "n" * 1_000_000),
                )
            )
        },
        number=own("meta_1_mb"),
    ),
    # JSON-LD
    _head(
        "ld_wrong_types",
        "wrong types everywhere",
        ld(
            news(
                headline={"a": [1]},
                author=[[[]], 5, None, True, {"name": {"name": 7}}],
                datePublished=[2026],
                dateModified={"a": 1},
                image=7,
                publisher=[None],
                keywords={"x": 1},
                articleSection=True,
                articleBody=[{}],
                isAccessibleForFree="maybe",
                mainEntityOfPage=[7],
            )
        ),
    ),
    _head(
        "ld_null",
        "null, true, numbers and lists at the top",
        ld("null") + ld("true") + ld("[[[[1]]]]") + ld("7") + ld('"text"'),
    ),
    _head(
        "ld_nan",
        "NaN and infinities",
        ld('{"@type": "NewsArticle", "headline": NaN, "wordCount": Infinity, "x": -Infinity, "y": 1e999}'),
    ),
    _head("ld_broken", "JSON that breaks off", ld('{"@type": "NewsArticle", "headline": "Half a')),
    Case(
        "ld_deep",
        "a million brackets",
        NEW,
        {"/case": made(lambda: text("ld_deep", head=ld("[" * 1_000_000) + ld('{"a":' * 300_000)))},
        number=own("ld_deep"),
    ),
    Case(
        "ld_deep_closed",
        "900 objects in each other",
        NEW,
        {"/case": made(lambda: text("ld_deep_closed", head=ld('{"@graph":' * 900 + "{}" + "}" * 900)))},
        number=own("ld_deep_closed"),
    ),
    Case(
        "ld_long_number",
        "a number of 100,000 digits",
        NEW,
        {
            "/case": made(
                lambda: text("ld_long_number", head=ld('{"@type": "NewsArticle", "wordCount": ' + "9" * 100_000 + "}"))
            )
        },
        number=own("ld_long_number"),
    ),
    Case(
        "ld_wide",
        "a graph of 200,000 nodes",
        NEW,
        {
            "/case": made(
                lambda: text("ld_wide", head=ld({"@graph": [{"@type": "NewsArticle", "headline": "H"}] * 100_000}))
            )
        },
        number=own("ld_wide"),
    ),
    _head(
        "ld_surrogates",
        "lone surrogates and controls, escaped in JSON",
        ld(
            '{"@type": "NewsArticle", "headline": "A \\ud800 \\udfff \\u0000 \\u001b[31m \\u2028 '
            'headline", "author": {"name": "Ann \\udc00 Other"}}'
        ),
        "\ud800",
        "\x1b",
        "\u2028",
        "\0",
    ),
    _head(
        "ld_html",
        "markup in JSON-LD",
        ld(news(headline="&lt;b&gt;Workshop&lt;/b&gt; <i>opens</i>", author={"name": "<b>Ann</b> <script>x"})),
    ),
    _head(
        "ld_prototype",
        "__proto__, __class__ and constructor",
        ld(
            '{"@type": "NewsArticle", "__proto__": {"x": 1}, "__class__": "os.system", "constructor": '
            '{"name": "x"}, "@context": "http://127.0.0.1/context"}'
        ),
    ),
    _head(
        "ld_other_article",
        "JSON-LD of another article",
        ld(news(headline="Another one", url="http://elsewhere.example/x", articleBody="Planted words. " * 60)),
        "Planted words",
    ),
)
