"""Pages of another project's spiders on several workers: a registered domain is one worker's until it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crawler.errors import TakenOver
from crawler.items import Page
from crawler.pipelines.in_flight import PagesInFlight

if TYPE_CHECKING:
    from tests.engines.conftest import Floor

pytestmark = pytest.mark.redis


def test_a_domain_is_the_workers_that_had_its_first_page(floor: Floor) -> None:
    first, second = floor.worker(), floor.worker()
    of_first, of_second = PagesInFlight(), PagesInFlight()

    def hand_in(pages: PagesInFlight, url: str) -> None:
        pages.hand_in(url, Page(b"", url), (first if pages is of_first else second).turns.lease)

    hand_in(of_first, "https://www.example.org/1")
    hand_in(of_first, "https://sport.example.org/2")
    hand_in(of_second, "https://example.com/1")
    with pytest.raises(TakenOver, match=r"another worker has example\.org now"):
        hand_in(of_second, "https://example.org/3")
    assert "https://example.org/3" not in of_second
    assert of_first.of_site == {"example.org": 2}
    assert of_second.of_site == {"example.com": 1}
    first.abort()
    hand_in(of_second, "https://example.org/3")
    assert of_second.of_site == {"example.com": 1, "example.org": 1}
