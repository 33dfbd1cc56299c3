"""The HTTP response in a record's block: header, transfer coding, content codings, within the crawl's bounds."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

from warcio.statusandheaders import StatusAndHeadersParser

from crawler.archives.unpacked import MAX_HEADER_BYTES
from crawler.content_codings import CodingOptions, codings_of, decoded_body
from crawler.errors import BodyTruncated, FileUnreadable

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")


@dataclass(frozen=True, slots=True)
class HttpResponse:
    status: int
    headers: tuple[tuple[str, str], ...]
    """In order, as ISO 8859-1 text: what Scrapy makes of them."""
    body: bytes = field(repr=False)
    """As it was sent, codings and all."""

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for known, value in self.headers if known.lower() == name)

    def get(self, name: str) -> str | None:
        """Return the last value of a header, as Scrapy does; `name` in lower case."""
        values = self.all(name)
        return values[-1] if values and values[-1] else None

    @property
    def media_type(self) -> str:
        """Lower case, without parameters; empty where nothing is said."""
        return (self.get("content-type") or "").split(";")[0].strip().lower()


class _HeaderParser(StatusAndHeadersParser):  # type: ignore[misc] # the library has no types
    """Its own takes what is valid UTF-8 for UTF-8, so that an ETag would not be what the crawl saw."""

    @staticmethod
    def decode_header(line: bytes) -> str:
        return line.decode("latin-1")


def parse_response(block: bytes) -> HttpResponse:
    """Split an `application/http` block. Raises FileUnreadable where it is no response."""
    stream = io.BytesIO(block)
    try:
        parsed = _HeaderParser([], verify=False).parse(stream)
    except EOFError as error:
        raise FileUnreadable("the archived response has no bytes") from error
    status = parsed.statusline.split(" ")[0]
    if not block.startswith(b"HTTP/") or len(status) != 3 or not (status.isascii() and status.isdigit()):
        raise FileUnreadable(f"the archived response does not begin with an HTTP status: {block[:30]!r}")
    if stream.tell() > MAX_HEADER_BYTES:
        raise FileUnreadable(f"the archived response's header is over {MAX_HEADER_BYTES:,} bytes")
    headers = tuple((name.strip(), value.strip()) for name, value in parsed.headers)
    return HttpResponse(int(status), headers, block[stream.tell() :])


def dechunked(body: bytes) -> bytes:
    """Undo the chunked transfer coding (RFC 9112, 7.1); what does not begin so was stored without it.

    Raises BodyTruncated for one that does not come to its last chunk.
    """
    if not _CHUNK_SIZE.match(body):
        return body
    pieces: list[bytes] = []
    place = 0
    while size := _CHUNK_SIZE.match(body, place):
        length = int(size[1], 16)
        if not length:
            return b"".join(pieces)
        start = size.end()
        if start + length > len(body):
            break
        pieces.append(body[start : start + length])
        place = start + length
        place += 2 if body.startswith(b"\r\n", place) else body.startswith(b"\n", place)
    raise BodyTruncated("the chunked body ends before its last chunk")


def page_body(response: HttpResponse, max_bytes: int) -> tuple[bytes, ...]:
    """Return the body in its forms: as sent, without transfer coding, and without content codings, the page itself.

    Raises BodyTruncated, PageTooLarge or NotHtml for a body that is not to be had whole.
    """
    sent = response.body
    is_chunked = "chunked" in (response.get("transfer-encoding") or "").lower()
    whole = dechunked(sent) if is_chunked else sent
    codings = codings_of(response.all("content-encoding"))
    told = response.get("content-length") or ""
    if not is_chunked and not codings and told.isascii() and told.isdigit() and len(sent) < int(told[:15]):
        raise BodyTruncated(f"the server announced {int(told[:15]):,} bytes, the archive has {len(sent):,}")
    return sent, whole, decoded_body(whole, codings, CodingOptions(max_bytes))
