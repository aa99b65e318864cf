"""How each backend is asked and read: the request its documentation wants, and hits out of the reply it documents."""

import json
from typing import Any, get_args

import pytest

from fusion_mcp.config import SearchBackend
from fusion_mcp.domains import Domains
from fusion_mcp.tools.search.backends import DIALECTS, LIBRARY, shipped
from fusion_mcp.tools.search.dialect import Place, Query, WrongShapeError
from fusion_mcp.tools.search.failures import BackendError
from scripted.web import PageRequest, ScriptedWeb
from tools.searching import FIRST, KEY, PATHS, SECOND, Searching, gives, sample

HTTP = tuple(DIALECTS)
NARROW = Domains(allowed=(("example.org", "gov"),), excluded=("ads.example.org",))


async def asked(backend: str, query: str = "tides of the moon", domains: Domains | None = None) -> PageRequest:
    """The request that a backend gets."""
    with ScriptedWeb() as internet:
        internet.serve(PATHS[backend], gives(sample(backend)))
        await Searching(internet=internet, backends=(backend,)).found(query, domains=domains)
        (request,) = internet.requests
    return request


def body_of(request: PageRequest) -> dict[str, Any]:
    assert request.headers["content-type"] == "application/json"
    return json.loads(request.body)


def test_a_person_may_name_exactly_the_backends_that_ship() -> None:
    assert set(get_args(SearchBackend)) == set(shipped()) == {*DIALECTS, LIBRARY}


@pytest.mark.parametrize("backend", HTTP)
async def test_the_documented_reply_becomes_hits(backend: str) -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS[backend], gives(sample(backend)))
        found = await Searching(internet=internet, backends=(backend,)).found()
    first, second = found.hits
    assert (first.url, first.title, first.date) == (FIRST, "Why the Moon makes tides", "2026-03-01")
    assert first.snippet.startswith("Two bulges of water")
    assert (second.url, second.date) == (SECOND, None)
    assert found.troubles == ()


async def test_each_backend_gets_its_query_and_its_key_as_it_wants_them() -> None:
    searxng = await asked("searxng")
    assert (searxng.method, searxng.query) == ("GET", {"q": "tides of the moon", "format": "json"})
    brave = await asked("brave")
    assert (brave.method, brave.query["q"], brave.headers["x-subscription-token"]) == ("GET", "tides of the moon", KEY)
    tavily = await asked("tavily")
    assert (tavily.method, tavily.headers["authorization"]) == ("POST", f"Bearer {KEY}")
    assert body_of(tavily) == {"query": "tides of the moon", "search_depth": "basic", "max_results": 10}
    exa = await asked("exa")
    assert (exa.method, exa.headers["x-api-key"]) == ("POST", KEY)
    assert body_of(exa)["query"] == "tides of the moon"
    assert body_of(exa)["contents"] == {"highlights": True}


@pytest.mark.parametrize("backend", HTTP)
async def test_a_request_carries_nothing_but_what_the_search_needs(backend: str) -> None:
    request = await asked(backend)
    own = {"x-subscription-token", "authorization", "x-api-key", "content-type", "content-length"}
    assert set(request.headers) - own == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert request.headers["user-agent"] == "Mozilla/5.0 (compatible; web-reader)"


async def test_domains_go_to_the_backends_that_take_them() -> None:
    tavily = body_of(await asked("tavily", domains=NARROW))
    assert tavily["include_domains"] == ["example.org", "gov"]
    assert tavily["exclude_domains"] == ["ads.example.org"]
    assert body_of(await asked("exa", domains=NARROW))["includeDomains"] == ["example.org", "gov"]
    assert body_of(await asked("exa", domains=Domains(excluded=("a.test",))))["excludeDomains"] == ["a.test"]


async def test_domains_stand_among_the_words_where_a_backend_takes_no_others() -> None:
    assert (await asked("brave", domains=NARROW)).query["q"] == "tides of the moon (site:example.org OR site:gov)"
    one = Domains(allowed=(("example.org",),))
    assert (await asked("searxng", domains=one)).query["q"] == "tides of the moon site:example.org"
    many = Domains(allowed=(tuple(f"{letter}.test" for letter in "abcdef"),))
    assert (await asked("brave", domains=many)).query["q"] == "tides of the moon"


async def test_a_query_is_cut_to_what_every_backend_takes() -> None:
    words = (await asked("brave", "tide\n" * 80)).query["q"]
    assert words == " ".join(["tide"] * 50)
    assert len((await asked("brave", "t" * 900)).query["q"]) == 400
    assert (await asked("brave", "t" * 399, domains=NARROW)).query["q"] == "t" * 399


@pytest.mark.parametrize("backend", HTTP)
@pytest.mark.parametrize(
    "reply", [None, [], "text", 7, {}, {"error": "no"}, {"results": None}, {"results": {}}, {"web": [1]}]
)
def test_a_reply_of_another_shape_is_no_result(backend: str, reply: object) -> None:
    with pytest.raises((WrongShapeError, BackendError)):
        DIALECTS[backend].read(reply)


@pytest.mark.parametrize("backend", HTTP)
def test_entries_that_are_rubbish_are_passed_over(backend: str) -> None:
    reply = sample(backend)
    rubbish: list[Any] = [None, 7, "text", [], {}, {"url": None}, {"url": 7, "title": "A"}, {"title": "No address"}]
    odd: dict[str, Any] = {
        "url": "https://example.org/odd",
        "title": 7,
        "content": {},
        "description": [],
        "highlights": 3,
    }
    within = reply["web"] if backend == "brave" else reply
    within["results"] = [*rubbish, {**odd, "publishedDate": [], "page_age": 1, "published_date": {}}, *rubbish]
    (hit,) = DIALECTS[backend].read(reply)
    assert (hit.url, hit.title, hit.snippet, hit.date) == ("https://example.org/odd", "example.org", "", None)


def test_a_very_long_list_is_not_read_to_its_end() -> None:
    reply = {"results": [{"url": f"https://example.org/{number}"} for number in range(10_000)]}
    assert len(DIALECTS["tavily"].read(reply)) == 50


def test_brave_without_web_results_has_found_nothing() -> None:
    assert DIALECTS["brave"].read({"type": "search", "query": {"original": "x"}}) == []


def test_searxng_whose_engines_did_not_answer_has_not_searched() -> None:
    with pytest.raises(BackendError, match="search engines behind it did not answer"):
        DIALECTS["searxng"].read({"results": [], "unresponsive_engines": [["google", "CAPTCHA"]]})


@pytest.mark.parametrize("cost", [None, True, "0.01", -1, 11, [], {}])
def test_a_cost_that_cannot_be_meant_counts_as_none(cost: object) -> None:
    for reply in ({"costDollars": {"total": cost}}, {"costDollars": cost}, [cost], cost):
        assert DIALECTS["exa"].cost_of(reply) is None


def test_no_key_shows_in_a_request_or_a_place() -> None:
    place = Place(url="https://api.example.org", key=KEY)
    for backend in HTTP:
        request = DIALECTS[backend].encode(Query(text="tides", domains=Domains()), place)
        assert KEY not in repr(request) + repr(place) + request.url + str(request.body)
