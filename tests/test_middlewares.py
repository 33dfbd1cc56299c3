"""The middlewares that need no crawl."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response, TextResponse

from crawler.middlewares import DecompressionMiddleware

PAGE = "<html><body><p>Grüße aus Köln</p></body></html>".encode()


def test_an_unpacked_answer_is_the_same_but_for_its_body(monkeypatch: pytest.MonkeyPatch) -> None:
    guessed: list[Any] = []
    monkeypatch.setattr(TextResponse, "_auto_detect_fun", lambda _, text: guessed.append(text))
    request = Request("https://news.example/one.html")
    headers = {"Content-Type": "text/html", "Content-Encoding": "gzip", "ETag": '"1"'}
    packed = HtmlResponse(
        request.url, headers=headers, body=gzip.compress(PAGE), request=request, flags=["kept"], protocol="HTTP/1.1"
    )

    answer = asyncio.run(DecompressionMiddleware(max_bytes=1000).process_response(request, packed))

    assert (type(answer), answer.body, answer.flags) == (HtmlResponse, PAGE, ["kept"])
    assert (answer.request, answer.protocol, answer.headers[b"ETag"]) == (request, "HTTP/1.1", b'"1"')
    assert b"Content-Encoding" not in answer.headers
    assert not guessed, "the encoding of packed bytes was guessed"


def test_an_answer_without_coding_is_passed_on() -> None:
    request = Request("https://news.example/one.html")
    plain = Response(request.url, body=PAGE)
    answer = asyncio.run(DecompressionMiddleware(max_bytes=1000).process_response(request, plain))
    assert answer is plain
