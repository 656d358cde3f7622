"""Which addresses of the internet may be asked for an image: public ones, and nothing else."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

from ragas_nb.judges.images.image import ImageRefused

Address: TypeAlias = IPv4Address | IPv6Address

# The registries of special-purpose addresses (iana.org: iana-ipv4-special-registry and its IPv6 twin), spelt
# out because what `ipaddress` knows of them differs between versions of Python.
_NOT_PUBLIC: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this host
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared by customers of a provider; metadata of some clouds
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # what hosts Azure's machines
            "169.254.0.0/16",  # link-local; metadata of most clouds
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocols
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
_PUBLIC_6: Final = IPv6Network("2000::/3")
"""All that is handed out; loopback, local, mapped, multicast and reserved addresses lie elsewhere."""
_NOT_PUBLIC_6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocols, Teredo
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address of any kind within
            "3fff::/20",  # documentation
        ),
    )
)
_NAT64: Final = IPv6Network("64:ff9b::/96")
"""The way to the IPv4 address in the last 32 bits, from networks that have IPv6 only."""


def is_public(address: Address) -> bool:
    """Whether an address belongs to some host of the public internet.

    >>> [is_public(ip_address(text)) for text in ("93.184.215.14", "127.0.0.1", "::ffff:10.0.0.1")]
    [True, False, False]
    """
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)
    return not any(address in network for network in _NOT_PUBLIC)


def addresses_of(host: str, port: int) -> list[Address]:
    """All addresses of a host, in the order in which the system would try them; blocks.

    Numbers in any notation that the system reads (127.1, 0x7f000001) become addresses too.

    Raises:
        ImageRefused: it has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ImageRefused(f"the host {host!r} is not known") from None
    return list(dict.fromkeys(ip_address(entry[4][0]) for entry in found))
