"""The limits and weights of extraction, each with its unit and its source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """One frozen value for a whole run; the defaults are what the figures in the notes were measured with."""

    max_bytes: int = 10_000_000
    """Bytes of a document before parsing. An 8 MB page took trafilatura 12 s; the largest of 2,136
    article pages has 2.2 MB."""
    max_elements: int = 100_000
    """Start tags of a document before parsing; a script or drawing counts as one. 150,000 took 10 s. Chosen; of
    2,136 article pages the largest has 10,126."""
    max_attributes: int = 1_000
    """Attributes of one tag; 100,000 on one tag kept the parser busy for 20 s, trafilatura for minutes. Browsers
    show such pages, no publisher writes them."""
    max_attributes_in_all: int = 300_000
    """Attributes of all tags of 200 characters and more. Chosen, not measured."""
    max_blocks: int = 30_000
    """Blocks of a page, lines of plain text. The labeller takes 17 kB and .3 ms for each: 50,000 take .9 GB and
    15 s; of 3,096 pages the largest has 6,219."""
    max_depth: int = 120
    """Nested elements; a deeper page is made flat. libxml2 drops text from 2,048 on, trafilatura's parsers from 256
    on. Chosen, not measured."""
    flat_depth: int = 40
    """Nested elements of a page that was made flat: what the labeller knows. Chosen, not measured."""
    short_words: int = 50
    """Words of `text` under which a record's status is `short`. Chosen: the bound under which near-duplicate
    search is off as well."""
    min_words: int = 8
    """Words of `text` under which a page is no article. Chosen, not measured."""
    all_reasons: bool = False
    """Whether blocks of the article and of menus get a reason too, which costs a tenth of reading the page."""
    language_chars: int = 1_500
    """Characters of the body that the language detector sees; 1,000 or more changed no answer in 256 texts."""
    template_language_chars: int = 400
    """The same for a page that the template of its site labelled: of 273 texts 2 are named another language than by
    1,000 characters, by 300 it is 3; 600 take a third longer."""


DEFAULT_OPTIONS = ExtractionOptions()
