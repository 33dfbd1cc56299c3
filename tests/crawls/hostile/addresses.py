"""Inner addresses in every spelling: asked for directly, and by redirect. The canary there must never be asked."""

from __future__ import annotations

from tests.crawls.hostile.case import Case, outcomes, redirects

REFUSED = outcomes("address_refused")
NEVER = outcomes("address_refused bad_url scheme_refused name_not_resolved off_site")

SPELLINGS = {
    "dotted": "127.0.0.1",
    "decimal": "2130706433",
    "hexadecimal": "0x7f000001",
    "hexadecimal_parts": "0x7f.0x0.0x0.0x1",
    "octal": "0177.0.0.1",
    "octal_long": "017700000001",
    "short": "127.1",
    "three_parts": "127.0.1",
    "zero": "0",
    "zeros": "0.0.0.0",
    "trailing_dot": "127.0.0.1.",
    "fullwidth_digits": "１２７.０.０.１",
    "circled_digits": "①②⑦.0.0.1",
    "ideographic_dots": "127。0。0。1",
    "percent_encoded": "%31%32%37.0.0.1",
    "ipv6": "[::1]",
    "ipv6_long": "[0:0:0:0:0:0:0:1]",
    "ipv4_mapped": "[::ffff:127.0.0.1]",
    "ipv4_mapped_hexadecimal": "[::ffff:7f00:1]",
    "ipv4_compatible": "[::127.0.0.1]",
    "nat64": "[64:ff9b::127.0.0.1]",
    "6to4": "[2002:7f00:1::]",
    "unspecified": "[::]",
    "localhost": "localhost",
    "localhost_upper": "LOCALHOST",
    "localhost_dot": "localhost.",
    "localhost_below": "a.localhost",
    "other_loopback": "127.65.0.1",
}
FURTHER = {
    "metadata_service": "http://169.254.169.254/latest/meta-data/",
    "metadata_ipv6": "http://[fd00:ec2::254]/latest/",
    "link_local": "http://[fe80::1]/",
    "private_10": "http://10.0.0.1/",
    "private_192": "http://192.168.1.1/",
    "carrier_grade": "http://100.64.0.1/",
    "broadcast": "http://255.255.255.255/",
    "multicast": "http://224.0.0.1/",
    "single_label": "http://intranet/",
    "internal_suffix": "http://metadata.google.internal/",
    "mail_port": "http://mail.example.org:25/",
    "redis_port": "http://cache.example.org:6379/",
    "ssh_port": "http://shell.example.org:22/",
}
TRICKS = {
    "userinfo_before": "http://example.org@127.0.0.1:{canary}/",
    "userinfo_host": "http://127.0.0.1:{canary}@example.org/",
    "backslashes": "http:\\\\127.0.0.1:{canary}\\x",
    "backslash_userinfo": "http://127.0.0.1:{canary}\\@example.org/",
    "no_slashes": "http:127.0.0.1:{canary}/x",
    "many_slashes": "http://////127.0.0.1:{canary}/x",
    "tab_inside": "http://127.0.0\t.1:{canary}/",
    "upper_scheme": "HTTP://127.0.0.1:{canary}/",
    "file": "file:///etc/passwd",
    "file_localhost": "file://localhost/etc/passwd",
    "ftp": "ftp://127.0.0.1:{canary}/",
    "gopher": "gopher://127.0.0.1:{canary}/_x",
    "data": "data:text/html,<p>planted</p>",
    "javascript": "javascript:alert(1)",
    "s3": "s3://bucket/key",
    "view_source": "view-source:http://127.0.0.1:{canary}/",
}


def _direct(name: str, url: str) -> Case:
    return Case(f"direct_{name}", f"is asked for {url}", NEVER, url=url)


def _redirected(name: str, url: str) -> Case:
    return Case(f"redirected_{name}", f"redirects to {url}", NEVER, {"/case": redirects(url)})


CASES = (
    *(_direct(name, f"http://{host}:{{canary}}/") for name, host in SPELLINGS.items()),
    *(_redirected(name, f"http://{host}:{{canary}}/") for name, host in SPELLINGS.items()),
    *(_direct(name, url) for name, url in (FURTHER | TRICKS).items() if "\t" not in url),
    *(_redirected(name, url) for name, url in FURTHER.items()),
    Case(
        "redirect_twice_inside",
        "redirects twice, then inside",
        REFUSED,
        {"/case": redirects("/b"), "/b": redirects("http://127.0.0.1:{canary}/")},
    ),
    Case(
        "redirect_relative_inside",
        "redirects to //127.0.0.1",
        REFUSED,
        {"/case": redirects("//127.0.0.1:{canary}/")},
    ),
    Case(
        "redirect_308_inside",
        "308 inside",
        REFUSED,
        {"/case": redirects("http://127.0.0.1:{canary}/", "308 Permanent Redirect")},
    ),
    Case(
        "redirect_off_site",
        "redirects to another site",
        outcomes("off_site name_not_resolved robots_unavailable"),
        {"/case": redirects("http://no-such-name.invalid/")},
    ),
)
