"""What a search costs: entered before it goes out, settled by the reply's word or the list price, open if cut off."""

from contextlib import suppress
from decimal import Decimal

import anyio
import anyio.lowlevel
import pytest

from fusion_mcp.budget import Budget
from fusion_mcp.domains import Domains
from fusion_mcp.ledger import Account, Ledger, Line
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.search.backends import shipped
from fusion_mcp.types import ModelRef, Usage
from scripted.web import PageBehaviour, ScriptedWeb, page, resets, stalls, stalls_after, status
from tools.searching import KEYS, OFFLINE, PATHS, Searching, gives, nothing, sample


async def bill(backend: str, how: PageBehaviour, **settings: object) -> list[Line]:
    """The ledger after one search."""
    with ScriptedWeb() as internet:
        internet.serve(PATHS[backend], how)
        searching = Searching(internet=internet, backends=(backend,), settings=settings)
        async with searching.open() as searcher:
            with suppress(ToolFault):
                await searching.find(searcher, within=0.6)
    return searching.ledger.lines


@pytest.mark.parametrize(("backend", "usd"), [("brave", "0.005"), ("tavily", "0.008"), ("exa", "0.0085")])
async def test_a_search_costs_what_its_reply_says_or_else_the_list_price(backend: str, usd: str) -> None:
    (line,) = await bill(backend, gives(sample(backend)))
    assert line.model == ModelRef("web_search", backend)
    assert (line.settled, line.cost_usd, line.usage) == (True, Decimal(usd), Usage(calls=0))


async def test_exa_without_a_word_on_its_cost_costs_the_list_price() -> None:
    (line,) = await bill("exa", gives({"results": []}))
    assert line.cost_usd == Decimal("0.007")


@pytest.mark.parametrize("how", [gives(nothing("brave")), page("<html>"), page(b"")], ids=["nothing", "html", "empty"])
async def test_a_search_that_was_answered_costs_whatever_the_answer(how: PageBehaviour) -> None:
    (line,) = await bill("brave", how)
    assert (line.settled, line.cost_usd) == (True, Decimal("0.005"))


@pytest.mark.parametrize("code", [302, 401, 402, 422, 429, 500])
async def test_a_search_that_was_refused_costs_nothing(code: int) -> None:
    (line,) = await bill("brave", status(code))
    assert (line.settled, line.cost_usd, line.usage.calls) == (True, Decimal(0), 0)


@pytest.mark.parametrize(
    "how", [stalls(), stalls_after('{"type":', "application/json"), resets()], ids=lambda how: how.name
)
async def test_a_search_that_was_cut_off_stays_open_and_is_no_call_to_a_model(how: PageBehaviour) -> None:
    (line,) = await bill("brave", how)
    assert (line.settled, line.cost_usd, line.usage.calls) == (False, None, 0)


async def test_a_search_that_is_cancelled_stays_open() -> None:
    with ScriptedWeb() as internet:
        internet.serve(PATHS["brave"], stalls())
        searching = Searching(internet=internet, backends=("brave",))
        async with searching.open() as searcher, anyio.create_task_group() as searches:
            searches.start_soon(searching.find, searcher)
            await internet.until(lambda web: web.in_flight == 1)
            assert [line.settled for line in searching.ledger.lines] == [False]
            searches.cancel_scope.cancel()
    assert len(searching.ledger.in_doubt()) == 1


@pytest.mark.parametrize("environ", [OFFLINE, {"HTTPS_PROXY": "ftp://nonsense"}], ids=["dead proxy", "no proxy at all"])
async def test_a_search_that_never_left_costs_nothing(environ: dict[str, str]) -> None:
    with ScriptedWeb() as internet:
        moved = {"brave": "https://search.example"}
        searching = Searching(internet=internet, backends=("brave",), environ=environ, moved=moved)
        with pytest.raises(ToolFault, match="cannot be"):
            await searching.found()
    (line,) = searching.ledger.lines
    assert (line.settled, line.cost_usd) == (True, Decimal(0))


async def test_what_an_address_of_ones_own_costs_nobody_knows() -> None:
    with ScriptedWeb() as internet:
        internet.serve("/gate/res/v1/web/search", gives(sample("brave")))
        searching = Searching(internet=internet, backends=("brave",), settings={"brave_url": internet.url("/gate")})
        await searching.found()
    (line,) = searching.ledger.lines
    assert (line.settled, line.cost_usd) == (True, None)


async def test_a_search_reserves_its_list_price_before_it_goes_out() -> None:
    ledger = Ledger()
    with ScriptedWeb() as internet:
        internet.serve(PATHS["brave"], stalls())
        searching = Searching(internet=internet, backends=("brave",), ledger=ledger)
        async with searching.open() as searcher, anyio.create_task_group() as searches:
            searches.start_soon(searching.find, searcher)
            searches.start_soon(searching.find, searcher)
            await internet.until(lambda web: web.in_flight == 2)
            assert [line.reserved_usd for line in ledger.lines] == [Decimal("0.005")] * 2
            assert ledger.committed() == Decimal("0.01")
            searches.cancel_scope.cancel()


async def test_a_search_is_written_down_before_it_goes_out() -> None:
    written: list[tuple[ModelRef, Decimal | None, int]] = []
    with ScriptedWeb() as internet:

        async def write(line: Line) -> None:
            await anyio.lowlevel.checkpoint()
            written.append((line.model, line.reserved_usd, len(internet.requests)))

        internet.serve(PATHS["brave"], gives(sample("brave")))
        account = Account(ledger=Ledger(), stage="panel", seat="alpha", on_open=write)
        async with Searching(internet=internet, backends=("brave",)).open() as searcher:
            await searcher.search("tides", domains=Domains(), within=5, account=account)
    assert written == [(ModelRef("web_search", "brave"), Decimal("0.005"), 0)]


async def test_what_nobody_knows_the_price_of_reserves_nothing() -> None:
    (line,) = await bill("brave", gives(sample("brave")), brave_url="http://127.0.0.1:9")
    assert line.reserved_usd is None


async def test_where_the_money_does_not_reach_the_next_backend_is_asked_and_nothing_held_against_the_first() -> None:
    ledger = Ledger(Budget(limit_usd=Decimal(1), seats_usd={"alpha": Decimal("0.009")}))
    alpha, beta = (Account(ledger=ledger, stage="panel", seat=seat) for seat in ("alpha", "beta"))
    with ScriptedWeb() as internet:
        internet.serve(PATHS["brave"], gives(sample("brave")))
        internet.serve(PATHS["searxng"], gives(sample("searxng")))
        searching = Searching(internet=internet, backends=("brave", "searxng"))
        async with searching.open() as searcher:
            found = [
                await searcher.search("tides", domains=Domains(), within=5, account=each)
                for each in (alpha, alpha, beta)
            ]
    assert [request.path for request in internet.requests] == [PATHS[name] for name in ("brave", "searxng", "brave")]
    assert all(each.hits for each in found)
    told = "Brave Search was not asked: the run's spending limit does not allow another search there."
    assert [each.troubles for each in found] == [(), (told,), ()]


async def test_what_bills_nobody_is_no_line() -> None:
    assert await bill("searxng", gives(sample("searxng"))) == []


def test_every_shipped_price_says_when_and_where_it_was_read() -> None:
    for name, backend in shipped().items():
        assert (backend.usd_per_search is None) == (backend.key is None) == (not backend.priced), name
        assert backend.key is None or backend.key in KEYS
