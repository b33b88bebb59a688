"""Only public addresses are dialled, whatever form they are written in."""

from __future__ import annotations

import socket
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.guard import Guard, addresses_of, is_allowed

PUBLIC = [
    "1.1.1.1",
    "93.184.216.34",
    "8.8.8.8",
    "192.0.1.1",
    "172.32.0.1",
    "223.255.255.254",
    "2606:4700::1111",
    "2a00::1",
]
REFUSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::0a00:0001",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "localhost",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(address)


@pytest.mark.parametrize("address", REFUSED)
def test_everything_else_is_refused(address: str) -> None:
    assert not is_allowed(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "127.9.9.9"])
def test_a_configured_network_opens_what_lies_in_it(address: str) -> None:
    assert is_allowed(address, [ip_network("127.0.0.0/8")])


def test_a_configured_network_opens_nothing_else() -> None:
    opened = [ip_network("127.0.0.0/8"), ip_network("fd00::/8")]
    assert is_allowed("fd00::1", opened)
    assert not is_allowed("10.0.0.1", opened)
    assert not is_allowed("::1", opened)
    assert not is_allowed("64:ff9b::7f00:1", opened)


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_like_the_one_it_carries(address: object) -> None:
    assert is_allowed(f"::ffff:{address}") == is_allowed(str(address))


def test_the_guard_keeps_the_order_and_drops_doubles() -> None:
    chosen = Guard().choose(["8.8.8.8", "10.0.0.1", "1.1.1.1", "8.8.8.8"])
    assert chosen == ["8.8.8.8", "1.1.1.1"]


def test_a_network_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        Guard(["nonsense"])


def test_host_bits_in_a_network_are_forgiven() -> None:
    assert Guard(["10.1.2.3/8"]).choose(["10.9.9.9"]) == ["10.9.9.9"]


def test_only_internet_addresses_are_taken_from_the_resolver() -> None:
    found = [
        (socket.AF_INET6, 1, 6, "", ("::1", 80, 0, 0)),
        (socket.AF_INET, 1, 6, "", ("127.0.0.1", 80)),
        (socket.AF_UNIX, 1, 6, "", ("/run/x", 0)),
    ]
    assert addresses_of(found) == ["::1", "127.0.0.1"]
