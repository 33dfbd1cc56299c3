"""A web of any size that takes no memory: each page is made from its number when it is asked for.

python -m tests.benchmarks.endless_web SITES PAGES PORT

Sites stand at 127.0.1.1, 127.0.1.2, ...; each has /robots.txt, /sitemap.xml and PAGES short articles /news/N.html, all
with texts of their own: words are drawn by Zipf's law, so that texts share some shingles, as real ones do.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Callable
from itertools import accumulate

WORDS = 20_000
SENTENCES = 16
WORDS_PER_SENTENCE = 14
COMMON = """
the of to and in a is for that on with as was it by at from are be this have has had not or but they which an were will
their its been more who also one would about after when there than other out up all we our can could some two into year
people first new time over last only before most between since three against city government during council while many
said today where because may week each work state under day part police minister country market month company public
""".split()
"""They come first in rank, so that the language of a text is seen as soon as in a real one."""
SYLLABLES = "ba ce di fo gu ha ke li mo nu pa re si to vu wa ze chi dro fle gra sta tri ple".split()


def address(site: int) -> str:
    return f"127.0.{1 + site // 250}.{1 + site % 250}"


def vocabulary() -> list[str]:
    draw = random.Random(1)
    return COMMON + ["".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))) for _ in range(WORDS - len(COMMON))]


def article_maker() -> Callable[[int, int], str]:
    """Return what gives the HTML of an article by site and number."""
    words = vocabulary()
    weights = list(accumulate(1 / (rank + 3) for rank in range(WORDS)))

    def article(site: int, number: int) -> str:
        draw = random.Random(f"{site}/{number}")
        drawn = draw.choices(words, cum_weights=weights, k=SENTENCES * WORDS_PER_SENTENCE)
        sentences = [
            " ".join(drawn[n : n + WORDS_PER_SENTENCE]).capitalize() + "."
            for n in range(0, len(drawn), WORDS_PER_SENTENCE)
        ]
        paragraphs = "".join(f"<p>{' '.join(sentences[n : n + 4])}</p>" for n in range(0, SENTENCES, 4))
        title = " ".join(drawn[:7]).capitalize()
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body>'
            f'<nav><a href="/">Home</a> <a href="/news/">News</a></nav><article><h1>{title}</h1>{paragraphs}</article>'
            f'<aside><a href="/news/{number + 1}.html">Next</a></aside><footer>Site {site}</footer></body></html>'
        )

    return article


class EndlessWeb:
    def __init__(self, pages: int, port: int) -> None:
        self.pages, self.port = pages, port
        self.article = article_maker()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests of one connection until it is closed."""
        host = writer.get_extra_info("sockname")[0]
        with_site = host.split(".")
        site = (int(with_site[2]) - 1) * 250 + int(with_site[3]) - 1
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                path = request.split(b" ", 2)[1].decode("ascii")
                status, kind, body = self.answer(site, host, path)
                head = (
                    f"HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
                )
                writer.write(head.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def answer(self, site: int, host: str, path: str) -> tuple[str, str, bytes]:
        base = f"http://{host}:{self.port}"
        if path.startswith("/news/"):
            return (
                "200 OK",
                "text/html",
                self.article(site, int(path.removeprefix("/news/").partition(".")[0])).encode(),
            )
        if path == "/robots.txt":
            return "200 OK", "text/plain", f"User-agent: *\nSitemap: {base}/sitemap.xml\n".encode()
        if path == "/sitemap.xml":
            urls = "".join(f"<url><loc>{base}/news/{n}.html</loc></url>" for n in range(self.pages))
            namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
            return "200 OK", "application/xml", f'<urlset xmlns="{namespace}">{urls}</urlset>'.encode()
        return "404 Not Found", "text/plain", b""


async def run(sites: int, pages: int, port: int) -> None:
    web = EndlessWeb(pages, port)
    servers = [await asyncio.start_server(web.serve, address(site), port) for site in range(sites)]
    print("ready", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("sites", "pages", "port"):
        parser.add_argument(name, type=int)
    chosen = parser.parse_args()
    asyncio.run(run(chosen.sites, chosen.pages, chosen.port))


if __name__ == "__main__":
    main()
