from __future__ import annotations

import pytest
from lxml import html

from crawler.extraction.marked_bylines import marked_bylines, marked_names


@pytest.mark.parametrize(
    ("body", "names"),
    [
        pytest.param("<span class=author>Ada Berg</span><span class=author>Bo Lund</span>", ["Ada Berg", "Bo Lund"]),
        pytest.param(
            "<div class=byline>By <span class=author>Ada Berg</span> <span class=author>Bo Lund</span></div>",
            ["Ada Berg", "Bo Lund"],
            id="each-in-the-byline",
        ),
        pytest.param(
            "<p class=byline>By <a class=author>Ada Berg</a> and Bo Lund</p>",
            ["Ada Berg", "Bo Lund"],
            id="one-of-two-marked",
        ),
        pytest.param(
            "<span class=author>Ada Berg</span><span class=author-role>Chief Reporter</span>",
            ["Ada Berg"],
            id="other-class-beside",
        ),
        pytest.param(
            "<p><a rel=author>Ada Berg</a></p><p><a rel=author>Bo Lund</a></p>",
            ["Ada Berg"],
            id="elsewhere-on-the-page",
        ),
        pytest.param("<div class=author></div><span class=author>Ada Berg</span>", ["Ada Berg"], id="empty-first"),
        pytest.param("<aside><span class=author>Ada Berg</span></aside>", [], id="beside-the-article"),
    ],
)
def test_names_of_elements_marked_alike(body: str, names: list[str]) -> None:
    tree = html.fromstring(f"<body><main>{body}</main></body>")
    assert marked_names(list(marked_bylines(tree))) == names
