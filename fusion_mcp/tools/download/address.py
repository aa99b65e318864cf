"""Which numeric addresses a page may be fetched from: public ones, judged as what they are. Pure.

Names are not looked at here: only what a name resolved to says where a connection would go.
"""

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

# https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry, and what clouds use.
# Python's `is_global` follows the registry of its release: it calls some of these public, and its verdict on others
# changed between 3.11 and 3.14. Listed here, every one of them is refused everywhere.
_NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments; a cloud's metadata service
        "168.63.129.16/32",  # a cloud's channel to its virtual machines
        "192.88.99.0/24",  # relays of 6to4
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.175.48.0/24",  # AS112
    )
)
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarking, AS112
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: holds an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_UNICAST_V6 = IPv6Network("2000::/3")
"""All that has been handed out as global unicast. Mapped, translated and NAT64 forms of IPv4 lie outside of it."""

_ISATAP = 0x5EFE
_ISATAP_FLAGS = 0x0300_0000
"""The universal and group bits of an interface identifier, which ISATAP may set: RFC 5214, section 6.1."""


def is_public(address: str) -> bool:
    """Say whether this numeric address, as a resolver gives it, may be connected to.

    False for what is no plain IPv4 or IPv6 address, one with a zone among them. The verdict does not depend on the
    release of Python.
    """
    number = _number(address)
    if number is None or not number.is_global or number.is_multicast:
        return False
    return _is_public_v4(number) if isinstance(number, IPv4Address) else _is_public_v6(number)


def is_numeric(address: str) -> bool:
    """Say whether this is a plain IPv4 or IPv6 address, so that connecting to it looks nothing up."""
    return _number(address) is not None


def _number(address: str) -> IPv4Address | IPv6Address | None:
    if "%" in address:
        return None
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def _is_public_v4(number: IPv4Address) -> bool:
    return not any(number in network for network in _NOT_PUBLIC_V4)


def _is_public_v6(number: IPv6Address) -> bool:
    if number not in _UNICAST_V6 or any(number in network for network in _NOT_PUBLIC_V6):
        return False
    identifier = int(number) >> 32 & 0xFFFF_FFFF
    return identifier & ~_ISATAP_FLAGS != _ISATAP
