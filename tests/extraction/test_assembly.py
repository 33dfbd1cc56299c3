"""Labelled blocks -> the article's text."""

from __future__ import annotations

from crawler.extraction.assembly import assemble
from crawler.extraction.blocks import split_tree
from crawler.extraction.options import DEFAULT_OPTIONS
from crawler.extraction.parse import parse
from crawler.items import Label, ParagraphKind, Segment

PAGE = """<body><h1>Headline</h1><p>By Somebody</p><p>The lead says it.</p><h2>Part one</h2>
<p>A paragraph that is long enough to be seen as one and not to be taken for a name.</p>
<ul><li>first entry</li></ul><blockquote>A quote.</blockquote>
<table><tr><td>Goals</td><td>3</td></tr><tr><td>Cards</td><td>1</td></tr></table>
<p>A paragraph that is long enough to be seen as one and not to be taken for a name.</p>
<figcaption>A bridge</figcaption><p>Sign up</p></body>"""
LABELS = [
    Label.TITLE, Label.BYLINE, Label.LEAD, Label.SUBHEADING, Label.BODY, Label.BODY, Label.BODY, *[Label.BODY] * 4,
    Label.BODY, Label.CAPTION, Label.SUBSCRIPTION,
]  # fmt: skip


def test_the_article_in_reading_order() -> None:
    tree = split_tree(parse(PAGE, DEFAULT_OPTIONS))
    segments = [Segment(label, b.text, b.xpath, 1.0, "") for b, label in zip(tree.blocks, LABELS, strict=True)]
    article = assemble(tree, segments)
    assert [(p.kind, p.text) for p in article.paragraphs] == [
        (ParagraphKind.LEAD, "The lead says it."),
        (ParagraphKind.SUBHEADING, "Part one"),
        (ParagraphKind.PARAGRAPH, "A paragraph that is long enough to be seen as one and not to be taken for a name."),
        (ParagraphKind.LIST_ITEM, "first entry"),
        (ParagraphKind.QUOTE, "A quote."),
        (ParagraphKind.TABLE, "Goals | 3"),
        (ParagraphKind.TABLE, "Cards | 1"),
    ]
    assert article.text == "\n\n".join(p.text for p in article.paragraphs)
    assert (article.lead, article.captions, article.byline) == ("The lead says it.", ("A bridge",), "By Somebody")


def test_short_repeats_stay() -> None:
    tree = split_tree(parse("<body><p>Yes.</p><p>No?</p><p>Yes.</p></body>", DEFAULT_OPTIONS))
    segments = [Segment(Label.BODY, b.text, b.xpath, 1.0, "") for b in tree.blocks]
    assert assemble(tree, segments).text == "Yes.\n\nNo?\n\nYes."


def test_no_headline_in_the_text() -> None:
    page = """<body><p>After the flood</p><p>Old bridge is open again</p><p>The council opened it on Monday, two years
    after the flood had closed it, and people came from both banks.</p><h2>After the flood</h2>
    <p>It was a long time.</p><p>Old bridge is open again</p></body>"""
    tree = split_tree(parse(page, DEFAULT_OPTIONS))
    segments = [Segment(Label.BODY, b.text, b.xpath, 1.0, "") for b in tree.blocks]
    article = assemble(tree, segments, ["After the flood: Old bridge is open again", "Old bridge is open again"])
    assert [p.text[:11] for p in article.paragraphs] == ["The council", "After the f", "It was a lo"]
