"""Every call stands in the ledger before it goes out, and its bill before anything is made of its reply."""

from decimal import Decimal
from operator import attrgetter
from typing import Any

import anyio
import genai_prices
import pytest

from fusion_mcp.config import ProviderConfig
from fusion_mcp.ledger import Line
from fusion_mcp.providers.catalog.catalog import builtin, load_catalogue
from fusion_mcp.providers.pricing import price
from fusion_mcp.types import Usage
from providers import odd
from providers.asking import Asking, asking
from scripted import (
    Behaviour,
    ScriptedProvider,
    answers,
    cuts_after,
    error_in_stream,
    floods,
    garbage,
    held,
    html,
    resets,
    says_nothing,
    stalls,
    stalls_after,
    status,
)

LIBRARY_MODEL = "gpt-4o"
PRICES = {"alpha": {"input": 2.0, "output": 10.0}}
SPENT = Usage(input_tokens=1000, output_tokens=100, cached_tokens=400, calls=1)


def only_line(caller: Asking) -> Line:
    (line,) = caller.lines
    assert line.usage.calls == 1
    return line


async def test_an_answer_is_billed_with_its_tokens_and_its_stated_cost(provider: ScriptedProvider) -> None:
    provider.script("alpha", answers("Two.", usage=(12, 34), cost=0.00163, cached=10, reasoning_tokens=20))
    async with asking(provider, prices=PRICES) as caller:
        await caller.text()
    line = only_line(caller)
    assert line.usage == Usage(input_tokens=12, output_tokens=34, cached_tokens=10, reasoning_tokens=20, calls=1)
    assert (line.cost_usd, line.settled) == (Decimal("0.00163"), True)
    assert (line.stage, line.seat, str(line.model)) == ("panel", "seat", "work:alpha")


async def test_the_persons_own_price_holds_where_the_provider_states_none(provider: ScriptedProvider) -> None:
    provider.script("alpha", answers("Two.", usage=(1000, 100)))
    async with asking(provider, prices=PRICES) as caller:
        await caller.text()
    assert only_line(caller).cost_usd == Decimal("0.003")


async def test_the_library_knows_the_prices_of_the_catalogues_providers(provider: ScriptedProvider) -> None:
    provider.script(LIBRARY_MODEL, answers("Two.", usage=(1000, 100), cached=400))
    async with asking(provider, prices=None) as caller:
        await caller.text(LIBRARY_MODEL)
    assert only_line(caller).cost_usd is None, "a service of one's own has no list prices"

    bought = genai_prices.Usage(input_tokens=1000, output_tokens=100, cache_read_tokens=400)
    listed = genai_prices.calc_price(bought, LIBRARY_MODEL, provider_id="openai").total_price
    assert price(builtin()["openai"], LIBRARY_MODEL, SPENT) == listed > 0


@pytest.mark.parametrize("behaviour", [answers("Two.", usage=None), answers("Two.", usage=(5, 5))])
async def test_a_price_that_nobody_knows_is_unknown_and_not_zero(
    provider: ScriptedProvider, behaviour: Behaviour
) -> None:
    provider.script("beta", behaviour)
    async with asking(provider, prices=PRICES) as caller:
        await caller.text("beta")
    line = only_line(caller)
    assert (line.cost_usd, line.settled) == (None, True)
    assert caller.ledger.total().cost_usd is None


async def test_an_empty_answer_is_billed_like_any_other(provider: ScriptedProvider) -> None:
    provider.script("alpha", says_nothing())
    async with asking(provider, prices=PRICES) as caller:
        await caller.text()
    assert only_line(caller).cost_usd == Decimal("0.000024")


@pytest.mark.parametrize(
    "refusal", [status(400), status(401), status(402), status(404), html()], ids=attrgetter("name")
)
async def test_a_call_that_was_refused_costs_nothing(provider: ScriptedProvider, refusal: Behaviour) -> None:
    provider.script("alpha", refusal)
    async with asking(provider, prices=PRICES) as caller:
        await caller.failure()
    line = only_line(caller)
    assert (line.cost_usd, line.settled) == (Decimal(0), True)


async def test_every_call_that_goes_out_has_a_line_of_its_own(provider: ScriptedProvider) -> None:
    provider.script("alpha", status(500), status(429), answers("Two.", usage=(1000, 100)))
    async with asking(provider, prices=PRICES) as caller:
        await caller.text()
    assert [line.cost_usd for line in caller.lines] == [Decimal(0), Decimal(0), Decimal("0.003")]
    assert caller.ledger.total().usage.calls == 3


@pytest.mark.parametrize(
    "behaviour",
    [cuts_after("Mars"), stalls_after("Mars"), error_in_stream("died", 500), odd.sends(odd.thinks()), floods(3)],
    ids=attrgetter("name"),
)
async def test_a_call_that_broke_off_is_in_doubt(provider: ScriptedProvider, behaviour: Behaviour) -> None:
    provider.script("alpha", behaviour)
    async with asking(provider, prices=PRICES, silence_s=(5.0, 0.2)) as caller:
        await caller.failure()
    assert only_line(caller) in caller.ledger.in_doubt()
    assert only_line(caller).cost_usd is None


@pytest.mark.parametrize(
    "behaviour",
    [
        odd.sends(odd.says("")),
        odd.sends(),
        odd.sends(odd.says(""), then_cuts=True),
        resets(),
        garbage(),
        odd.sends(odd.fails("overloaded", "overloaded")),
        odd.whole({"status": "ok"}),
    ],
    ids=attrgetter("name"),
)
async def test_a_call_that_was_accepted_and_brought_nothing_is_in_doubt(
    provider: ScriptedProvider, behaviour: Behaviour
) -> None:
    provider.script("alpha", behaviour)
    async with asking(provider) as caller:
        await caller.failure()
    assert caller.ledger.in_doubt() == caller.lines != []


async def test_a_connection_that_was_never_made_is_no_call_and_costs_nothing(nowhere: str) -> None:
    async with asking(nowhere) as caller:
        await caller.failure()
    total = caller.ledger.total()
    assert (total.usage.calls, total.cost_usd) == (0, Decimal(0))
    assert caller.ledger.in_doubt() == []


@pytest.mark.parametrize("name", ["ollama", "lmstudio", "vllm", "llamacpp", "local"])
def test_a_model_of_this_machine_bills_nobody(name: str) -> None:
    assert price(builtin()[name], "some-model:8b", Usage(calls=1)) == 0


@pytest.mark.parametrize("model", ["big:120b-cloud", "big:cloud", "big:Cloud"])
def test_a_model_that_ollama_only_passes_on_is_not_free(model: str) -> None:
    assert price(builtin()["ollama"], model, SPENT) is None
    assert price(builtin()["ollama"], f"{model}-not", SPENT) == 0


def test_a_local_server_at_another_address_may_bill() -> None:
    moved = load_catalogue({"ollama": ProviderConfig(base_url="http://127.0.0.1:8900/v1")})["ollama"]
    assert price(moved, "some-model", SPENT) is None


def test_a_price_of_ones_own_holds_for_a_local_model_too() -> None:
    own = load_catalogue({"ollama": ProviderConfig.model_validate({"prices": PRICES})})["ollama"]
    assert price(own, "alpha", SPENT) == Decimal("0.003")
    assert price(own, "beta", SPENT) == 0


async def test_a_model_that_never_began_is_in_doubt(provider: ScriptedProvider) -> None:
    provider.script("alpha", stalls())
    async with asking(provider) as caller:
        await caller.failure(silence_within=0.1)
    assert caller.ledger.in_doubt() == caller.lines


async def test_a_reply_that_breaks_off_after_its_bill_is_paid_all_the_same(provider: ScriptedProvider) -> None:
    provider.script("alpha", odd.sends(odd.says("Mars"), odd.bills(cost=0.25), odd.fails("died", 500)))
    async with asking(provider) as caller:
        await caller.failure()
    line = only_line(caller)
    assert (line.cost_usd, line.settled) == (Decimal("0.25"), True)


async def test_a_line_is_there_while_its_call_is_under_way_and_stays_in_doubt_when_it_is_cut_off(
    provider: ScriptedProvider,
) -> None:
    gate = provider.gate("never opened")
    provider.script("alpha", held(gate, answers("Two.")))
    async with asking(provider) as caller, anyio.create_task_group() as asked:
        asked.start_soon(caller.reply)
        await provider.until(lambda p: p.in_flight == 1)
        assert caller.ledger.in_doubt() == caller.lines != []
        asked.cancel_scope.cancel()
    assert caller.ledger.in_doubt() == caller.lines


@pytest.mark.parametrize(
    "behaviour", [answers("Two.", cost=0.25), cuts_after("Mars"), stalls()], ids=attrgetter("name")
)
async def test_a_call_that_bills_nobody_is_never_in_doubt(provider: ScriptedProvider, behaviour: Behaviour) -> None:
    provider.script("alpha", behaviour)
    async with asking(provider, free=True) as caller:
        await caller.reply(silence_within=0.2)
    line = only_line(caller)
    assert (line.cost_usd, line.settled) == (Decimal(0), True)


def test_a_free_call_keeps_its_token_count() -> None:
    assert price(builtin()["local"], "any", SPENT, Decimal(1)) == 0


@pytest.mark.parametrize(
    "usage",
    [
        Usage(calls=1),
        Usage(input_tokens=5, calls=1),
        Usage(output_tokens=5, calls=1),
        Usage(input_tokens=5, output_tokens=5, cached_tokens=9, calls=1),
    ],
)
def test_a_count_that_does_not_add_up_has_no_library_price(usage: Usage) -> None:
    assert price(builtin()["openai"], LIBRARY_MODEL, usage) is None


@pytest.mark.parametrize("name", [name for name, provider in builtin().items() if provider.prices])
def test_the_library_knows_each_provider_that_the_catalogue_says_it_knows(name: str) -> None:
    provider = builtin()[name]
    known = {entry.id: entry for entry in genai_prices.data_snapshot.get_snapshot().providers}
    assert provider.prices in known
    million = Usage(input_tokens=10**6, output_tokens=10**6, calls=1)
    ids = [model.id for model in known[provider.prices].models]
    assert any(price(provider, f"{prefix}{id_}", million) for id_ in ids for prefix in ("", f"accounts/{name}/models/"))
    assert price(provider, "no-such-model-anywhere", SPENT) is None


def test_an_address_of_ones_own_takes_the_list_prices_away_but_not_ones_own() -> None:
    own: dict[str, Any] = {"base_url": "http://127.0.0.1:8900/v1", "prices": PRICES}
    changed = load_catalogue({"openai": ProviderConfig.model_validate(own)})["openai"]
    assert price(changed, LIBRARY_MODEL, SPENT) is None
    assert price(changed, "alpha", SPENT) == Decimal("0.003")


@pytest.mark.parametrize(("named", "model"), [("openai", "gpt-4o"), ("deepseek", "deepseek-chat")])
def test_a_price_is_the_librarys_also_when_it_is_asked_again(named: str, model: str) -> None:
    provider = builtin()[named]
    for read, written in ((1000, 500), (1000, 501), (1000, 500)):
        told = genai_prices.Usage(input_tokens=read, output_tokens=written)
        usage = Usage(input_tokens=read, output_tokens=written, calls=1)
        assert (
            price(provider, model, usage)
            == genai_prices.calc_price(told, model, provider_id=provider.prices).total_price
        )
