"""Connections that break, stall or never come about."""

from __future__ import annotations

from tests.crawls.hostile.articles import article
from tests.crawls.hostile.case import (
    Case,
    at_first,
    drips,
    gives,
    hangs,
    head,
    outcomes,
    own,
    page,
    resets,
    whole,
)

CUT = outcomes("body_truncated connection_failed")
LATE = outcomes("download_timeout")
LOST = outcomes("connection_failed")


def pieces(body: bytes, number: int) -> list[bytes]:
    size = len(body) // number + 1
    return [body[start : start + size] for start in range(0, len(body), size)]


def text(name: str) -> str:
    return article(own(name))


CASES = (
    Case("reset_at_once", "RST before any byte", LOST, {"/case": resets()}),
    Case("empty_reply", "closes without a byte", LOST, {"/case": gives()}),
    Case("reset_in_status", "RST in the status line", LOST, {"/case": resets(b"HTTP/1.1 20")}),
    Case("closed_in_headers", "closes among the headers", LOST, {"/case": gives(b"HTTP/1.1 200 OK\r\nContent-Ty")}),
    Case("reset_in_headers", "RST among the headers", LOST, {"/case": resets(b"HTTP/1.1 200 OK\r\nContent-Type: x")}),
    Case(
        "reset_in_body",
        "RST after half the body",
        CUT,
        {"/case": resets(head(length=9000) + text("reset_in_body").encode()[:900])},
    ),
    Case(
        "closed_in_body",
        "closes after half of Content-Length",
        CUT,
        {"/case": gives(head(length=90_000) + text("closed_in_body").encode())},
    ),
    Case("hang_before_status", "accepts and says nothing", LATE, {"/case": hangs()}),
    Case(
        "hang_in_headers",
        "stops among the headers",
        LATE,
        {"/case": hangs(b"HTTP/1.1 200 OK\r\nX: ")},
    ),
    Case("hang_after_headers", "headers, then nothing", LATE, {"/case": hangs(head(length=500))}),
    Case(
        "hang_in_body",
        "half a body, then nothing",
        LATE,
        {"/case": hangs(head(length=5000), b"<p>Half")},
    ),
    Case(
        "drip_headers",
        "a header line now and then, for ever",
        LATE,
        {"/case": drips(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n")},
    ),
    Case("drip_body", "a byte of body now and then, for ever", LATE, {"/case": drips(head(), b"<p>x")}),
    Case(
        "drip_chunks",
        "a chunk now and then, for ever",
        LATE,
        {"/case": drips(head(headers=[("Transfer-Encoding", "chunked")]), b"1\r\nx\r\n")},
    ),
    Case(
        "slow_but_whole",
        "six pieces, with pauses",
        outcomes("new"),
        {"/case": gives(*pieces(whole(text("slow_but_whole")), 6), pause=0.1)},
        number=own("slow_but_whole"),
    ),
    Case(
        "flaky_once",
        "RST at the first try, then the page",
        outcomes("new"),
        {"/case": at_first(resets(), page(text("flaky_once")))},
        number=own("flaky_once"),
    ),
    Case("refused", "nothing listens on the port", outcomes("robots_unavailable"), url="http://{host}:1/"),
    Case(
        "no_such_name",
        "a name that DNS does not know",
        outcomes("name_not_resolved robots_unavailable"),
        url="http://no-such-name.invalid/",
    ),
    Case(
        "label_too_long", "a host label of 70 characters", outcomes("bad_url"), url="http://" + "a" * 70 + ".example/"
    ),
    Case(
        "tls_to_plain_port",
        "https on a port that speaks HTTP",
        outcomes("robots_unavailable"),
        url="https://{host}:{port}/case",
        good="any",
    ),
)
