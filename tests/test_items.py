"""The values that go from process to process and into a line."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.items import Extraction, Label, Record, Segment, Status

SEGMENTS = st.builds(Segment, st.sampled_from(Label), st.text(), st.text(), st.floats(0, 1), st.text())


@given(st.lists(SEGMENTS, max_size=5).map(tuple))
def test_a_record_comes_out_of_a_worker_as_it_went_in(segments: tuple[Segment, ...]) -> None:
    record = _record(segments)
    assert pickle.loads(pickle.dumps(record)) == record


@pytest.mark.parametrize("plain_text", [False, True], ids=["page", "plain text"])
@pytest.mark.parametrize("navigation", [False, True], ids=["usual", "navigation asked for"])
def test_boilerplate_is_what_stands_in_no_field_of_its_own(*, navigation: bool, plain_text: bool) -> None:
    segments = tuple(Segment(label, f"A {label}", "/p", 0.5, "why") for label in Label)
    line = _record(segments, plain_text=plain_text).to_dict(navigation=navigation)
    shown = {entry["label"] for entry in line["boilerplate"]}
    assert ("navigation" in shown) is (navigation or plain_text)
    assert {"body", "subheading", "lead", "title", "byline", "caption"}.isdisjoint(shown)
    assert shown | {"navigation"} == {str(label) for label in Label if label.is_boilerplate}


def _record(segments: tuple[Segment, ...], *, plain_text: bool = False) -> Record:
    extraction = Extraction(Status.OK, 0.9, "blocks", {"winnow": "1"})
    return Record(id="1", segments=segments, extraction=extraction, plain_text=plain_text)
