"""Who speaks to whom: a publisher's calls to action name the publisher and address the reader."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from crawler.extraction.block_measures import Measures, running, shifted
from crawler.extraction.boxes import Boxes
from crawler.extraction.text_shape import TextShape, squeeze
from crawler.items import Block

MIN_NAME = 4
"""Letters of a site's name under which it may be any word."""
START_CHARS = 30
"""Squeezed characters within which the name stands at a block's start. Chosen."""
READER = frozenset(
    "you your yours yourself du dir dich dein deine deinen deiner deinem deines euch euer eure eurem euren eurer ihnen "
    "vous votre vos tu toi ton tes usted ustedes tus ti voi vostro vostra vostri tuo tua tuoi você vocês seu "
    "je jij jou jouw jullie uw u ty ci ciebie twój twoje twoją ciebie wam was wasz din dig ditt dina er deg "
    "sinä sinun вы вас вам ваш ваша ваши ваше ти тебе тебя твой siz sizin sen senin anda bạn あなた 您 你 당신".split()
)
"""Words by which a reader is addressed. General knowledge of some languages; the network weighs them."""
OURS = frozenset(
    "we our ours us wir uns unser unsere unseren unserem unserer unseres nous notre nos nosotros nuestro nuestra "
    "nuestros nuestras noi nostro nostra nostri nostre nós nosso nossa nossos nossas wij we ons onze my nas nasz nasza "
    "nasze naszej naszego vi vår våra vårt vores vore våre oss os me meidän мы нас нам наш наша наши наше ми biz bizim "
    "kami kita chúng my mine meinem meinen meiner meine mein mon ma mes mi mis".split()
)
"""Words by which a publisher speaks of itself."""
SYMBOL = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff→➡▶►]")
SYMBOL_CHARS = 12
"""Characters at a block's start where a symbol is a mark of promotion."""

_SUMMED = ("brand", "reader", "ours")
_CALLS = ("call", "home", "foreign")
"""Links that a publisher's appeal leads to, in the blocks from one heading to the next."""


def site_name(site: str) -> str:
    """Return the squeezed name in a site's domain, empty where it is too short to be told from words."""
    name = squeeze(site.removeprefix("www.").partition(".")[0])
    return name if len(name) >= MIN_NAME else ""


def add_voice(
    measures: Measures, blocks: Sequence[Block], shapes: Sequence[TextShape], boxes: Boxes, site: str
) -> None:
    name = site_name(site)
    places = [shape.squeezed.find(name) if name else -1 for shape in shapes]
    brand = measures.add("voice.brand", [place >= 0 for place in places])
    measures.add("voice.brand_first", [0 <= place < START_CHARS for place in places])
    measures.add("voice.reader", [not READER.isdisjoint(shape.tokens) for shape in shapes])
    measures.add("voice.ours", [not OURS.isdisjoint(shape.tokens) for shape in shapes])
    measures.add("voice.symbol", [SYMBOL.search(block.text[:SYMBOL_CHARS]) is not None for block in blocks])
    heading = boxes.previous_heading
    measures.add("voice.brand_heading", np.where(heading >= 0, brand[np.maximum(heading, 0)], 0))
    through = {name: running(measures.columns[f"voice.{name}"]) for name in _SUMMED}
    calls = {name: running(measures.columns[f"links.{name}"]) for name in _CALLS}
    start, end = boxes.section_start, boxes.section_end
    for name, total in calls.items():
        measures.add(f"voice.section_{name}", np.minimum(total[end] - total[start], 1))
    bounds = {"section": (boxes.section_start, boxes.section_end), "box": boxes.bounds(1)}
    for of, (start, end) in bounds.items():
        for name, total in through.items():
            measures.add(f"voice.{of}_{name}", (total[end] - total[start]) / (end - start))
    for step in (-1, 1):
        for name in _SUMMED:
            measures.add(f"voice.{name}{step:+d}", shifted(measures.columns[f"voice.{name}"], step))
