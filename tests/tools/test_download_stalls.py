"""Servers that fall silent or drip: given up when the time is over, which redirects share."""

from dataclasses import replace

import anyio
import pytest

from fusion_mcp.tools.download import Limits
from scripted.web import PageBehaviour, ScriptedWeb, drips, endless, stalls, stalls_after, stalls_after_headers
from scripted.web.visit import Visit
from tools.fetching import QUICK, fault_of, fault_of_page, nobody_is_connected, reading


def slow_headers() -> PageBehaviour:
    async def play(visit: Visit) -> None:
        await visit.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            await visit.write(b"x-canary: y\r\n")
            await anyio.sleep(0.01)

    return PageBehaviour("slow_headers", play)


def never_the_answer() -> PageBehaviour:
    async def play(visit: Visit) -> None:
        while True:
            await visit.write(b"HTTP/1.1 102 Processing\r\n\r\n")
            await anyio.sleep(0.001)

    return PageBehaviour("never_the_answer", play)


@pytest.mark.parametrize("behaviour", [stalls(), stalls_after_headers(), stalls_after()], ids=lambda stall: stall.name)
async def test_a_server_that_falls_silent_is_given_up(behaviour: PageBehaviour) -> None:
    fault = await fault_of_page(behaviour, replace(QUICK, idle_s=0.1))
    assert fault.reason == "timed_out"
    assert "silent for 0.1 s" in fault.message


@pytest.mark.parametrize(
    "behaviour", [drips(every=0.01), slow_headers(), never_the_answer()], ids=lambda behaviour: behaviour.name
)
async def test_a_page_that_drips_is_given_up_when_its_time_is_over(behaviour: PageBehaviour) -> None:
    fault = await fault_of_page(behaviour, replace(QUICK, whole_s=0.2))
    assert fault.reason == "timed_out"
    assert "after 0.2 s" in fault.message


@pytest.mark.parametrize("within", [0.1, 0, -1])
async def test_no_longer_is_waited_than_the_caller_has_time(within: float) -> None:
    fault = await fault_of_page(stalls(), within=within)
    assert fault.reason == "timed_out"
    assert f"after {max(within, 0)} s" in fault.message


async def test_redirects_share_the_time_of_the_whole() -> None:
    async def slowly_on(visit: Visit) -> None:
        await anyio.sleep(0.15)
        await visit.write(b"HTTP/1.1 302 Found\r\nLocation: /page\r\nContent-Length: 0\r\n\r\n")
        visit.cut()

    with ScriptedWeb() as web:
        url = web.serve("/page", PageBehaviour("slowly_on", slowly_on))
        fault = await fault_of(reading(web, replace(QUICK, whole_s=0.3)), url)
    assert fault.reason == "timed_out"


@pytest.mark.parametrize(
    "behaviour", [stalls(), stalls_after(), endless(), drips(every=0.01)], ids=lambda behaviour: behaviour.name
)
async def test_cancelling_closes_the_connection_at_once(behaviour: PageBehaviour) -> None:
    limits = Limits(wire_bytes=10**12, decoded_bytes=10**12)
    with ScriptedWeb() as web:
        url = web.serve("/page", behaviour)
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: reading(web, limits).get(url, within=60))
            await web.until(lambda web: web.in_flight == 1)
            group.cancel_scope.cancel()
        with anyio.fail_after(3):
            await nobody_is_connected(web)
