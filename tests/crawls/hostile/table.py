"""All cases, by family: what the server does, and what must come of it."""

from __future__ import annotations

from dataclasses import replace

from tests.crawls.hostile import (
    addresses,
    compression,
    encodings,
    markup,
    network,
    protocol,
    robots,
    sources,
    texts,
    traps,
)
from tests.crawls.hostile.case import Case

FAMILIES: dict[str, tuple[Case, ...]] = {
    "network": network.CASES,
    "http": protocol.CASES,
    "compression": compression.CASES,
    "encodings": encodings.CASES,
    "html": markup.CASES,
    "sources": sources.CASES,
    "robots": robots.CASES,
    "addresses": addresses.CASES,
    "traps": traps.CASES,
    "texts": texts.CASES,
}
CASES = tuple(replace(case, family=family) for family, cases in FAMILIES.items() for case in cases)

HEAVY = frozenset(
    "misnested elements_below_cap one_line_8_mb one_word_5_mb million_references attributes_in_sum giant_attribute "
    "page_over_cap space_bait angle_bait comment_bait deep_lists deep_tables ld_wide very_long_line tags_100000 "
    "title_1_mb meta_1_mb authors_10000 map_gzip_bomb map_unclosed map_endless feed_endless feed_100000 map_100000 "
    "feed_malformed_bait feed_attributes front_endless_links robots_200_mb inline_b huge_script huge_style ld_deep "
    "map_long_loc redirect_1_mb million_elements half_million_links million_attributes map_wide_index".split()
)
"""Cases that take seconds; only the full form has them."""
_LIGHT = [case for case in CASES if case.name not in HEAVY]
CRAWLED = tuple(_LIGHT[::4])
SCRAPED = tuple(case for case in _LIGHT[2::4] if case.has_page)
"""What the test suite runs, in a minute."""


def table() -> str:
    """The cases as a Markdown table: `python -m tests.crawls.hostile.table`."""
    from tests.crawls.hostile.mechanisms import seen_to_fail  # which imports this module

    held_by = {name: mechanism for mechanism, names in seen_to_fail().items() for name in names}
    rows = ["| case | what the server does | expected | mechanism |", "|---|---|---|---|"]
    for family, cases in FAMILIES.items():
        rows.append(f"| **{family}** ({len(cases)}) | | | |")
        for case in cases:
            does = case.does.replace("|", "\\|")
            expected = " or ".join(sorted(case.outcomes | case.source))
            rows.append(f"| `{case.name}` | {does} | {expected} | {held_by.get(case.name, '')} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
