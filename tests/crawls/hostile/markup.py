"""HTML that is too deep, too wide, too long, or never closed."""

from __future__ import annotations

from tests.crawls.hostile.articles import article, paragraphs, story
from tests.crawls.hostile.case import Case, made, outcomes, own, page

NEW = outcomes("new")
BIG = outcomes("page_too_large")
BOUNDED = outcomes("new page_too_large extraction_timeout extraction_crashed not_article empty_page")


def text(name: str, **more: str) -> str:
    return article(own(name), **more)


def deep(name: str, tag: str, levels: int) -> str:
    """The article's paragraphs inside so many elements."""
    return (
        f"<html><head><title>Deep</title></head><body>{f'<{tag}>' * levels}<h1>Deep</h1>{paragraphs(own(name))}"
        f"{f'</{tag}>' * levels}</body></html>"
    )


def _deep(name: str, tag: str, levels: int) -> Case:
    return Case(
        name,
        f"an article inside {levels:,} {tag} elements",
        NEW,
        {"/case": made(lambda: deep(name, tag, levels))},
        number=own(name),
    )


def _inline(name: str, tag: str, levels: int) -> Case:
    def body() -> str:
        inner = "".join(f"<p>{f'<{tag}>' * levels}{words}{f'</{tag}>' * levels}</p>" for words in story(own(name)))
        return f"<html><head><title>Inline</title></head><body><article><h1>Inline</h1>{inner}</article></body></html>"

    return Case(
        name,
        f"paragraphs inside {levels:,} {tag} elements",
        NEW,
        {"/case": made(body)},
        number=own(name),
    )


def _never_closed(name: str, opened: str, does: str) -> Case:
    """The article stands before what is never closed."""
    return Case(name, does, NEW, {"/case": page(text(name, after=opened + "planted words " * 50))}, number=own(name))


CASES = (
    _deep("deep_div", "div", 5_000),
    _deep("deep_div_100000", "div", 60_000),
    _deep("deep_section", "section", 300),
    _deep("deep_blockquote", "blockquote", 1_000),
    _inline("inline_span", "span", 300),
    _inline("inline_b", "b", 3_000),
    Case(
        "deep_lists",
        "an article beside lists 3,000 deep",
        NEW,
        {"/case": made(lambda: text("deep_lists", after="<ul><li>a " * 3_000))},
        number=own("deep_lists"),
    ),
    Case(
        "deep_tables",
        "an article beside tables 2,000 deep",
        NEW,
        {"/case": made(lambda: text("deep_tables", after="<table><tr><td>a " * 2_000))},
        number=own("deep_tables"),
    ),
    Case(
        "misnested",
        "20,000 misnested b, i and p",
        BOUNDED,
        {"/case": made(lambda: text("misnested", after="<b><i><p></b></i>a " * 20_000))},
    ),
    Case(
        "million_elements",
        "a million br",
        BIG,
        {"/case": made(lambda: text("x", after="<br>" * 1_000_000))},
    ),
    Case(
        "half_million_links",
        "500,000 links",
        BIG,
        {"/case": made(lambda: text("x", after="<a href=/>a</a>" * 500_000))},
    ),
    Case(
        "elements_below_cap",
        "150,000 br beside an article",
        BOUNDED,
        {"/case": made(lambda: text("elements_below_cap", after="<br>a" * 150_000))},
    ),
    Case(
        "many_blocks",
        "60,000 paragraphs of three words",
        BIG,
        {"/case": made(lambda: text("x", after="".join(f"<p>Word number {n}" for n in range(60_000))))},
    ),
    Case(
        "million_attributes",
        "a million attributes on one tag",
        BIG,
        {"/case": made(lambda: text("x", after="<p " + " ".join(f"a{n}=1" for n in range(700_000)) + ">"))},
    ),
    Case(
        "attributes_behind_a_quote",
        "100,000 attributes behind a quoted <",
        BIG,
        {"/case": made(lambda: text("x", after='<p x="<" ' + " ".join(f"a{n}=1" for n in range(100_000)) + ">"))},
    ),
    Case(
        "attributes_in_sum",
        "900 attributes on each of 2,000 tags",
        BOUNDED,
        {"/case": made(lambda: text("x", after=("<i " + " ".join(f"a{n}" for n in range(900)) + ">a</i>") * 2_000))},
    ),
    Case(
        "giant_attribute",
        "an attribute of 8 MB",
        NEW,
        {"/case": made(lambda: text("giant_attribute", after=f'<p class="{"a " * 4_000_000}">x</p>'))},
        number=own("giant_attribute"),
    ),
    Case(
        "page_over_cap",
        "12 MB of HTML",
        BIG,
        {"/case": made(lambda: text("x", after="<p>more and more</p>" * 650_000))},
    ),
    Case(
        "one_line_8_mb",
        "a paragraph of 8 MB",
        BOUNDED,
        {"/case": made(lambda: text("x", after="<p>" + "word " * 1_600_000 + "</p>"))},
    ),
    Case(
        "one_word_5_mb",
        "a word of 5 MB",
        BOUNDED,
        {"/case": made(lambda: text("x", after="<p>" + "w" * 5_000_000 + "</p>"))},
    ),
    Case(
        "million_references",
        "a million character references",
        BOUNDED,
        {"/case": made(lambda: text("x", after="<p>" + "&amp;" * 1_000_000))},
    ),
    Case(
        "entity_bomb",
        "DOCTYPE entities, each ten times the last",
        NEW,
        {
            "/case": page(
                "<!DOCTYPE html ["
                + "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(10))
                + "]>"
                + text("entity_bomb", before="<p>&e10;</p>")[15:]
            )
        },
        number=own("entity_bomb"),
    ),
    Case(
        "external_entity",
        "an XHTML page with an entity from /etc/passwd",
        NEW,
        {
            "/case": page(
                '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
                + text("external_entity", before="<p>&x;</p>")[15:],
                kind="application/xhtml+xml",
            )
        },
        number=own("external_entity"),
        lacks=("root:",),
    ),
    _never_closed("unclosed_comment", "<!-- ", "a comment that is never closed"),
    _never_closed("unclosed_script", "<script>", "a script that is never closed"),
    _never_closed("unclosed_style", "<style>", "a style sheet that is never closed"),
    _never_closed("unclosed_title", "<title>", "a second title that is never closed"),
    _never_closed("unclosed_textarea", "<textarea>", "a textarea that is never closed"),
    _never_closed("unclosed_attribute", '<p title="', "an attribute that is never closed"),
    _never_closed("plaintext", "<plaintext>", "a plaintext element"),
    Case(
        "nothing_closed",
        "an article of which no tag but the title is closed",
        NEW,
        {
            "/case": page(
                "<html><title>Open</title><body><article><h1>Open"
                + "".join(f"<p>{words}" for words in story(own("nothing_closed")))
            )
        },
        number=own("nothing_closed"),
    ),
    Case(
        "cut_in_a_tag",
        "a page that ends in the middle of a tag",
        NEW,
        {"/case": page(text("cut_in_a_tag").partition("<footer>")[0] + '<div class="x')},
        number=own("cut_in_a_tag"),
    ),
    Case(
        "comment_bait",
        "100,000 starts of comments",
        BOUNDED,
        {"/case": made(lambda: text("comment_bait", after="<!-" * 100_000))},
    ),
    Case(
        "angle_bait",
        "a million <",
        BOUNDED,
        {"/case": made(lambda: text("angle_bait", after="<" * 1_000_000))},
    ),
    Case(
        "space_bait",
        "3 MB of white space",
        NEW,
        {"/case": made(lambda: text("space_bait", after="<p>a" + " \n\t" * 1_000_000 + "b</p>"))},
        number=own("space_bait"),
    ),
    Case(
        "huge_script",
        "a script of 6 MB before the article",
        NEW,
        {
            "/case": made(
                lambda: text("huge_script", head="<script>" + "var a = '<p>planted</p>';\n" * 240_000 + "</script>")
            )
        },
        number=own("huge_script"),
        lacks=("planted",),
    ),
    Case(
        "huge_style",
        "a style sheet of 6 MB",
        NEW,
        {"/case": made(lambda: text("huge_style", head="<style>" + ".a{color:red}\n" * 430_000 + "</style>"))},
        number=own("huge_style"),
    ),
    Case(
        "huge_svg",
        "an inline SVG with 100,000 paths",
        NEW,
        {"/case": made(lambda: text("huge_svg", before="<svg>" + "<path d='M0 0'/>" * 100_000 + "</svg>"))},
        number=own("huge_svg"),
    ),
    Case(
        "base_elsewhere",
        "<base> of file: and a canonical URL of javascript:",
        NEW,
        {
            "/case": page(
                text(
                    "base_elsewhere",
                    head=(
                        '<base href="file:///etc/"><link rel=canonical href="javascript:alert(1)">'
                        '<meta property="og:url" '
                        'content="file:///etc/passwd"><meta property="og:image" content="file:///etc/passwd">'
                    ),
                )
            )
        },
        number=own("base_elsewhere"),
        lacks=("file:///etc/passwd", "javascript:"),
    ),
    Case(
        "canonical_hijack",
        "a canonical URL of another article",
        NEW,
        {"/case": page(text("canonical_hijack", head='<link rel=canonical href="/good">'))},
        number=own("canonical_hijack"),
    ),
    Case(
        "meta_refresh",
        "a meta refresh to an inner address",
        NEW,
        {"/case": page(text("meta_refresh", head='<meta http-equiv=refresh content="0; url=http://127.0.0.1/">'))},
        number=own("meta_refresh"),
    ),
    Case(
        "frames",
        "a frame set",
        outcomes("not_article empty_page"),
        {
            "/case": page(
                '<html><frameset cols="50%,50%"><frame src="file:///etc/passwd"><frame src="/good"></frameset></html>'
            )
        },
    ),
    Case(
        "script_only",
        "a page that asks for JavaScript",
        outcomes("not_article empty_page"),
        {
            "/case": page(
                "<html><body><noscript>Please enable JavaScript to read on.</noscript><div id=root>"
                "</div><script>go()</script></body></html>"
            )
        },
    ),
    Case(
        "digits_only",
        "a page of digits",
        outcomes("new not_article"),
        {
            "/case": page(
                "<html><body><article><h1>1</h1>" + "<p>123 456 789 012 345</p>" * 30 + "</article></body></html>"
            )
        },
    ),
    Case(
        "template_shadow",
        "an article in a declarative shadow root",
        outcomes("new not_article empty_page suspicious"),
        {
            "/case": page(
                f"<html><body><div><template shadowrootmode=open>{paragraphs(own('template_shadow'))}</template>"
                "</div></body></html>"
            )
        },
    ),
    Case(
        "xml_declared",
        "an article behind an XML declaration of another charset",
        NEW,
        {"/case": page('<?xml version="1.0" encoding="utf-16"?>' + text("xml_declared"), kind="text/html")},
        number=own("xml_declared"),
    ),
)
