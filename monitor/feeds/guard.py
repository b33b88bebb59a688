"""Which addresses a source may live at: public ones, and what the configuration opens. Everything else is refused.

The networks follow the special-purpose registries of IANA (RFC 6890 and its successors). Forms of IPv6 that carry an
IPv4 address are refused as a whole, except the mapped form, which is judged by the address it carries: a dialled
`::ffff:a.b.c.d` is `a.b.c.d`. Judging is done on the address that is really dialled, at every hop, so names cannot
rebind between the check and the connection.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_REFUSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, the metadata services of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, ORCHID, benchmarks and other protocol assignments
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
# A public address behind which a large cloud keeps its own door to the virtual machine that asks.
_REFUSED_V4_HOSTS = frozenset({IPv4Address("168.63.129.16")})
_PRIVATE_NAMES = frozenset({"localhost", "local", "internal", "localdomain", "lan", "intranet", "corp", "home"})


def is_allowed(address: str | Address, allowed_networks: Sequence[Network] = ()) -> bool:
    """Whether a connection to `address` may be opened; False for what is no address in its plain form.

    Decimal, hexadecimal and octal spellings are no plain form: resolve first, then ask about the result.
    """
    try:
        parsed = ip_address(address) if isinstance(address, str) else address
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if any(parsed.version == network.version and parsed in network for network in allowed_networks):
        return True
    if isinstance(parsed, IPv4Address):
        return parsed not in _REFUSED_V4_HOSTS and not any(parsed in network for network in _REFUSED_V4)
    if parsed.scope_id is not None or parsed not in _GLOBAL_V6:
        return False
    return not any(parsed in network for network in _REFUSED_V6)


def is_private_name(host: str) -> bool:
    """Whether a name by its form belongs to the machine or network that resolves it, and to nothing public: one without a dot,
    and those under the names set apart for that (RFC 6761, 6762, 8375; ICANN's `internal`; `localdomain` by custom)."""
    labels = host.lower().rstrip(".").split(".")
    return len(labels) == 1 or labels[-1] in _PRIVATE_NAMES or labels[-2:] == ["home", "arpa"]


class Guard:
    """The networks that the configuration opens, and the judgement on what a name resolved to.

    Raises ValueError for a text that is no network in CIDR form.
    """

    def __init__(self, allow_private: Iterable[str] = ()) -> None:
        self._allowed_networks = tuple(ip_network(network, strict=False) for network in allow_private)

    def choose(self, addresses: Iterable[str]) -> list[str]:
        """Those of the addresses that may be dialled, each once, in order."""
        return [address for address in dict.fromkeys(addresses) if is_allowed(address, self._allowed_networks)]


def addresses_of(found: Iterable[tuple[object, object, object, object, tuple[object, ...]]]) -> list[str]:
    """The numeric addresses in what `getaddrinfo` returned, in its order; other address families are left out."""
    return [
        str(place[0])
        for family, _, _, _, place in found
        if family in (socket.AF_INET, socket.AF_INET6) and len(place) > 1
    ]
