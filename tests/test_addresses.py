from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import AllowedAddress, check_url, is_public, may_connect, parse_allowed
from crawler.errors import AddressRefused, BadUrl, PageError, SchemeRefused, UsageError

PRIVATE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "64:ff9b:1::1", "100::1", "2001:db8::1", "2001:10::1", "2001:0:7f00:1::80ff:fffe", "2002:7f00:1::",
    "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1", "ff02::1", "4000::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "172.32.0.1", "192.0.1.1",
    "2606:4700:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("text", ["", "news.example", "1.2.3", "0x7f.1", "1.2.3.4.5", "127.0.0.1/8"])
def test_what_is_no_numeric_address_is_not_public(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize(
    ("text", "network", "port"),
    [
        ("127.0.0.0/8", "127.0.0.0/8", None),
        ("127.0.0.1", "127.0.0.1/32", None),
        ("127.0.0.1:8080", "127.0.0.1/32", 8080),
        (" 10.0.0.0/8:9000 ", "10.0.0.0/8", 9000),
        ("::1", "::1/128", None),
        ("[::1]", "::1/128", None),
        ("[::1]:8080", "::1/128", 8080),
        ("fd00::/8", "fd00::/8", None),
        ("[fd00::/8]:80", "fd00::/8", 80),
    ],
)
def test_parse_allowed(text: str, network: str, port: int | None) -> None:
    parsed = parse_allowed(text)
    assert (str(parsed.network), parsed.port) == (network, port)


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("", "write for example"),
        ("localhost", "127.0.0.1:8080"),
        ("10.0.0.1/8", "10.0.0.0/8"),
        ("10.0.0.0/99", "write for example"),
        ("127.0.0.1:", "port"),
        ("127.0.0.1:0", "port"),
        ("127.0.0.1:65536", "port"),
        ("127.0.0.1:" + "9" * 5000, "port"),
        ("127.0.0.1:http", "port"),
        ("127.0.0.1:８０", "port"),
        ("[::1]:", "port"),
        ("[::1", "write for example"),
        ("http://127.0.0.1", "write for example"),
    ],
)
def test_parse_allowed_says_how_to_write_it(text: str, mend: str) -> None:
    with pytest.raises(UsageError, match=mend.replace(".", r"\.")):
        parse_allowed(text)


def allow(*texts: str) -> list[AllowedAddress]:
    return [parse_allowed(text) for text in texts]


@pytest.mark.parametrize(
    ("address", "port", "allowed", "expected"),
    [
        ("8.8.8.8", 443, (), True),
        ("8.8.8.8", 8443, (), True),
        ("8.8.8.8", 22, (), False),
        ("8.8.8.8", 6379, ("127.0.0.0/8",), False),
        ("8.8.8.8", 9000, ("8.8.8.8:9000",), True),
        ("127.0.0.1", 80, (), False),
        ("127.0.0.1", 9000, ("127.0.0.0/8",), True),
        ("127.0.0.1", 9000, ("127.0.0.1:9000",), True),
        ("127.0.0.1", 9001, ("127.0.0.1:9000",), False),
        ("127.0.0.2", 9000, ("127.0.0.1:9000",), False),
        ("10.0.0.1", 80, ("127.0.0.0/8",), False),
        ("::ffff:127.0.0.1", 80, ("127.0.0.0/8",), True),
        ("::1", 80, ("127.0.0.0/8",), False),
        ("::1", 80, ("::1",), True),
        ("news.example", 80, ("0.0.0.0/0",), False),
    ],
)
def test_may_connect(address: str, port: int, allowed: tuple[str, ...], expected: bool) -> None:
    assert may_connect(address, port, allow(*allowed)) is expected


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://news.example/a", ()),
        ("http://news.example:8080/a", ()),
        ("https://news.example./a", ()),
        ("http://8.8.8.8/", ()),
        ("http://[2606:4700:4700::1111]/", ()),
        ("http://127.0.0.1:9000/", ("127.0.0.1:9000",)),
        ("http://127.0.0.10:9000/", ("127.0.0.0/8",)),
        ("http://2130706433/", ("127.0.0.0/8",)),
        ("http://localhost:9000/", ("127.0.0.1:9000",)),
        ("http://localhost:9000/", ("::1",)),
        ("http://intranet/", ("10.0.0.0/8",)),
        ("http://cms.internal/", ("10.0.0.0/8:80",)),
        ("http://news.example:9000/", ("10.0.0.0/8:9000",)),
    ],
)
def test_check_url_accepts(url: str, allowed: tuple[str, ...]) -> None:
    check_url(url, allow(*allowed))


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1/", ()),
        ("http://2130706433/", ()),
        ("http://0x7f000001/", ()),
        ("http://0177.0.0.1/", ()),
        ("http://127.1/", ()),
        ("http://127.0.0.1./", ()),
        ("http://１２７。０。０。１/", ()),
        ("http://①②⑦.0.0.1/", ()),
        ("http://%31%32%37.0.0.1/", ()),
        ("http:\\\\127.0.0.1\\", ()),
        ("http:127.0.0.1", ()),
        ("http://127.0.0\t.1/", ()),
        ("http://[::1]/", ()),
        ("http://[::ffff:127.0.0.1]/", ()),
        ("http://[64:ff9b::169.254.169.254]/", ()),
        ("http://[fd00:ec2::254]/latest", ()),
        ("http://169.254.169.254/latest", ()),
        ("http://0/", ()),
        ("http://localhost/", ()),
        ("http://LOCALHOST./", ()),
        ("http://a.localhost/", ()),
        ("http://localhost/", ("10.0.0.0/8",)),
        ("http://localhost:9001/", ("127.0.0.1:9000",)),
        ("http://intranet/", ()),
        ("http://printer.local/", ()),
        ("http://cms.internal/", ()),
        ("http://cms.internal/", ("10.0.0.0/8:9000",)),
        ("http://news.example:22/", ()),
        ("https://news.example:6379/", ()),
        ("http://news.example:9200/", ("127.0.0.1:9000",)),
        ("http://8.8.8.8:22/", ("127.0.0.0/8",)),
        ("http://news.example:0/", ()),
    ],
)
def test_check_url_refuses_addresses(url: str, allowed: tuple[str, ...]) -> None:
    with pytest.raises(AddressRefused):
        check_url(url, allow(*allowed))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "data:text/html,x", "ftp://news.example/", "javascript:1"])
def test_check_url_refuses_schemes(url: str) -> None:
    with pytest.raises(SchemeRefused):
        check_url(url)


@pytest.mark.parametrize(
    "url", ["https://user:secret@news.example/", "https://user@news.example/", "/a", "", "http://x:99999/"]
)
def test_check_url_refuses_bad_urls_without_repeating_credentials(url: str) -> None:
    with pytest.raises(BadUrl) as caught:
        check_url(url)
    assert "secret" not in str(caught.value)


def spellings(address: IPv4Address) -> list[str]:
    number, octets = int(address), address.packed
    a, b, c, d = octets
    dotted = str(address)
    return [
        dotted,
        f"{dotted}.",
        str(number),
        hex(number),
        f"0{number:o}",
        ".".join(hex(o) for o in octets),
        ".".join(f"0{o:o}" for o in octets),
        f"{a}.{(b << 16) | (c << 8) | d}",
        f"{a}.{b}.{(c << 8) | d}",
        dotted.translate({ord("0") + n: ord("０") + n for n in range(10)}),
        dotted.replace(".", "。"),
        "".join(f"%{ord(ch):02x}" for ch in dotted),
        f"[::ffff:{dotted}]",
        f"[64:ff9b::{dotted}]",
        f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]",
    ]


@given(st.integers(0, 2**32 - 1).map(IPv4Address), st.integers(0, 14), st.sampled_from(["http", "https"]))
def test_no_spelling_of_an_ipv4_address_passes_the_guard(address: IPv4Address, spelling: int, scheme: str) -> None:
    url = f"{scheme}://{spellings(address)[spelling]}/"
    if is_public(str(address)):
        check_url(url)
    else:
        with pytest.raises(AddressRefused):
            check_url(url)


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_no_ipv6_address_passes_that_is_not_public(address: IPv6Address) -> None:
    for text in (str(address), address.exploded.upper()):
        if is_public(str(address)):
            check_url(f"http://[{text}]/")
        else:
            with pytest.raises(AddressRefused):
                check_url(f"http://[{text}]/")


@given(st.text(max_size=40), st.sampled_from(["", "http://", "https:", "http:\\\\"]))
def test_check_url_raises_only_its_own_errors(text: str, prefix: str) -> None:
    try:
        check_url(prefix + text)
    except PageError as error:
        assert isinstance(error, AddressRefused | BadUrl | SchemeRefused)  # noqa: PT017
