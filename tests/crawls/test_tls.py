"""Certificates: refused by name where they are invalid, accepted on a site that says so."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from tests.conftest import Bench, CommandLine, Web


def self_signed(folder: Path) -> Path:
    """Write a certificate that nobody vouches for, with its key; return its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "news.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


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
