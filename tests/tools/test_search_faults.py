"""What counts as the failure of a backend, in which words it is told, and that its time is bounded."""

import re
from dataclasses import dataclass

import anyio
import pytest

from fusion_mcp.tools.faults import ToolFault
from scripted.web import (
    PageBehaviour,
    ScriptedWeb,
    cuts_after,
    drips,
    endless,
    garbage,
    gzip_bomb,
    hangs_up,
    huge_headers,
    lies_about_length,
    page,
    resets,
    searxng_fails,
    stalls,
    stalls_after_headers,
    status,
)
from tools.searching import FIRST, KEY, PATHS, Searching, gives, sample

JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class Fault:
    how: PageBehaviour
    told: str


FAULTS = [
    Fault(how=searxng_fails("throttled"), told="has been asked too often (status 429): wait"),
    Fault(how=searxng_fails("forbidden"), told="gives no results as JSON (status 403): add json to search.formats"),
    Fault(how=searxng_fails("down"), told="has a fault of its own (status 502)."),
    Fault(how=searxng_fails("rubbish"), told="answered with something that is not JSON instead of results"),
    Fault(how=searxng_fails("html"), told="answered with a web page instead of results"),
    Fault(how=searxng_fails("empty"), told="answered with nothing: check that it runs, and web.searxng_url."),
    Fault(how=status(401), told="wants a key or a login, and has none (status 401)."),
    Fault(how=status(404), told="has no search at its address (status 404): check web.searxng_url."),
    Fault(how=status(400), told="does not take this query (status 400)."),
    Fault(how=status(418), told="does not take this query (status 418)."),
    Fault(how=page(b"\xff\xfe\x00", content_type=JSON), told="is not JSON"),
    Fault(how=page("[" * 100_000, content_type=JSON), told="is not JSON"),
    Fault(how=page("9" * 10_000, content_type=JSON), told="is not JSON"),
    Fault(how=page('{"error": "no"}', content_type=JSON), told="answered with something else than results"),
    Fault(how=hangs_up(), told="broke off the connection."),
    Fault(how=resets(), told="broke off the connection."),
    Fault(how=cuts_after(), told="broke off the connection."),
    Fault(how=lies_about_length("{}", says=50, content_type=JSON), told="broke off the connection."),
    Fault(how=garbage(), told="broke off the connection."),
    Fault(how=huge_headers(300_000), told="broke off the connection."),
    Fault(how=page(b"no gzip", headers={"content-encoding": "gzip"}), told="broke off the connection."),
    Fault(how=endless('{"a": 1}' * 5000), told="sent more than 2 MB."),
    Fault(how=gzip_bomb(50_000_000), told="sent more than 2 MB."),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.how.name}: {fault.told[:30]}")
async def test_a_backend_that_fails_hands_over_to_the_next_and_is_named(fault: Fault) -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["searxng"], fault.how)
        internet.serve(PATHS["brave"], gives(sample("brave")))
        found = await Searching(internet=internet, backends=("searxng", "brave")).found()
    assert found.hits[0].url == FIRST
    (trouble,) = found.troubles
    assert trouble.startswith("SearXNG ")
    assert fault.told in trouble
    assert "Scripted refusal" not in trouble


@pytest.mark.parametrize("how", [stalls(), stalls_after_headers(JSON), drips('{"results"')], ids=lambda how: how.name)
async def test_a_backend_that_hangs_leaves_the_next_its_share_of_the_time(how: PageBehaviour) -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["searxng"], how)
        internet.serve(PATHS["brave"], gives(sample("brave")))
        searching = Searching(internet=internet, backends=("searxng", "brave"))
        async with searching.open() as searcher:
            with anyio.fail_after(0.8):
                found = await searching.find(searcher, within=0.8)
            await internet.until(lambda web: web.in_flight == 0, within=1)
    assert found.hits
    (trouble,) = found.troubles
    assert re.fullmatch(r"SearXNG did not answer within 0\.3\d* s\.", trouble)


async def test_when_none_works_the_fault_names_them_all_and_says_what_to_do(nowhere: str) -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["brave"], status(402))
        internet.serve(PATHS["tavily"], status(432))
        internet.serve(PATHS["exa"], status(401))
        searching = Searching(
            internet=internet, backends=("searxng", "brave", "tavily", "exa"), settings={"searxng_url": nowhere}
        )
        with pytest.raises(ToolFault) as caught:
            await searching.found()
    assert caught.value.reason == "search_failed"
    said = caught.value.message
    assert "SearXNG cannot be reached: check that it runs, and web.searxng_url." in said
    assert "Brave Search has no credit left (status 402): top it up" in said
    assert "Tavily has no credit left (status 432): raise the limit" in said
    assert "Exa refuses the key in EXA_API_KEY (status 401)." in said
    assert "answer from what you know" in said
    assert KEY not in said
    assert nowhere not in said
    assert len(said) < 1000


async def test_when_all_hang_the_search_is_over_in_time() -> None:
    with ScriptedWeb() as internet:
        for path in PATHS.values():
            internet.serve(path, stalls())
        searching = Searching(internet=internet, backends=("searxng", "brave", "exa"))
        async with searching.open() as searcher:
            with anyio.fail_after(0.4), pytest.raises(ToolFault, match=r"SearXNG did not.*Brave.*did not.*Exa did not"):
                await searching.find(searcher, within=0.4)


async def test_a_search_that_is_cancelled_leaves_the_wire_at_once() -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["searxng"], stalls())
        await Searching(internet=internet, backends=("searxng",)).cancelled_on_the_wire()
        await internet.until(lambda web: web.in_flight == 0, within=1)
