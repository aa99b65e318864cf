"""A key and a cookie go nowhere but where they belong, and a backend without its key or address is named."""

from typing import Any

import pytest

from fusion_mcp.tools.faults import ToolFault
from scripted.web import ScriptedWeb, redirects, status
from tools.searching import KEY, PATHS, Searching, gives, sample


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
