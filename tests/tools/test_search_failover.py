"""One backend after the other: who is asked next when one fails or finds nothing, and who first the next time."""

import pytest

from fusion_mcp.domains import Domains
from fusion_mcp.tools.faults import ToolFault
from scripted.web import ScriptedWeb, status
from tools.searching import PATHS, Searching, gives, nothing, sample


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
