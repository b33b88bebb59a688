"""Only public addresses are dialled, whatever form they are written in."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError
from monitor.feeds.answers import Limits
from monitor.feeds.fetch import Fetcher
from monitor.feeds.guard import Guard, addresses_of, is_allowed, is_private_name
from monitor.model import FailureKind, Job

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

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


class Listener:
    """A port on the loopback that counts who connects."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.count = 0
        self._address = address

    async def __aenter__(self) -> Listener:
        def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.count += 1
            writer.close()

        self._server = await asyncio.start_server(accept, self._address, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(0.05)  # who has knocked is let in and counted
        self._server.close()
        await self._server.wait_closed()


async def refusal(fetcher: Fetcher, url: str, **job: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(Job("s", url, **job), NOW)  # type: ignore[arg-type]
    return caught.value


LOOPBACK_FORMS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.000.000.001",
    "127.0.0.1.",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0",
    "0.0.0.0",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[::1%25lo]",
    "[fe80::1%25lo]",
    "１２７.0.0.1",
    "127。0。0。1",
    "ⓛocalhost",
]


@pytest.mark.parametrize("host", LOOPBACK_FORMS)
@pytest.mark.parametrize("proxied", [False, True])
async def test_no_spelling_of_the_loopback_is_dialled_or_asked_of_a_proxy(host: str, proxied: bool) -> None:
    fetcher = Fetcher(Limits(timeout_s=2), Guard(), "Monitor")
    async with Listener() as listener, Listener() as proxy:
        job = {"proxy": f"http://127.0.0.1:{proxy.port}"} if proxied else {}
        error = await refusal(fetcher, f"http://{host}:{listener.port}/", **job)
        assert error.reason in (FailureKind.GUARD, FailureKind.DNS, FailureKind.PROTOCOL)
    assert (listener.count, proxy.count) == (0, 0)


@pytest.mark.parametrize("host", [form for form in LOOPBACK_FORMS if form not in ("127.0.0.1", "localhost")])
async def test_no_redirect_leads_to_a_spelling_of_the_loopback(server: Any, host: str) -> None:
    fetcher = Fetcher(Limits(timeout_s=2), Guard(["127.0.0.77/32"]), "Monitor")
    public = type(server)()
    public._server = await asyncio.start_server(public._accept, "127.0.0.77", 0)
    async with Listener() as listener:
        location = f"http://{host}:{listener.port}/".encode()
        public.answers["/feed.xml"] = b"HTTP/1.1 301 Moved\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
        error = await refusal(fetcher, public.url(host="127.0.0.77"))
        assert error.reason in (FailureKind.GUARD, FailureKind.DNS, FailureKind.REDIRECT)
    await public.aclose()
    assert len(public.requests) == 1
    assert listener.count == 0


class Resolver:
    """Stands in for the system's: answers each name with the next of its lists of addresses, the last one for ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: tuple[str, ...]) -> None:
        self.answers, self.asked = list(answers), 0
        self._real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self)

    def __call__(self, host: Any, port: Any, *rest: Any, **more: Any) -> list[Any]:
        if host != "news.example":
            return list(self._real(host, port, *rest, **more))
        addresses = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


async def test_a_name_that_rebinds_between_check_and_dial_is_dialled_where_it_was_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver = Resolver(monkeypatch, ("127.0.0.77",), ("127.0.0.1",))  # the first one is allowed, and nobody is there
    fetcher = Fetcher(Limits(timeout_s=2), Guard(["127.0.0.77/32"]), "Monitor")
    async with Listener() as listener:
        error = await refusal(fetcher, f"http://news.example:{listener.port}/")
        assert (error.reason, resolver.asked) == (FailureKind.CONNECT, 1)
        again = await refusal(fetcher, f"http://news.example:{listener.port}/")
        assert (again.reason, resolver.asked) == (FailureKind.GUARD, 2)
    assert listener.count == 0


async def test_of_a_name_with_public_and_private_addresses_only_the_public_are_dialled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Resolver(monkeypatch, ("127.0.0.1", "127.0.0.77", "10.0.0.1", "169.254.169.254"))
    fetcher = Fetcher(Limits(timeout_s=2), Guard(["127.0.0.77/32"]), "Monitor")
    async with Listener() as private, Listener("127.0.0.77") as public:
        await refusal(fetcher, f"http://news.example:{private.port}/")
        await refusal(fetcher, f"http://news.example:{public.port}/")
    assert (private.count, public.count) == (0, 1)


async def test_a_name_that_rebinds_between_a_redirect_and_its_target_is_judged_again(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Resolver(monkeypatch, ("127.0.0.1",), ("169.254.169.254",))
    fetcher = Fetcher(Limits(timeout_s=2), Guard(["127.0.0.0/8"]), "Monitor")
    server.answers["/feed.xml"] = b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n"
    error = await refusal(fetcher, server.url(host="news.example"))
    assert (error.reason, len(server.requests)) == (FailureKind.GUARD, 1)


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "printer",
        "Desk.LOCAL",
        "metadata.google.internal",
        "nas.home.arpa",
        "x.localhost.",
        "a.lan",
        "b.corp",
    ],
)
def test_names_of_private_networks_are_known_by_their_form(name: str) -> None:
    assert is_private_name(name)


@pytest.mark.parametrize("name", ["news.example", "local.example", "internal.gov.example.", "home.arpa.example"])
def test_other_names_are_not(name: str) -> None:
    assert not is_private_name(name)
