"""What `winnow state show` says of a crawl on Redis, as tables and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from crawler.commands.state_tables import console_of, span, table
from crawler.engines.overview import SharedOverview
from crawler.items import JsonValue

SHOWN_QUEUES = 20
"""Sites of the longest queues that are shown."""


def as_json(seen: SharedOverview, more: Mapping[str, JsonValue]) -> str:
    """Return workers, leases, queues, ledger, dead letters, sources and `more` as one JSON object."""
    return json.dumps({**asdict(seen), "waiting": seen.waiting, **more}, indent=2, ensure_ascii=False)


def print_tables(seen: SharedOverview) -> None:
    console = console_of()
    workers = [
        (
            w.run_id,
            w.host,
            str(w.pid),
            w.began_at[:16].replace("T", " "),
            "yes" if w.is_alive else "NO",
            str(len(w.groups)),
        )
        for w in seen.workers
    ]
    console.print(table("Workers", ("run", "host", "process", "began", "alive", "groups"), workers))
    held = [(h.group, h.run_id, span(h.held_seconds), str(h.in_flight)) for h in seen.held]
    console.print(table("Held sites", ("site", "run", "for", "in flight"), held))
    queues = [(q.site, str(q.waiting), span(q.oldest_seconds)) for q in seen.queues[:SHOWN_QUEUES]]
    console.print(table("Longest queues", ("site", "URLs", "oldest"), queues))
    counts = [(c.site, c.state, c.cause or "", str(c.urls)) for c in seen.ledger]
    console.print(table("Found URLs", ("site", "state", "cause", "URLs"), counts))
    if seen.dead_letters:
        dead = [(d.site, d.url, str(d.deaths), d.buried_at, d.run_id) for d in seen.dead_letters]
        console.print(table("Dead letters", ("site", "source", "deaths", "since", "run"), dead))
    console.print(f"Waiting: {seen.waiting}; {len(seen.sources)} sources; Redis has {seen.memory_bytes / 1e6:.1f} MB")
