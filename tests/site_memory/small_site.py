"""Pages of a small site: three paragraphs of drawn words, and the same inset and footer on every page."""

from __future__ import annotations

import random

PROMOTION = "Wer tiefer einsteigen will, findet in der Werkstatt am Samstag Rat, Werkzeug und eine gute Suppe dazu."
FOOTER = "Alle Rechte vorbehalten"
WORDS = (
    "regen brücke hafen garten schule mühle kirche markt werft turm deich wiese straße fluss abend morgen ernte winter "
    "kommt bleibt steht fällt wächst endet beginnt dauert hält reicht kostet braucht alt neu klein weit hell still nah "
    "heute gestern wieder kaum sehr immer noch schon bald unter über neben hinter zwischen ohne gegen nach vor seit"
).split()


def sentence(draw: random.Random, words: int) -> str:
    return " ".join(draw.choices(WORDS, k=words)).capitalize() + "."


def article(number: int) -> bytes:
    draw = random.Random(number)
    title = sentence(draw, 4)[:-1]
    body = "".join(f"<p>{sentence(draw, 14)} {sentence(draw, 12)}</p>" for _ in range(3))
    return (
        f"<html><head><title>{title}</title></head><body><nav><a href='/'>Start</a></nav>"
        f"<article><h1>{title}</h1>{body}<div class='inset'><p>{PROMOTION}</p></div></article>"
        f"<footer><p>{FOOTER}</p></footer></body></html>"
    ).encode()
