"""Answers that are no good HTTP, or more of it than anyone needs."""

from __future__ import annotations

from tests.crawls.hostile.articles import article
from tests.crawls.hostile.case import (
    Answer,
    Case,
    Exchange,
    floods,
    gives,
    hangs,
    head,
    outcomes,
    own,
    page,
    redirects,
    whole,
)

LOST = outcomes("connection_failed")
NEW = outcomes("new")
BOUNDED = outcomes("connection_failed download_timeout page_too_large")
ENDLESS = outcomes("download_timeout page_too_large")
CHUNKED = head(headers=[("Transfer-Encoding", "chunked")])


def text(name: str) -> str:
    return article(own(name))


def raw(name: str, lines: bytes, end: bytes = b"\r\n") -> Answer:
    """An answer with these lines before the rest of a good one."""
    body = text(name).encode()
    rest = [b"Content-Type: text/html; charset=utf-8", b"Content-Length: %d" % len(body), b"Connection: close", b""]
    return gives(lines + end + end.join(rest) + end + body)


def chunks(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def pushed(first: bytes, second: bytes) -> Answer:
    """A whole answer on a connection that stays open, and at once a second one that nobody asked for."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(first + second)
        await exchange.wait(1.0)

    return answer


def alive(body: str, status: str = "200 OK") -> bytes:
    content = body.encode()
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n".encode()
        + f"Content-Length: {len(content)}\r\n\r\n".encode()
        + content
    )


def _chain(hops: int) -> dict[str, Answer]:
    routes = {f"/hop{n}": redirects(f"/hop{n + 1}") for n in range(hops)}
    return routes | {"/case": redirects("/hop0")}


CASES = (
    # status lines
    Case(
        "no_status_line",
        "HTTP/0.9: a body and nothing before it",
        LOST,
        {"/case": gives(text("no_status_line").encode())},
    ),
    Case("status_words", "a status line of other words", LOST, {"/case": gives(b"ICY 200\r\n\r\n<p>Hello")}),
    Case(
        "status_000",
        "status 000",
        outcomes("http_refused http_failed connection_failed"),
        {"/case": raw("status_000", b"HTTP/1.1 000 OK")},
    ),
    Case("status_999", "status 999", outcomes("http_failed"), {"/case": page(text("status_999"), "999 Denied")}),
    Case("status_text", "status “twohundred”", LOST, {"/case": raw("status_text", b"HTTP/1.1 twohundred OK")}),
    Case(
        "status_huge",
        "a status of 400 digits",
        outcomes("connection_failed http_failed"),
        {"/case": raw("status_huge", b"HTTP/1.1 " + b"2" * 400 + b" OK")},
    ),
    Case(
        "status_negative",
        "status -200",
        outcomes("connection_failed http_failed http_refused"),
        {"/case": raw("status_negative", b"HTTP/1.1 -200 OK")},
    ),
    Case(
        "endless_status_line",
        "a status line without end",
        BOUNDED,
        {"/case": floods(b"HTTP/1.1 200 ", b"O" * 65536)},
        said="bytes of headers",
    ),
    Case(
        "version_2",
        "HTTP/2.0 in the status line",
        outcomes("new connection_failed"),
        {"/case": raw("version_2", b"HTTP/2.0 200 OK")},
    ),
    # statuses that are no page
    Case(
        "status_204_with_body",
        "204 with an article behind it",
        outcomes("empty_page connection_failed"),
        {"/case": page(text("a"), "204 No Content")},
    ),
    Case(
        "status_205_with_body",
        "205 with an article",
        outcomes("empty_page"),
        {"/case": page(text("b"), "205 Reset Content")},
    ),
    Case(
        "status_206",
        "206: a part that was not asked for",
        outcomes("body_truncated"),
        {"/case": page(text("c"), "206 Partial Content", headers=[("Content-Range", "bytes 0-99/900")])},
    ),
    Case(
        "status_202",
        "202 with a waiting page",
        outcomes("http_failed"),
        {"/case": page(text("d"), "202 Accepted")},
    ),
    Case(
        "status_304_unasked",
        "304 though nothing was asked conditionally",
        outcomes("http_failed"),
        {"/case": gives(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")},
    ),
    Case(
        "status_404_with_article",
        "404 with an article",
        outcomes("http_refused"),
        {"/case": page(text("e"), "404 Not Found")},
    ),
    Case(
        "status_410_with_article",
        "410 with an article",
        outcomes("http_refused"),
        {"/case": page(text("f"), "410 Gone")},
    ),
    Case(
        "status_500_with_article",
        "500 with an article",
        outcomes("http_failed"),
        {"/case": page(text("g"), "500 Oops")},
    ),
    Case("empty_200", "200 with Content-Length 0", outcomes("empty_page"), {"/case": page(b"")}),
    Case(
        "switching_protocols",
        "101, then nothing",
        BOUNDED,
        {"/case": hangs(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")},
    ),
    Case(
        "early_hints",
        "103, then the page",
        NEW,
        {"/case": gives(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + whole(text("early_hints")))},
        number=own("early_hints"),
    ),
    Case(
        "continue_flood",
        "100 Continue without end",
        BOUNDED,
        {"/case": floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500)},
        said="bytes of headers",
    ),
    # headers
    Case(
        "one_giant_header",
        "a header of 2 MB",
        BOUNDED,
        {"/case": gives(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2_000_000 + b"\r\n\r\n<p>x")},
        said="bytes of headers",
    ),
    Case(
        "many_headers",
        "100,000 headers",
        BOUNDED,
        {"/case": gives(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(100_000)) + b"\r\n<p>x")},
        said="bytes of headers",
    ),
    Case(
        "endless_headers",
        "headers without end",
        BOUNDED,
        {"/case": floods(b"HTTP/1.1 200 OK\r\n", b"X-Header: value\r\n" * 4000)},
        said="bytes of headers",
    ),
    Case(
        "endless_folded_header",
        "one header, folded without end",
        BOUNDED,
        {"/case": floods(b"HTTP/1.1 200 OK\r\nX: a\r\n", b" more\r\n" * 4000)},
        said="bytes of headers",
    ),
    Case(
        "bare_line_feeds",
        "lines that end in LF only",
        NEW,
        {"/case": raw("bare_line_feeds", b"HTTP/1.1 200 OK", b"\n")},
        number=own("bare_line_feeds"),
    ),
    Case(
        "header_without_colon",
        "a header line without a colon",
        NEW,
        {"/case": raw("header_without_colon", b"HTTP/1.1 200 OK\r\nthis is no header")},
        number=own("header_without_colon"),
    ),
    Case(
        "header_nul",
        "NUL and controls in headers",
        outcomes("new connection_failed"),
        {"/case": raw("header_nul", b'HTTP/1.1 200 OK\r\nX-A: a\x00b\x07\r\nETag: "\x01\x02"')},
    ),
    Case(
        "header_bytes",
        "raw bytes beyond ASCII in headers",
        NEW,
        {"/case": raw("header_bytes", b"HTTP/1.1 200 OK\r\nX-A: \xff\xfe\xe4\r\nLast-Modified: \xe4")},
        number=own("header_bytes"),
    ),
    Case(
        "etag_14_kb",
        "an ETag of 14 kB",
        NEW,
        {"/case": page(text("etag_14_kb"), headers=[("ETag", '"' + "e" * 14_000 + '"')])},
        number=own("etag_14_kb"),
    ),
    Case(
        "two_lengths",
        "two different Content-Lengths",
        outcomes("connection_failed body_truncated"),
        {
            "/case": gives(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nContent-Length: 9000\r\n\r\n"
                + text("h").encode()
            )
        },
    ),
    Case(
        "length_negative",
        "Content-Length: -5",
        LOST,
        {"/case": gives(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + text("i").encode())},
    ),
    Case(
        "length_2_63",
        "Content-Length: 2^63",
        outcomes("page_too_large"),
        {"/case": gives(b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n<p>x")},
    ),
    Case(
        "length_too_short",
        "Content-Length that cuts the body",
        outcomes("not_article suspicious short new empty_page"),
        {"/case": gives(head(length=300) + text("j").encode())},
    ),
    Case(
        "length_too_long",
        "Content-Length beyond the body",
        outcomes("body_truncated connection_failed"),
        {"/case": gives(head(length=50_000) + text("k").encode())},
    ),
    Case(
        "length_and_chunks",
        "Content-Length and chunks at once",
        outcomes("new connection_failed body_truncated"),
        {"/case": gives(head(length=10, headers=[("Transfer-Encoding", "chunked")]) + chunks(text("l").encode()))},
    ),
    Case(
        "pushed_answer",
        "a second answer that nobody asked for",
        NEW,
        {
            "/case": pushed(alive(text("pushed_answer")), alive("<h1>Planted</h1>" + text("planted"))),
            "/good": gives(whole(text("pushed_good"))),
        },
        number=own("pushed_answer"),
        lacks=("Planted",),
        good="any",
    ),
    # chunks
    Case(
        "chunk_size_words",
        "a chunk size that is no number",
        outcomes("connection_failed body_truncated"),
        {"/case": gives(CHUNKED + b"zz\r\nhello\r\n")},
    ),
    Case(
        "chunk_size_huge",
        "a chunk of 2^60 bytes",
        outcomes("connection_failed body_truncated page_too_large"),
        {"/case": gives(CHUNKED + b"fffffffffffffff\r\n" + text("m").encode())},
    ),
    Case(
        "chunk_size_negative",
        "a chunk of -1 bytes",
        outcomes("connection_failed body_truncated"),
        {"/case": gives(CHUNKED + b"-1\r\n" + text("n").encode())},
    ),
    Case(
        "chunks_without_end",
        "no last chunk",
        outcomes("body_truncated connection_failed"),
        {"/case": gives(CHUNKED + chunks(text("o").encode(), end=b""))},
    ),
    Case(
        "chunk_extension_flood",
        "a chunk extension without end",
        BOUNDED | {"body_truncated"},
        {"/case": floods(CHUNKED + b"5;a=", b"b" * 65536)},
    ),
    Case(
        "trailer_flood",
        "trailers without end",
        BOUNDED | {"body_truncated"},
        {"/case": floods(CHUNKED + chunks(text("p").encode(), end=b"0\r\n"), b"X-T: a\r\n" * 1000)},
    ),
    Case(
        "one_byte_chunks",
        "a page in chunks of one byte",
        NEW,
        {"/case": gives(CHUNKED + chunks(*(bytes([b]) for b in text("one_byte_chunks").encode())))},
        number=own("one_byte_chunks"),
    ),
    Case(
        "gzip_transfer_coding",
        "Transfer-Encoding: gzip",
        LOST,
        {"/case": gives(head(headers=[("Transfer-Encoding", "gzip")]) + b"\x1f\x8b")},
    ),
    # bodies
    Case(
        "endless_body",
        "a body without end",
        ENDLESS,
        {"/case": floods(head(), b"<p>more and more</p>" * 3000)},
    ),
    Case(
        "endless_chunks",
        "chunks without end",
        ENDLESS,
        {"/case": floods(CHUNKED, b"ffff\r\n" + b"x" * 65535 + b"\r\n")},
    ),
    Case(
        "announced_1_gb",
        "a length of 1 GB",
        outcomes("page_too_large"),
        {"/case": floods(head(length=1 << 30), b"x" * 65536)},
    ),
    # types
    Case("no_type", "no Content-Type", NEW, {"/case": page(text("no_type"), kind=None)}, number=own("no_type")),
    Case(
        "type_words",
        "Content-Type: “hello”",
        NEW,
        {"/case": page(text("type_words"), kind="hello")},
        number=own("type_words"),
    ),
    Case(
        "two_types",
        "two Content-Types",
        NEW,
        {"/case": page(text("two_types"), headers=[("Content-Type", "image/png")])},
        number=own("two_types"),
    ),
    Case(
        "type_image",
        "HTML called image/png",
        outcomes("new not_html"),
        {"/case": page(text("type_image"), kind="image/png")},
    ),
    Case(
        "pdf_as_html",
        "a PDF called HTML",
        outcomes("not_html"),
        {"/case": page(b"%PDF-1.7\n" + bytes(range(256)) * 50)},
    ),
    Case(
        "jpeg_as_html",
        "a JPEG called HTML",
        outcomes("not_html"),
        {"/case": page(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 50)},
    ),
    Case(
        "random_bytes",
        "random bytes called HTML",
        outcomes("not_html not_article empty_page"),
        {"/case": page(bytes((n * 7919 + n // 3) % 256 for n in range(20_000)))},
    ),
    Case("json_as_html", "JSON called HTML", outcomes("not_html"), {"/case": page('{"a": "' + "word " * 300 + '"}')}),
    Case(
        "disposition_path",
        "Content-Disposition: ../../x",
        NEW,
        {
            "/case": page(
                text("disposition_path"), headers=[("Content-Disposition", "attachment; filename=../../../x.html")]
            )
        },
        number=own("disposition_path"),
    ),
    Case(
        "cookie_bomb",
        "200 cookies of 1 kB",
        NEW,
        {"/case": page(text("cookie_bomb"), headers=[("Set-Cookie", f"c{n}={'v' * 1000}") for n in range(200)])},
        number=own("cookie_bomb"),
    ),
    Case(
        "retry_after_year_9999",
        "429 until the year 9999",
        outcomes("http_failed host_parked"),
        {"/case": page("", "429 Slow", headers=[("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")])},
        good="any",
    ),
    Case(
        "retry_after_digits",
        "503 for 10^40 seconds",
        outcomes("http_failed host_parked"),
        {"/case": page("", "503 Later", headers=[("Retry-After", "1" + "0" * 40)])},
        good="any",
    ),
    # redirects
    Case(
        "redirect_to_itself",
        "redirects to itself",
        outcomes("redirect_loop"),
        {"/case": redirects("/case")},
    ),
    Case(
        "redirect_pair",
        "two pages that redirect to each other",
        outcomes("redirect_loop"),
        {"/case": redirects("/b"), "/b": redirects("/case")},
    ),
    Case("redirect_chain", "1,000 redirects", outcomes("redirect_loop"), _chain(1000)),
    Case(
        "redirect_growing",
        "a URL that grows with each redirect",
        outcomes("redirect_loop bad_url"),
        {"/case*": redirects("/case{n}" + "a" * 300)},
    ),
    Case(
        "redirect_chain_short",
        "three redirects, then the page",
        NEW,
        _chain(3) | {"/hop3": page(text("redirect_chain_short"))},
        number=own("redirect_chain_short"),
    ),
    Case(
        "redirect_without_location",
        "302 without Location",
        outcomes("http_failed"),
        {"/case": gives(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")},
    ),
    Case(
        "redirect_empty",
        "302 with an empty Location",
        outcomes("redirect_loop http_failed bad_url"),
        {"/case": redirects("")},
    ),
    Case(
        "redirect_bad_url", "302 to “http://[bad”", outcomes("bad_url http_failed"), {"/case": redirects("http://[bad")}
    ),
    Case(
        "redirect_bad_port",
        "302 to port 99999",
        outcomes("bad_url http_failed"),
        {"/case": redirects("http://{host}9/x")},
    ),
    Case(
        "redirect_1_mb",
        "302 to a URL of 1 MB",
        outcomes("bad_url connection_failed http_failed"),
        {"/case": redirects("/" + "a" * 1_000_000)},
    ),
    Case(
        "redirect_raw_bytes",
        "302 to raw bytes",
        outcomes("http_refused bad_url new"),
        {"/case": redirects("/\udcff\udcfe\udce4")},
    ),
    Case(
        "redirect_file",
        "302 to file:///etc/passwd",
        outcomes("scheme_refused"),
        {"/case": redirects("file:///etc/passwd")},
    ),
    Case(
        "redirect_data",
        "302 to data:text/html,...",
        outcomes("scheme_refused"),
        {"/case": redirects("data:text/html,<p>planted")},
    ),
    Case(
        "redirect_javascript",
        "302 to javascript:",
        outcomes("scheme_refused"),
        {"/case": redirects("javascript:alert(1)")},
    ),
    Case("redirect_ftp", "302 to ftp:", outcomes("scheme_refused"), {"/case": redirects("ftp://{host}/x")}),
    Case("redirect_gopher", "302 to gopher:", outcomes("scheme_refused"), {"/case": redirects("gopher://{host}/x")}),
    Case(
        "redirect_userinfo",
        "302 to a URL with a password",
        outcomes("bad_url"),
        {"/case": redirects("http://user:secret@{host}/good")},
    ),
    Case(
        "refresh_header",
        "Refresh header to an inner address",
        outcomes("new"),
        {"/case": page(text("refresh_header"), headers=[("Refresh", "0; url=http://127.0.0.1/")])},
        number=own("refresh_header"),
    ),
)
