"""Elements by what they are to a reader: hidden, within a line, or blocks of a kind."""

from __future__ import annotations

from crawler.items import BlockKind

INVISIBLE_TAGS = frozenset(
    "script style noscript template svg head iframe object embed canvas math select textarea option datalist "
    "audio video map".split()
)
"""Elements whose text a reader of the article never sees as text."""

INLINE_TAGS = frozenset(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img input ins kbd label mark nobr picture q "
    "rp rt ruby s samp small source span strike strong sub sup time tt u var wbr amp-img o:p".split()
)
"""Phrasing content of HTML, https://html.spec.whatwg.org/multipage/dom.html#phrasing-content, with the old tags."""

BLOCK_TAGS = frozenset(
    "address article aside blockquote body button caption center col colgroup dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol "
    "optgroup p plaintext pre search section summary table tbody td tfoot th thead title tr ul xmp".split()
)
"""Elements that browsers show as blocks, https://html.spec.whatwg.org/multipage/rendering.html#flow-content-3. Others,
as a newspaper's own `<glossary-term>`, are parts of a line where words stand beside them."""

SKIPPED, BREAK, INLINE = range(3)
WALK = dict.fromkeys(INLINE_TAGS, INLINE) | dict.fromkeys(INVISIBLE_TAGS, SKIPPED) | {"br": BREAK}
"""How an element is walked; all others are block-level, but for unknown ones within a line."""

EMPHASIS_TAGS = frozenset({"b", "strong", "em"})
SPACED_TAGS = frozenset({"a", "span", "time", "label"})
"""Neighbours of these kinds are set apart by style, not by a space in the source."""

KIND_OF_TAG = {
    "li": BlockKind.LIST_ITEM, "dt": BlockKind.LIST_ITEM, "dd": BlockKind.LIST_ITEM,
    "blockquote": BlockKind.QUOTE,
    "td": BlockKind.TABLE, "th": BlockKind.TABLE, "caption": BlockKind.TABLE,
    "pre": BlockKind.CODE,
    "figcaption": BlockKind.CAPTION,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), BlockKind.HEADING),
}  # fmt: skip
