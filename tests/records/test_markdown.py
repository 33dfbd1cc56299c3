"""Markdown as a Markdown parser reads it, front matter as a YAML parser does."""

from __future__ import annotations

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from crawler.items import Extraction, Paragraph, ParagraphKind, Record, Status
from crawler.records.markdown import markdown

PRINTED = st.text(st.sampled_from("ab1 .)#*_`<>[]()!\\&;:-+=~|'\"{}%@\u2028\x85\u00e9"), min_size=1, max_size=20)
TEXTS = PRINTED.map(lambda text: " ".join(text.split())).filter(bool)
KINDS = st.sampled_from([kind for kind in ParagraphKind if kind is not ParagraphKind.CODE])


def record_of(paragraphs: list[Paragraph], title: str | None = None) -> Record:
    extraction = Extraction(Status.OK, None, "model", {})
    text = "\n\n".join(paragraph.text for paragraph in paragraphs)
    return Record(id="0" * 32, title=title, text=text, paragraphs=tuple(paragraphs), extraction=extraction)


def body_of(document: str) -> str:
    return document.split("---\n", 2)[2]


def texts_of(body: str) -> list[str]:
    """Return what a reader sees of each block."""
    tree = SyntaxTreeNode(MarkdownIt("commonmark").parse(body))
    return ["".join(leaf.content for leaf in node.walk() if leaf.type in {"text", "text_special", "html_inline"})
            for node in tree.walk() if node.type == "inline"]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.builds(Paragraph, KINDS, TEXTS), min_size=1, max_size=4))
def test_text_stays_text(paragraphs: list[Paragraph]) -> None:
    wanted = [p.text.removeprefix("- ") if p.kind is ParagraphKind.LIST_ITEM else p.text for p in paragraphs]
    seen = texts_of(body_of(markdown(record_of(paragraphs))))
    assert [text.strip("* ") for text in seen] == [text.strip("* ") for text in wanted]


@settings(deadline=None)
@given(TEXTS)
def test_front_matter_stays_front_matter(title: str) -> None:
    document = markdown(record_of([Paragraph(ParagraphKind.PARAGRAPH, "Text.")], title))
    assert yaml.safe_load(document.split("---\n")[1])["title"] == title


def test_the_kinds() -> None:
    kinds = ("LEAD", "SUBHEADING", "PARAGRAPH", "LIST_ITEM", "LIST_ITEM", "QUOTE", "CODE")
    paragraphs = [Paragraph(ParagraphKind[kind], f"{kind} {n}") for n, kind in enumerate(kinds)]
    body = body_of(markdown(record_of(paragraphs, "1. *Title*")))
    assert body == (
        "\n# 1\\. \\*Title\\*\n\n**LEAD 0**\n\n## SUBHEADING 1\n\nPARAGRAPH 2\n\n- LIST_ITEM 3\n- LIST_ITEM 4\n\n"
        "> QUOTE 5\n\n```\nCODE 6\n```"
    )


def test_code_that_has_fences() -> None:
    body = body_of(markdown(record_of([Paragraph(ParagraphKind.CODE, "a\n````\n<b>")])))
    (fence,) = MarkdownIt("commonmark").parse(body)
    assert fence.content == "a\n````\n<b>\n"
