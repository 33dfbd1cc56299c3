"""The labels of blocks: a closed set."""

from __future__ import annotations

from enum import StrEnum


class Label(StrEnum):
    """What a block is for. The closed set; every block of a page has exactly one."""

    BODY = "body"
    SUBHEADING = "subheading"
    LEAD = "lead"
    TITLE = "title"
    BYLINE = "byline"
    CAPTION = "caption"
    ADVERTISEMENT = "advertisement"
    JOB_LISTING = "job_listing"
    COMMENT_POLICY = "comment_policy"
    COMMENT = "comment"
    SUBSCRIPTION = "subscription"
    RELATED = "related"
    NAVIGATION = "navigation"
    AUTHOR_BIO = "author_bio"
    SHARING = "sharing"
    LEGAL = "legal"
    OTHER = "other"

    @property
    def in_text(self) -> bool:
        """Whether blocks of this label make up the record's `text`."""
        return self in TEXT_LABELS

    @property
    def is_boilerplate(self) -> bool:
        """Whether blocks of this label are listed in the record's `boilerplate`."""
        return self not in ARTICLE_LABELS


TEXT_LABELS = frozenset({Label.BODY, Label.SUBHEADING, Label.LEAD})
ARTICLE_LABELS = TEXT_LABELS | {Label.TITLE, Label.BYLINE, Label.CAPTION}
"""Labels with a field of their own in the record."""
