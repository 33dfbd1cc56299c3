"""The inline text that is gathered for the next block, and the lines that are blocks of their own in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml.html import HtmlElement

from crawler.extraction.clean_text import clean_line
from crawler.extraction.element_kinds import EMPHASIS_TAGS, SPACED_TAGS
from crawler.extraction.element_words import attribute_words
from crawler.extraction.hiding import is_hidden
from crawler.extraction.inline_spacing import lacks_space_behind
from crawler.extraction.walk_state import FoundBlock

WORD = re.compile(r"\w")
MAX_HREF_CHARS = 500
HIDDEN_CHARS = 40
"""Characters of a hidden part of a line from which it is kept apart. Chosen: words for screen readers are shorter."""
RAISED = re.compile(r"\s?[-+−]?\d+\s?")
RAISED_FIGURES = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
"""Figures in `sup`: 10 to the sixth, the third note to 45. Glued to what they stand behind they are other numbers."""
QUOTED = re.compile("\\s*[\"“”„‟«»‹›‘’‚']")
OPENING_QUOTE, CLOSING_QUOTE = "“", "”"
"""What browsers print round `q`, https://html.spec.whatwg.org/multipage/rendering.html#phrasing-content-3."""
LINKED, BOLD = "linked", "bold"
WHOLE_LINE = 0.95
"""Share of a line's characters that are linked, or bold, from which it is a block of its own. Chosen: full stops and
arrows often stand outside."""


class _LineEnd(NamedTuple):
    """How much a run held where a line of it ended."""

    pieces: int = 0
    linked: int = 0
    emphasised: int = 0
    hrefs: int = 0
    words: int = 0
    hidden: int = 0


@dataclass(slots=True)
class InlineRun:
    """The inline text that is being gathered for the next block."""

    pieces: list[str] = field(default_factory=list)
    linked: int = 0
    emphasised: int = 0
    breaks: int = 0
    has_text: bool = False
    owner: int = 0
    hrefs: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    """Longer pieces of the text that readers do not see."""
    line_ends: list[_LineEnd] = field(default_factory=list)

    def clear(self, open_links: list[str]) -> None:
        """Forget what led to no text."""
        if self.pieces:  # half of the runs have nothing at all
            self.pieces.clear()
        if self.words or self.hidden:
            self.words.clear()
            self.hidden.clear()
        if self.hrefs or open_links:
            self.hrefs[:] = open_links
        self.breaks = 0

    def end_line(self) -> None:
        if self.has_text:
            self.line_ends.append(self._reached())

    def found(self, *, may_split: bool) -> Iterator[FoundBlock]:
        """Yield the block, or the blocks where a line is wholly a link or wholly bold between others."""
        if not may_split or not self.line_ends:
            yield self._whole()
            return
        ends = [*self.line_ends, self._reached()]
        start = line = _LineEnd()
        for end, following in zip(ends, [*ends[1:], None], strict=True):
            kind = self._kind(line, end)
            line = end
            if following is None or kind == LINKED or kind != self._kind(end, following):
                yield self._block(start, end)
                start = end

    def _kind(self, start: _LineEnd, end: _LineEnd) -> str:
        chars = WHOLE_LINE * sum(len(piece.strip()) for piece in self.pieces[start.pieces : end.pieces])
        if not chars:
            return ""
        if end.linked - start.linked >= chars:
            return LINKED
        return BOLD if end.emphasised - start.emphasised >= chars else ""

    def _reached(self) -> _LineEnd:
        return _LineEnd(
            len(self.pieces), self.linked, self.emphasised, len(self.hrefs), len(self.words), len(self.hidden)
        )

    def _whole(self) -> FoundBlock:
        return FoundBlock(
            clean_line("".join(self.pieces)),
            self.owner,
            self.linked,
            self.emphasised,
            tuple(filter(None, self.hrefs)),
            tuple(self.words),
            tuple(self.hidden),
        )

    def _block(self, start: _LineEnd, end: _LineEnd) -> FoundBlock:
        return FoundBlock(
            clean_line("".join(self.pieces[start.pieces : end.pieces])),
            self.owner,
            end.linked - start.linked,
            end.emphasised - start.emphasised,
            tuple(filter(None, self.hrefs[start.hrefs : end.hrefs])),
            tuple(self.words[start.words : end.words]),
            tuple(self.hidden[start.hidden : end.hidden]),
        )


class InlineText:
    """What is open within a line, and the run of text that it belongs to."""

    __slots__ = ("emphasis_depth", "open_links", "raised_depth", "run")

    def __init__(self) -> None:
        self.run = InlineRun()
        self.open_links: list[str] = []
        self.emphasis_depth = 0
        self.raised_depth = 0

    def open(self, element: HtmlElement, tag: str) -> None:
        run = self.run
        if tag == "a":
            href = (element.get("href") or "")[:MAX_HREF_CHARS]
            self.open_links.append(href)
            run.hrefs.append(href)
        elif tag in EMPHASIS_TAGS:
            self.emphasis_depth += 1
        elif tag == "sup":
            self.raised_depth += 1
        elif tag == "q" and not _is_quoted(element):
            run.pieces.append(OPENING_QUOTE)
        attributes = element.items()
        if not attributes:
            return
        if element.get("class"):
            run.words += attribute_words(attributes)
        if is_hidden(attributes, tag):
            text = clean_line(element.text_content())
            if len(text) >= HIDDEN_CHARS:
                run.hidden.append(text)

    def close(self, element: HtmlElement, tag: str) -> None:
        if tag == "a":
            self.open_links.pop()
        elif tag in EMPHASIS_TAGS:
            self.emphasis_depth -= 1
        elif tag == "sup":
            self.raised_depth -= 1
        elif tag == "q" and not _is_quoted(element):
            self.run.pieces.append(CLOSING_QUOTE)
        if tag in SPACED_TAGS and lacks_space_behind(element):
            self.run.pieces.append(" ")

    def add(self, text: str | None, owner: int) -> None:
        if not text:
            return
        run = self.run
        if self.raised_depth and run.has_text and RAISED.fullmatch(text):
            text = text.translate(RAISED_FIGURES)
        run.pieces.append(text)
        visible = len(text.strip())
        if not visible:
            return
        run.breaks = 0
        if not run.has_text:
            run.has_text, run.owner = True, owner
        if self.open_links:
            run.linked += visible
        if self.emphasis_depth > 0:
            run.emphasised += visible

    def break_line(self) -> bool:
        """End a line; whether the run ends with it."""
        run = self.run
        run.pieces.append(" ")
        run.breaks += 1
        if run.breaks == 1 and not self.open_links:
            run.end_line()
        return run.breaks >= 2


def _is_quoted(element: HtmlElement) -> bool:
    """Whether the writer has set quotation marks by hand."""
    return QUOTED.match(element.text or "") is not None
