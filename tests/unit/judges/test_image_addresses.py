"""Which addresses may be asked for an image, in whatever notation they come."""

from __future__ import annotations

from ipaddress import IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragas_nb.judges.images.addresses import Address, addresses_of, is_public
from ragas_nb.judges.images.fetching import Place, place_of
from ragas_nb.judges.images.image import ImageRefused

PRIVATE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
    "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1",
    "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
    "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:7f00:1::", "2002:808:808::", "3fff::1",
    "4000::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%1", "fec0::1", "ff02::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "172.32.0.1",
    "2606:4700::1111",
    "2a00:1450::1",
    "64:ff9b::808:808",
]

NAT64 = IPv6Network("64:ff9b::/96")


@pytest.mark.parametrize("address", PRIVATE)
def test_address_that_is_not_public_may_not_be_reached(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_may_be_reached(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.ip_addresses())
def test_no_address_is_public_that_python_knows_not_to_be(address: Address) -> None:
    if is_public(address) and address not in NAT64:
        known = {
            "global": address.is_global,
            "multicast": address.is_multicast,
            "reserved": address.is_reserved,
        }
        assert known == {"global": True, "multicast": False, "reserved": False}


def test_numbers_in_any_notation_are_looked_up_as_the_address_that_they_mean() -> None:
    for host in ("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost"):
        assert {address.is_loopback for address in addresses_of(host, 80)} == {True}


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://host.example", Place("https", "host.example", 443, "/")),
        ("HTTP://Host.Example:8080/a?b=c&d=%20e#f", Place("http", "host.example", 8080, "/a?b=c&d=%20e")),
        ("http://[::1]:80/a", Place("http", "::1", 80, "/a")),
        ("http://bücher.example/ü", Place("http", "xn--bcher-kva.example", 80, "/%C3%BC")),
        ("http://①②⑦.0.0.1/", Place("http", "127.0.0.1", 80, "/")),
    ],
)
def test_address_is_taken_apart(url: str, place: Place) -> None:
    assert place_of(url) == place


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("file:///etc/passwd", "begins with 'file', not http or https"),
        ("ftp://host.example/a.png", "begins with 'ftp', not http or https"),
        ("gopher://127.0.0.1:25/", "begins with 'gopher', not http or https"),
        ("//host.example/a.png", "begins with '', not http or https"),
        ("http:///a.png", "no valid address"),
        ("http://[::1/a.png", "no valid address"),
        ("http://host.example:port/a.png", "no valid address"),
        ("http://host.example:99999/a.png", "no valid address"),
        (f"http://{'a' * 70}.example/a.png", "no valid address"),
        ("http://me:secret@host.example/a.png", "holds a user name or a password"),
        ("http://host.example\\@127.0.0.1/a.png", "holds a user name or a password"),
    ],
)
def test_address_that_is_odd_is_refused(url: str, problem: str) -> None:
    with pytest.raises(ImageRefused, match=problem):
        place_of(url)
