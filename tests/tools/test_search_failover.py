"""One backend after the other: what counts as a failure, who is asked next, and what is said about it."""

import re
from dataclasses import dataclass
from typing import Any

import anyio
import pytest

from fusion_mcp.domains import Domains
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
    redirects,
    resets,
    searxng_fails,
    stalls,
    stalls_after_headers,
    status,
)
from tools.searching import FIRST, KEY, PATHS, Searching, gives, nothing, sample

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


async def test_where_one_has_found_nothing_the_next_is_asked_too() -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["searxng"], gives(nothing("searxng")))
        internet.serve(PATHS["brave"], gives(sample("brave")))
        found = await Searching(internet=internet, backends=("searxng", "brave")).found()
    assert (len(found.hits), found.troubles) == (2, ())


async def test_nothing_found_by_one_that_works_is_no_fault_though_the_other_failed() -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["brave"], gives(nothing("brave")))
        internet.serve(PATHS["tavily"], status(500))
        found = await Searching(internet=internet, backends=("brave", "tavily")).found()
    assert found.hits == ()
    assert found.troubles == ("Tavily has a fault of its own (status 500).",)


async def test_results_outside_the_domains_are_none() -> None:
    with ScriptedWeb() as internet:
        for name, path in PATHS.items():
            internet.serve(path, gives(sample(name)))
        searching = Searching(internet=internet, backends=("searxng", "brave"))
        found = await searching.found(domains=Domains(excluded=("tides.example.org",)))
        assert [hit.url for hit in found.hits] == ["https://sea.example.com/tables"]
        assert (await searching.found(domains=Domains(allowed=(("other.test",),)))).hits == ()
        assert [request.path for request in internet.requests[-2:]] == [PATHS["searxng"], PATHS["brave"]]


async def test_domains_that_leave_nothing_are_searched_by_nobody() -> None:
    with ScriptedWeb() as internet:
        searching = Searching(internet=internet, backends=("searxng",))
        with pytest.raises(ToolFault, match="No site is left"):
            await searching.found(domains=Domains(allowed=(("a.test",), ("b.test",))))
    assert internet.requests == []


async def test_one_that_failed_is_asked_after_the_others_for_a_while() -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["searxng"], status(429), gives(sample("searxng")))
        internet.serve(PATHS["brave"], gives(sample("brave")))
        searching = Searching(internet=internet, backends=("searxng", "brave"))
        async with searching.open() as searcher:
            for _ in range(7):
                assert (await searching.find(searcher)).hits
    asked = [request.path.split("/")[1] for request in internet.requests]
    assert asked == ["searxng", "brave", *["brave"] * 5, "searxng"]


async def test_one_that_works_again_is_first_again_at_once() -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["searxng"], status(429), gives(sample("searxng")))
        internet.serve(PATHS["brave"], gives(sample("brave")), status(500), gives(sample("brave")))
        searching = Searching(internet=internet, backends=("searxng", "brave"))
        async with searching.open() as searcher:
            for _ in range(3):
                assert (await searching.find(searcher)).hits
    asked = [request.path.split("/")[1] for request in internet.requests]
    assert asked == ["searxng", "brave", "brave", "searxng", "searxng"]


async def test_one_without_its_key_is_left_out_and_named() -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["searxng"], gives(sample("searxng")))
        searching = Searching(internet=internet, backends=("brave", "searxng"), keys={})
        found = await searching.found()
    told = "Brave Search is not set up: set the environment variable BRAVE_API_KEY to its key."
    assert (len(found.hits), found.troubles) == (2, (told,))


async def test_a_key_with_a_character_that_no_key_has_is_not_sent() -> None:
    with ScriptedWeb() as internet:
        searching = Searching(internet=internet, backends=("brave",), keys={"BRAVE_API_KEY": f"{KEY}\n\u00e9"})
        with pytest.raises(ToolFault, match="copy the key in BRAVE_API_KEY again") as caught:
            await searching.found()
    assert internet.requests == []
    assert KEY not in caught.value.message


@pytest.mark.parametrize(("backends", "is_named"), [(("searxng", "brave"), False), (("searxng",), True)])
async def test_searxng_without_an_address_is_mentioned_only_where_there_is_nothing_else(
    backends: tuple[str, ...], *, is_named: bool
) -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["brave"], status(500))
        searching = Searching(internet=internet, backends=backends, settings={"searxng_url": None})
        with pytest.raises(ToolFault) as caught:
            await searching.found()
    assert ("SearXNG is not set up: set web.searxng_url in config.toml." in caught.value.message) is is_named


async def test_a_redirect_is_not_followed_and_takes_no_key_anywhere() -> None:
    with ScriptedWeb() as internet:
        elsewhere = internet.serve("/elsewhere", gives(sample("brave")))
        internet.serve(PATHS["brave"], redirects(elsewhere, status=307))
        with pytest.raises(ToolFault, match="sends us on to another address, which is not followed \\(status 307\\)"):
            await Searching(internet=internet, backends=("brave",)).found()
        assert internet.requests_to("/elsewhere") == []


async def test_no_cookie_is_kept_between_searches() -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["searxng"], gives(sample("searxng"), **{"set-cookie": "id=7; Path=/"}))
        searching = Searching(internet=internet, backends=("searxng",))
        async with searching.open() as searcher:
            for _ in range(2):
                await searching.find(searcher)
    assert [request.headers.get("cookie") for request in internet.requests] == [None, None]


@pytest.mark.parametrize("own", [{}, {"brave_api_key_env": "GATEWAY_KEY"}])
async def test_an_address_of_ones_own_gets_the_key_that_was_named_for_it_and_no_other(own: dict[str, Any]) -> None:
    with ScriptedWeb() as internet:
        internet.serve("/gate/res/v1/web/search", gives(sample("brave")))
        settings = {"brave_url": internet.url("/gate"), **own}
        keys = {"BRAVE_API_KEY": KEY, "GATEWAY_KEY": "gate-key"}
        found = await Searching(internet=internet, backends=("brave",), settings=settings, keys=keys).found()
    assert found.hits
    assert internet.requests[0].headers.get("x-subscription-token") == ("gate-key" if own else None)


async def test_a_search_that_is_cancelled_leaves_the_wire_at_once() -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["searxng"], stalls())
        searching = Searching(internet=internet, backends=("searxng",))
        async with searching.open() as searcher, anyio.create_task_group() as searches:
            searches.start_soon(searching.find, searcher)
            await internet.until(lambda web: web.in_flight == 1)
            searches.cancel_scope.cancel()
        await internet.until(lambda web: web.in_flight == 0, within=1)
