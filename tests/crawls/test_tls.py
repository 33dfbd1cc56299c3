"""Certificates: refused by name where they are invalid, accepted on a site that says so."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.certificates import self_signed

if TYPE_CHECKING:
    from tests.conftest import Bench, CommandLine, Web


@pytest.mark.parametrize(
    ("verify", "code", "records"), [("", 4, 0), ("verify_tls = false", 0, 3)], ids=["by default", "verify_tls = false"]
)
def test_a_certificate_that_nobody_vouches_for(
    winnow: CommandLine, bench: Bench, tmp_path: Path, verify: str, code: int, records: int
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with bench.served("127.0.0.1", context) as web:
        secure: Web = web
        bench.add_stories(secure, range(3))
        bench.sites_toml(winnow.folder, secure, more=verify + "\n")
        ended = winnow.run("crawl", "--workers", 1, "-o", "out", "--allow-address", secure.allow)
    assert ended.code == code, ended.err
    assert len(bench.written(winnow.folder / "out")) == records
    if code:
        assert "robots_unavailable" in ended.err or "tls_failed" in ended.err
