"""Where connections go: only to addresses that were looked up once and judged, whatever a resolver says."""

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import anyio
import pytest

from fusion_mcp.tools.download import Downloader
from fusion_mcp.tools.faults import ToolFault
from scripted.web import ScriptedWeb, garbage, page, redirects
from tools.fetching import PUBLIC, PUBLIC_6, QUICK, Resolver, Sockets, fault_of

NAME = "pages.example"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.0.0.2", "0.0.0.0", "[::]"])
async def test_this_machine_is_not_visited(host: str) -> None:
    sockets = Sockets(0)
    for scheme in ("http", "https"):
        fault = await fault_of(Downloader(limits=QUICK, connect=sockets), f"{scheme}://{host}/")
        assert fault.reason == "address_refused"
    assert sockets.connected == []


async def test_a_port_of_this_machine_is_visited_only_as_it_was_let_through() -> None:
    with ScriptedWeb() as web:
        web.serve("/page", page("x"))
        downloader = Downloader(allow_private=[f"localhost:{web.port}"], limits=QUICK)
        assert (await downloader.get(web.url("/page", "localhost"), within=5)).body == b"x"
        for host in ("127.0.0.1", "LOCALHOST", "localhost.", "127.1", "[::ffff:127.0.0.1]", "[::1]", "ｌocalhost"):
            assert (await fault_of(downloader, web.url("/page", host))).reason == "address_refused"
        assert len(web.requests) == 1


async def test_a_name_is_connected_to_at_the_address_that_was_judged() -> None:
    resolve = Resolver({NAME: [[PUBLIC]]})
    with ScriptedWeb() as web:
        web.serve("/page", page("x"))
        sockets = Sockets(web.port)
        got = await Downloader(limits=QUICK, resolve=resolve, connect=sockets).get(f"http://{NAME}/page", within=5)
    assert got.body == b"x"
    assert sockets.connected == [(PUBLIC, 80)]
    assert resolve.asked == [NAME]
    assert web.requests[0].headers["host"] == NAME


async def test_a_numeric_address_is_not_looked_up() -> None:
    resolve = Resolver({})
    with ScriptedWeb() as web:
        web.serve("/page", page("x"))
        sockets = Sockets(web.port)
        downloader = Downloader(limits=QUICK, resolve=resolve, connect=sockets)
        for host in (PUBLIC, f"[{PUBLIC_6}]"):
            await downloader.get(f"http://{host}/page", within=5)
    assert sockets.connected == [(PUBLIC, 80), (PUBLIC_6, 80)]
    assert resolve.asked == []
    assert web.requests[1].headers["host"] == f"[{PUBLIC_6}]"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "0.0.0.0",
        "224.0.0.1",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2606:4700::5efe:7f00:1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "ff02::1",
        "4000::1",
        "127.1",
        "localhost",
        "inner.example",
        "",
    ],
)
async def test_one_answer_that_is_not_public_refuses_the_name(address: str) -> None:
    for answers in ([address], [PUBLIC, address], [address, PUBLIC], [PUBLIC, PUBLIC_6, address]):
        sockets = Sockets(0)
        downloader = Downloader(limits=QUICK, resolve=Resolver({NAME: [answers]}), connect=sockets)
        fault = await fault_of(downloader, f"http://{NAME}/")
        assert fault.reason == "address_refused"
        assert not address or address not in fault.message
        assert sockets.connected == []


async def test_a_name_that_changes_its_answer_after_the_check_reaches_nothing_else() -> None:
    resolve = Resolver({NAME: [[PUBLIC], ["127.0.0.1"]]})
    with ScriptedWeb() as web:
        web.serve("/page", redirects("/inside"))
        sockets = Sockets(web.port)
        fault = await fault_of(Downloader(limits=QUICK, resolve=resolve, connect=sockets), f"http://{NAME}/page")
    assert fault.reason == "address_refused"
    assert sockets.connected == [(PUBLIC, 80)]
    assert resolve.asked == [NAME, NAME]
    assert not web.requests_to("/inside")


async def test_a_redirect_to_a_name_inside_is_refused() -> None:
    resolve = Resolver({NAME: [[PUBLIC]], "inner.example": [["10.0.0.7"]]})
    with ScriptedWeb() as web:
        web.serve("/page", redirects("http://inner.example/"))
        sockets = Sockets(web.port)
        fault = await fault_of(Downloader(limits=QUICK, resolve=resolve, connect=sockets), f"http://{NAME}/page")
    assert fault.reason == "address_refused"
    assert sockets.connected == [(PUBLIC, 80)]


async def test_a_page_out_there_does_not_redirect_to_what_was_let_through() -> None:
    resolve = Resolver({NAME: [[PUBLIC]], "inner.example": [["10.0.0.7"]]})
    with ScriptedWeb() as web:
        web.serve("/to-port", redirects(web.url("/inside")))
        web.serve("/to-name", redirects("http://inner.example/inside"))
        web.serve("/out-and-back", redirects(f"http://{NAME}/to-name"))
        web.serve("/around", redirects("http://inner.example/inside"))
        web.serve("/inside", page("x"))
        pairs = [web.host_port, "inner.example:80"]
        downloader = Downloader(allow_private=pairs, limits=QUICK, resolve=resolve, connect=Sockets(web.port))
        for way in (f"http://{NAME}/to-port", f"http://{NAME}/to-name", web.url("/out-and-back")):
            assert (await fault_of(downloader, way)).reason == "address_refused"
        assert not web.requests_to("/inside")
        got = await downloader.get(web.url("/around"), within=5)
        assert (got.body, got.exempt) == (b"x", True)


async def test_what_was_let_through_is_judged_like_any_other_where_a_page_out_there_led_to_it() -> None:
    with ScriptedWeb() as web:
        web.serve("/inside", page("x"))
        downloader = Downloader(allow_private=[web.host_port], limits=QUICK)
        with pytest.raises(ToolFault) as fault:
            await downloader.get(web.url("/inside"), within=5, exempt_allowed=False)
    assert fault.value.reason == "address_refused"
    assert web.requests == []


async def test_a_redirect_to_another_name_is_looked_up_and_connected_to_afresh() -> None:
    resolve = Resolver({NAME: [[PUBLIC]], "xn--kse-qla.example": [[PUBLIC_6]]})
    with ScriptedWeb() as web:
        web.serve("/page", garbage("HTTP/1.1 302 Found\r\nLocation: http://käse.example:443/k\r\n\r\n".encode()))
        sockets = Sockets(web.port)
        await fault_of(Downloader(limits=QUICK, resolve=resolve, connect=sockets), f"http://{NAME}/page")
    assert sockets.connected == [(PUBLIC, 80), (PUBLIC_6, 443)]
    assert resolve.asked == [NAME, "xn--kse-qla.example"]


async def test_an_excluded_domain_is_not_even_looked_up() -> None:
    resolve = Resolver({NAME: [[PUBLIC]]})
    with ScriptedWeb() as web:
        web.serve("/page", redirects("http://other.example/"))
        downloader = Downloader(limits=QUICK, resolve=resolve, connect=Sockets(web.port))
        with pytest.raises(ToolFault) as fault:
            await downloader.get(f"http://{NAME}/page", within=5, permits=lambda host: host == NAME)
        assert fault.value.reason == "domain_excluded"
        with pytest.raises(ToolFault):
            await downloader.get("http://other.example./", within=5, permits=lambda host: host != "other.example")
    assert resolve.asked == [NAME]


async def test_a_name_that_was_let_through_may_lead_inside_but_only_to_numbers() -> None:
    with ScriptedWeb() as web:
        web.serve("/page", page("x"))
        pair = f"inner.example:{web.port}"
        resolve = Resolver({"inner.example": [["127.0.0.1"], ["localhost"]]})
        downloader = Downloader(allow_private=[pair], limits=QUICK, resolve=resolve)
        assert (await downloader.get(f"http://{pair}/page", within=5)).body == b"x"
        assert (await fault_of(downloader, f"http://{pair}/page")).reason == "address_refused"


async def test_the_next_address_is_tried_where_one_takes_no_connection() -> None:
    answers = [[PUBLIC, "93.184.216.35", PUBLIC_6]]
    with ScriptedWeb() as web:
        web.serve("/page", page("x"))
        sockets = Sockets(web.port, refusing=[PUBLIC, PUBLIC_6])
        downloader = Downloader(limits=QUICK, resolve=Resolver({NAME: answers}), connect=sockets)
        assert (await downloader.get(f"http://{NAME}/page", within=5)).body == b"x"
    assert sockets.connected == [(PUBLIC, 80), (PUBLIC_6, 80), ("93.184.216.35", 80)]


async def test_of_thousands_of_answers_all_are_judged_and_few_are_tried() -> None:
    many = [f"93.184.{number // 256}.{number % 256}" for number in range(4_000)]
    sockets = Sockets(0, refusing=many)
    downloader = Downloader(limits=QUICK, resolve=Resolver({NAME: [many, [*many, "10.0.0.1"]]}), connect=sockets)
    assert (await fault_of(downloader, f"http://{NAME}/")).reason == "unreachable"
    assert len(sockets.connected) == 4
    assert (await fault_of(downloader, f"http://{NAME}/")).reason == "address_refused"
    assert len(sockets.connected) == 4


async def test_a_name_without_an_address_is_unreachable() -> None:
    downloader = Downloader(limits=QUICK, resolve=Resolver({NAME: [[]]}), connect=Sockets(0))
    for host in (NAME, "unknown.example"):
        fault = await fault_of(downloader, f"http://{host}/")
        assert fault.reason == "unreachable"
        assert host not in fault.message


class Lookups:
    """Stands in for the system's resolver; `asked` is every look-up of the whole process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *addresses: str, until: threading.Event | None = None) -> None:
        self.asked: list[Any] = []
        self._addresses = addresses
        self._until = until
        monkeypatch.setattr(socket, "getaddrinfo", self._getaddrinfo)

    def _getaddrinfo(self, host: object, port: int, *_: object) -> Sequence[object]:
        self.asked.append(host)
        if self._until is not None:
            self._until.wait(30)
        if not self._addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in self._addresses]


async def test_the_system_is_asked_once_for_each_hop_and_by_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedWeb() as web:
        web.serve("/page", redirects("/to"))
        web.serve("/to", page("x"))
        lookups = Lookups(monkeypatch, "127.0.0.1")
        downloader = Downloader(allow_private=[f"{NAME}:{web.port}"], limits=QUICK)
        assert (await downloader.get(web.url("/page", NAME), within=5)).body == b"x"
    assert lookups.asked == [NAME, NAME]


async def test_a_name_that_the_system_does_not_know_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    Lookups(monkeypatch)
    assert (await fault_of(Downloader(limits=QUICK), f"http://{NAME}/")).reason == "unreachable"


async def test_a_look_up_that_hangs_ends_with_the_time_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    Lookups(monkeypatch, PUBLIC, until=let_go)
    limits = replace(QUICK, connect_s=0.05)
    try:
        faults: list[ToolFault] = []

        async def fetch() -> None:
            faults.append(await fault_of(Downloader(limits=limits), f"http://{NAME}/"))

        begun = time.monotonic()
        async with anyio.create_task_group() as group:
            for _ in range(20):  # more than any pool of threads
                group.start_soon(fetch)
        assert time.monotonic() - begun < 2
    finally:
        let_go.set()
    assert {fault.reason for fault in faults} == {"timed_out"}


async def test_a_resolver_that_hangs_ends_with_the_time_to_connect() -> None:
    async def hang(_host: str, _port: int) -> Sequence[str]:
        await anyio.sleep_forever()
        return [PUBLIC]

    downloader = Downloader(limits=replace(QUICK, connect_s=0.05), resolve=hang, connect=Sockets(0))
    assert (await fault_of(downloader, f"http://{NAME}/")).reason == "timed_out"
