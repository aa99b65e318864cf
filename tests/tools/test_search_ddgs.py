"""Search without a key: in a process of its own, to nowhere but where it was told, gone when nobody waits for it."""

import asyncio
import sys
from collections.abc import Mapping

import anyio
import pytest

from fusion_mcp.config import Web
from fusion_mcp.domains import Domains
from fusion_mcp.ledger import Account, Ledger
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.search.ddgs import AT_ONCE
from fusion_mcp.tools.search.hits import Found
from fusion_mcp.tools.search.searcher import Searcher
from tools.certificates import Certificates, certificates
from tools.tunnel import ENGINES, Tunnel, duckduckgo

PAGE = "https://example.org/a%20b?x=1%262"
LINKS = [(f"https://example.org/{number}", f"Tides {number}", "On the <b>Moon</b>.") for number in range(10)]


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"), ENGINES)


def searcher(environ: Mapping[str, str]) -> Searcher:
    return Searcher(Web(search=("ddgs",)), lambda _: None, environ, {})


async def find(on: Searcher, *, within: float = 5, domains: Domains | None = None) -> Found:
    ledger = Ledger()
    account = Account(ledger=ledger, stage="panel", seat="alpha")
    found = await on.search("tides of the moon", domains=domains or Domains(), within=within, account=account)
    assert ledger.lines == []
    return found


async def found_through(tunnel: Tunnel, trusted: Certificates, domains: Domains | None = None) -> Found:
    async with searcher({"HTTPS_PROXY": tunnel.url, "SSL_CERT_FILE": str(trusted.trusted)}) as ddgs:
        return await find(ddgs, domains=domains)


async def test_it_goes_to_the_proxy_that_it_is_given_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with Tunnel("refuse") as tunnel, Tunnel("refuse") as other:
        for variable in ("HTTPS_PROXY", "ALL_PROXY", "DDGS_PROXY", "PRIMP_PROXY"):
            monkeypatch.setenv(variable, other.url)
        monkeypatch.setenv("NO_PROXY", "*")
        async with searcher({"HTTPS_PROXY": tunnel.url}) as ddgs:
            with pytest.raises(ToolFault, match="ddgs cannot reach the search engines that it asks"):
                await find(ddgs)
    assert sorted(tunnel.asked) == sorted(f"{host}:443" for host in ENGINES)
    assert other.asked == []


async def test_what_an_engine_finds_comes_with_its_addresses_as_they_were(trusted: Certificates) -> None:
    results = duckduckgo((PAGE, "Tides &amp; <b>Moon</b>", "Of the Moon."), *LINKS)
    with Tunnel("serve", trusted, {ENGINES[0]: results}) as tunnel:
        found = await found_through(tunnel, trusted)
    assert len(found.hits) == 8
    first = found.hits[0]
    assert (first.url, first.title, first.snippet, first.date) == (PAGE, "Tides & Moon", "Of the Moon.", None)
    assert found.troubles == ()


async def test_no_cookie_comes_back_with_the_next_search(trusted: Certificates) -> None:
    with Tunnel("serve", trusted, {ENGINES[0]: duckduckgo(*LINKS)}) as tunnel:
        for _ in range(2):
            assert (await found_through(tunnel, trusted)).hits
        first, second = (request for request in tunnel.requests if "html.duckduckgo.com" in request)
    assert "tides+of+the+moon" in first
    assert "cookie" not in (first + second).lower()


async def test_few_results_are_given_without_waiting_for_the_last_engine(trusted: Certificates) -> None:
    with Tunnel("serve", trusted, {ENGINES[0]: duckduckgo(*LINKS[:2])}) as tunnel:
        found = await found_through(tunnel, trusted, Domains(allowed=(("example.org",),)))
        assert "site%3Aexample.org" in tunnel.requests[0] + tunnel.requests[1]
    assert len(found.hits) == 2


async def test_engines_that_show_no_results_are_no_proof_that_there_are_none(trusted: Certificates) -> None:
    with (
        Tunnel("serve", trusted) as tunnel,
        pytest.raises(ToolFault, match=r"ddgs found nothing or was turned away.*a backend with a key"),
    ):
        await found_through(tunnel, trusted)


async def test_engines_that_hang_are_given_up_in_time() -> None:
    with Tunnel("hang") as tunnel:
        async with searcher({"ALL_PROXY": tunnel.url}) as ddgs:
            with anyio.fail_after(1), pytest.raises(ToolFault, match=r"ddgs had no answer .* in time"):
                await find(ddgs, within=1)
        await asyncio.to_thread(tunnel.wait_until, lambda t: bool(t.asked) and t.open == 0, 1)


async def test_a_search_that_is_cancelled_is_off_the_wire_within_a_second() -> None:
    with Tunnel("hang") as tunnel:
        async with searcher({"HTTPS_PROXY": tunnel.url}) as ddgs, anyio.create_task_group() as searches:
            searches.start_soon(find, ddgs)
            await asyncio.to_thread(tunnel.wait_until, lambda t: t.open == 2)
            searches.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.to_thread(tunnel.wait_until, lambda t: t.open == 0, 1)


async def test_only_so_many_searches_run_at_once() -> None:
    faults: list[str] = []
    with Tunnel("hang") as tunnel:
        async with searcher({"HTTPS_PROXY": tunnel.url}) as ddgs, anyio.create_task_group() as searches:

            async def search(within: float) -> None:
                try:
                    await find(ddgs, within=within)
                except ToolFault as fault:
                    faults.append(fault.message)

            for _ in range(AT_ONCE):
                searches.start_soon(search, 5.0)
            await asyncio.to_thread(tunnel.wait_until, lambda t: t.open == 2 * AT_ONCE)
            await search(0.2)
            searches.cancel_scope.cancel()
    assert len(faults) == 1
    assert "ddgs is busy with other searches" in faults[0]


@pytest.mark.parametrize(
    "environ",
    [{"HTTPS_PROXY": "bogus://127.0.0.1:9"}, {"HTTPS_PROXY": "http://127.0.0.1:9", "SSL_CERT_FILE": "/no/such/file"}],
)
async def test_settings_that_it_cannot_use_are_told(environ: dict[str, str]) -> None:
    async with searcher(environ) as ddgs:
        with pytest.raises(ToolFault, match="ddgs cannot use the proxy or the certificates"):
            await find(ddgs)


def test_nothing_of_the_library_is_loaded_here() -> None:
    assert not {"ddgs", "primp"} & set(sys.modules)
