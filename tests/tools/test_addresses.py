"""Which numeric addresses may be connected to. The ranges are the IANA registries' and the clouds' own."""

import ipaddress

import pytest

from fusion_mcp.tools.download.address import is_numeric, is_public

PRIVATE_NETWORKS = [
    # Not global by any release of Python.
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "::ffff:0:0/96",
    "100::/64",
    "fc00::/7",
    "fe80::/10",
    # Global by some releases.
    "192.0.0.0/24",
    "64:ff9b:1::/48",
    "2001::/23",
    "2001::/32",
    "2001:2::/48",
    "2001:4:112::/48",
    "2001:20::/28",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    # Global by every release.
    "::/96",
    "::ffff:0:0:0/96",
    "64:ff9b::/96",
    "168.63.129.16/32",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.175.48.0/24",
    "224.0.0.0/4",
    "100:0:0:1::/64",
    "2620:4f:8000::/48",
    "5f00::/16",
    "fec0::/10",
    "ff00::/8",
    "4000::/3",
    "6000::/3",
    "8000::/3",
    "a000::/3",
    "c000::/3",
    "e000::/4",
]


@pytest.mark.parametrize("network", PRIVATE_NETWORKS)
def test_no_address_of_a_special_range_is_public(network: str) -> None:
    addresses = ipaddress.ip_network(network)
    middle = addresses[addresses.num_addresses // 2]
    for address in (addresses[0], middle, addresses[-1]):
        assert not is_public(str(address))
        assert not is_public(address.exploded)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",  # most clouds
        "169.254.170.2",  # a cloud's containers
        "169.254.0.23",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::a9fe:a9fe",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
    ],
)
def test_metadata_services_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "2606:4700:0:0:0:5efe:7f00:1",
        "2606:4700::200:5efe:192.168.0.1",
        "2606:4700::100:5efe:8.8.8.8",
        "2606:4700::300:5efe:8.8.8.8",
    ],
)
def test_an_interface_id_that_holds_an_ipv4_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:8.8.8.8",
        "::ffff:0:8.8.8.8",
        "::8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
        "2001:0:808:808::1",
    ],
)
def test_a_public_ipv4_address_inside_an_ipv6_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "fe80::1%eth0",
        "2606:4700::1111%eth0",
        "2606:4700::1111%1",
        "127.1",
        "0x7f.0.0.1",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "08.8.8.8",
        "8.8.8",
        "134744072",
        "８.8.8.8",
        "8.8.8.8 ",
        "8.8.8.8\n",
        "[2606:4700::1111]",
        "8.8.8.8:80",
        "8.8.8.8/32",
        "localhost",
        "example.org",
        "",
    ],
)
def test_what_is_no_plain_numeric_address_is_not_public(address: str) -> None:
    assert not is_public(address)
    assert not is_numeric(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.216.34",
        "2606:4700:4700::1111",
        "2001:4860:4860::8888",
        "2a00:1450:4001:80b::200e",
        "2620:fe::fe",
        "2606:4700::5eff:7f00:1",
        "2606:4700:0:0:5efe::1",
    ],
)
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(address)
    assert is_numeric(address)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "1.0.0.0"),
        ("9.255.255.255", "11.0.0.0"),
        ("100.63.255.255", "100.128.0.0"),
        ("126.255.255.255", "128.0.0.0"),
        ("168.63.129.15", "168.63.129.17"),
        ("169.253.255.255", "169.255.0.0"),
        ("172.15.255.255", "172.32.0.0"),
        ("191.255.255.255", "192.0.1.0"),
        ("192.0.1.255", "192.0.3.0"),
        ("192.31.195.255", "192.31.197.0"),
        ("192.52.192.255", "192.52.194.0"),
        ("192.88.98.255", "192.88.100.0"),
        ("192.167.255.255", "192.169.0.0"),
        ("192.175.47.255", "192.175.49.0"),
        ("198.17.255.255", "198.20.0.0"),
        ("198.51.99.255", "198.51.101.0"),
        ("203.0.112.255", "203.0.114.0"),
        ("223.255.255.255", None),
        (None, "2001:200::"),
        ("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"),
        ("2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"),
        ("2620:4f:7fff:ffff:ffff:ffff:ffff:ffff", "2620:4f:8001::"),
        ("3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"),
        ("3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None),
        (None, "2000::"),
    ],
)
def test_the_neighbours_of_a_special_range_are_public(before: str | None, after: str | None) -> None:
    for address in (before, after):
        assert address is None or is_public(address)
