"""What a page of corrections is made of: the labelled page as training reads it, without its labels."""

from __future__ import annotations

from hashlib import sha256

from crawler.items import JsonValue, Label
from crawler.view.viewed import Viewed

DIGEST_CHARS = 16
"""As the training's annotations have it."""
KEYS: dict[Label, str] = {
    Label.BODY: "b", Label.SUBHEADING: "h", Label.LEAD: "l", Label.TITLE: "t", Label.BYLINE: "y", Label.CAPTION: "c",
    Label.ADVERTISEMENT: "a", Label.JOB_LISTING: "j", Label.COMMENT_POLICY: "p", Label.COMMENT: "m",
    Label.SUBSCRIPTION: "s", Label.RELATED: "r", Label.NAVIGATION: "n", Label.AUTHOR_BIO: "i", Label.SHARING: "g",
    Label.LEGAL: "e", Label.OTHER: "o",
}  # fmt: skip
"""The key that gives a chosen block the label."""


def page_head(viewed: Viewed) -> dict[str, JsonValue]:
    """Return the keys of a labels line that say which page is meant; `runs` and `corrected` come by hand.

    `page` and `digest` are what the training's annotations have: a key, and a digest of the blocks' texts, so that
    labels never come to stand at the wrong blocks. `html_sha256` is of the page's bytes. A fetched page travels along
    as `html_text`; of one from disk, `file` has the path. So the line is a line of a page list too.
    """
    page = viewed.page
    assert page is not None
    texts = "\n".join(segment.text for segment in viewed.record.segments)
    return {
        "page": viewed.record.id,
        "digest": sha256(texts.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_CHARS],
        "url": viewed.record.url,
        "lang": viewed.record.language,
        "kind": "text" if page.plain_text else "html",
        "file": page.name if page.html_text is None else None,
        "html_text": page.html_text,
        "html_sha256": sha256(page.body).hexdigest(),
        "versions": viewed.record.extraction.versions,
    }
