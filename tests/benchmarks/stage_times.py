"""CPU of each stage of the flow from bytes to record, measured by wrapping the functions that are the stages."""

from __future__ import annotations

import contextlib
import functools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any
from unittest.mock import patch

STAGES = {
    "decode": ("read_page:decode", "read_page:check_document", "read_page:check_text"),
    "parse": ("read_page:parse",),
    "blocks": ("read_page:split_tree",),
    "trafilatura: its text": ("page_labels:find_main_content",),
    "metadata": ("read_page:read_metadata", "read_page:with_bylines"),
    "date guessed": ("read_page:with_guessed_date",),
    "alignment": ("page_labels:kept_shares",),
    "features": ("labeller:page_features",),
    "features: hashed words": ("features:hash_words",),
    "features: phrases": ("features:find_phrases", "features:add_phrases", "features:phrase_words"),
    "labels: model": ("page_labels:score_blocks", "page_labels:label_blocks", "labeller:read_page_features"),
    "labels: reasons": ("labeller:word_reasons",),
    "labels: rules after the model": ("labels:gather_hints", "labels:sift_page", "read_page:with_site_rules"),
    "assembly": ("read_page:assemble",),
    "status": ("read_page:judge", "page_labels:estimate_quality"),
    "language": ("read_page:detect_language", "read_page:best_language"),
    "near-duplicate signature": ("crawler.flow:signature_of", "crawler.flow:text_hash"),
    "record": ("crawler.flow:record_of",),
}
"""Stage -> the names by which the flow calls it, `module:name`; modules without a dot are of crawler.extraction. The
time of a stage that stands within another is not counted there again. `record` has all that no other stage has."""


class StageTimes:
    """Seconds of CPU by stage, while `measured` is open."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter(dict.fromkeys(STAGES, 0.0))
        self._inner: list[float] = []

    @contextlib.contextmanager
    def measured(self) -> Iterator[None]:
        """Wrap the stages. Raises LookupError, naming the stage, where the flow has another name for it now."""
        with contextlib.ExitStack() as stack:
            for stage, names in STAGES.items():
                for name in names:
                    owner, attribute = _place(stage, name)
                    stack.enter_context(patch.object(owner, attribute, self._timed(stage, getattr(owner, attribute))))
            yield

    def _timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*args: Any, **named: Any) -> Any:
            self._inner.append(0.0)
            started = time.process_time()
            try:
                return function(*args, **named)
            finally:
                spent = time.process_time() - started
                self.seconds[stage] += spent - self._inner.pop()  # type: ignore[assignment]
                if self._inner:
                    self._inner[-1] += spent

        return timed


def _place(stage: str, name: str) -> tuple[Any, str]:
    module, _, path = name.partition(":")
    owner: Any = import_module(module if "." in module else f"crawler.extraction.{module}")
    *between, attribute = path.split(".")
    try:
        for part in between:
            owner = getattr(owner, part)
        getattr(owner, attribute)
    except AttributeError as error:
        raise LookupError(f"stage “{stage}”: {error}; mend STAGES in tests/benchmarks/stage_times.py") from error
    return owner, attribute
