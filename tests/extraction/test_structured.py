from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.extraction.article_objects import article_node
from crawler.extraction.structured import (
    MAX_SCRIPT_CHARS,
    JsonObject,
    read_json_ld,
    resolve,
    types_of,
)

URL = "https://example.org/news/1"


def read(*scripts: str, media_type: str = "application/ld+json") -> tuple[JsonObject, ...]:
    tree = html.fromstring("<html><body></body></html>")
    for script in scripts:
        element = html.Element("script", type=media_type)
        element.text = script
        tree.append(element)
    return read_json_ld(tree)


@pytest.mark.parametrize(
    ("script", "headlines"),
    [
        pytest.param('{"headline": "A"}', ["A"], id="object"),
        pytest.param('[{"headline": "A"}, [{"headline": "B"}]]', ["A", "B"], id="lists"),
        pytest.param('{"@graph": [{"headline": "A"}, {"headline": "B"}]}', ["A", "B"], id="graph"),
        pytest.param('<!-- {"headline": "A"} -->', ["A"], id="comment-around"),
        pytest.param('//<![CDATA[\n{"headline": "A"}\n//]]>', ["A"], id="cdata-around"),
        pytest.param('/*<![CDATA[*/{"headline": "A"}/*]]>*/', ["A"], id="cdata-in-comments"),
        pytest.param('{"headline": "A",}', ["A"], id="trailing-comma"),
        pytest.param('{"headline": "A\nB"}', ["A\nB"], id="newline-in-string"),
        pytest.param('{"headline": "It\\\'s"}', ["It's"], id="bad-escape"),
        pytest.param("{&quot;headline&quot;: &quot;A&quot;}", ["A"], id="escaped-quotes"),
        pytest.param('{"headline": "A"};', ["A"], id="semicolon"),
        pytest.param('{"headline": "A"}{"headline": "B"}', ["A", "B"], id="two-objects"),
        pytest.param('{"headline": {"@value": "A", "@language": "en"}}', ["A"], id="value-object"),
        pytest.param('{"headline": NaN}', [None], id="nan"),
        pytest.param('{"headline": ', [], id="cut"),
        pytest.param("null", [], id="null"),
        pytest.param("", [], id="empty"),
        pytest.param("[" * 100_000, [], id="deep"),
        pytest.param('{"a": ' + "9" * 100_000 + "}", [], id="endless-number"),
        pytest.param('{"headline": "' + "A" * MAX_SCRIPT_CHARS + '"}', [], id="over-the-cap"),
    ],
)
def test_reading_and_mending(script: str, headlines: list[str | None]) -> None:
    assert [node["headline"] for node in read(script)] == headlines


def test_what_wraps_an_object_takes_no_square_of_time() -> None:
    began = time.process_time()
    assert read(";" * 900_000 + '{"headline": "A"}') == ({"headline": "A"},)
    assert time.process_time() - began < 10


def test_other_scripts_are_left_alone() -> None:
    assert read('{"headline": "A"}', media_type="application/json") == ()


def test_media_type_may_have_parameters() -> None:
    assert len(read('{"headline": "A"}', media_type="Application/LD+JSON; charset=utf-8")) == 1


def article(headline: str, **properties: Any) -> JsonObject:
    return {"@type": "NewsArticle", "headline": headline, **properties}


def test_references_are_resolved() -> None:
    person = {"@id": "#p", "@type": "Person", "name": "Ada Berg"}
    assert resolve({"@id": "#p"}, [article("A"), person]) == person
    assert resolve({"@id": "#q"}, [person]) == {"@id": "#q"}
    assert resolve("Ada Berg", [person]) == "Ada Berg"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["@type", "@id", "@graph", "url", "mainEntityOfPage", "mainEntity", "headline", "name"]),
            inner | st.sampled_from(["NewsArticle", URL, "https://[", "//x"]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_survived(value: Any) -> None:
    objects = read(json.dumps(value))
    assert all(isinstance(node, dict) for node in objects)
    node = article_node(objects, URL)
    assert node is None or isinstance(node, dict)
    assert all(isinstance(name, str) for found in objects for name in types_of(found))


@given(st.text('{}[]",:\\<!->/*ABC&quot;\n', max_size=60))
def test_any_text_is_survived(script: str) -> None:
    assert isinstance(read(script), tuple)
