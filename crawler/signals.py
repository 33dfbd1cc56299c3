"""Scrapy signals of our own."""

page_failed = object()
"""A requested page gave no record. Handlers get `requested_url: str` and `error: PageError`, whose `state` and
`cause` are the ledger's words."""

page_recorded = object()
"""A page ended well. Handlers get `requested_url: str`, `record: Record` and `verdict: Verdict`."""

page_repeated = object()
"""A page has the bytes of another one, which gave a record. Handlers get `requested_url: str`."""

records_kept = object()
"""No further page ends in this run: what waited in memory was written. The store takes the run for whole next."""

page_unchanged = object()
"""A page that we have was asked for again and is the same. Handlers get `requested_url: str`, and `etag` and
`last_modified` as it has them now, None where it has none."""

told_to_stop = object()
"""A signal or a limit ends the run: what was sent is under way for a while, nothing more is asked."""
