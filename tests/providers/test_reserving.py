"""No call goes out without its line and the money for it, and what did not go out is no call."""

from dataclasses import replace
from decimal import Decimal

import anyio
import pytest

from fusion_mcp.budget import Budget
from fusion_mcp.ledger import Account, Ledger, Line
from fusion_mcp.types import CallFailure, ChatRequest, ModelRef, Usage
from providers.asking import PATIENCE, QUESTION, Asking, asking
from scripted import ScriptedProvider, answers, status

ALPHA = ModelRef("work", "alpha")
MILLION = Usage(input_tokens=10**6, output_tokens=10**6, calls=1)


async def ask(caller: Asking, account: Account, silence_within: float | None = None) -> object:
    request = ChatRequest(messages=QUESTION, silence_within=silence_within)
    with anyio.fail_after(PATIENCE):
        return await caller.models.complete(ALPHA, request, account)


async def test_where_no_money_is_left_nothing_is_sent(provider: ScriptedProvider) -> None:
    provider.script("alpha", answers("Two."))
    ledger = Ledger(Budget(limit_usd=Decimal("0.10")))
    async with asking(provider) as caller:
        reply = await ask(caller, Account(ledger=ledger, stage="panel", seat="s", reserved_usd=Decimal("0.20")))
    assert isinstance(reply, CallFailure)
    assert reply.reason == "budget_exceeded"
    assert "no money left for this call" in reply.message
    assert provider.calls == ledger.lines == []


async def test_money_that_ends_between_two_attempts_ends_the_call_with_the_first_ones_reason(
    provider: ScriptedProvider,
) -> None:
    provider.script("alpha", status(500))
    ledger = Ledger(Budget(limit_usd=Decimal(1)))

    async def spend(_: Line) -> None:
        ledger.budget = Budget(limit_usd=Decimal(0))

    account = Account(ledger=ledger, stage="panel", seat="s", reserved_usd=Decimal("0.20"), on_open=spend)
    async with asking(provider) as caller:
        reply = await ask(caller, account)
    assert isinstance(reply, CallFailure)
    assert (reply.reason, reply.status_code) == ("upstream_error", 500)
    assert len(provider.calls) == 1


async def test_a_call_given_up_while_its_line_was_written_down_is_not_sent_and_not_in_doubt(
    provider: ScriptedProvider,
) -> None:
    provider.script("alpha", answers("Two."))
    async with asking(provider) as caller:
        with anyio.CancelScope() as scope:

            async def give_up(_: Line) -> None:
                scope.cancel()

            await ask(caller, replace(caller.account, on_open=give_up))
    assert scope.cancelled_caught
    assert provider.calls == caller.ledger.in_doubt() == []
    assert caller.ledger.total().usage.calls == 0


async def test_patience_with_a_model_begins_after_its_line_was_written_down(provider: ScriptedProvider) -> None:
    provider.script("alpha", answers("Two."))

    async def slow(_: Line) -> None:
        await anyio.sleep(0.15)

    async with asking(provider) as caller:
        reply = await ask(caller, replace(caller.account, on_open=slow), silence_within=0.1)
    assert isinstance(reply, CallFailure)
    assert (reply.reason, reply.message) == ("timed_out", "There was no time left to send this call.")
    assert provider.calls == caller.ledger.in_doubt() == []


async def test_tokens_have_a_price_where_anybody_knows_one(provider: ScriptedProvider) -> None:
    async with asking(provider, prices={"alpha": {"input": 2.0, "output": 10.0}}) as caller:
        price = caller.models.price
        assert price(ALPHA, MILLION) == 12
        assert price(ModelRef("work", "beta"), MILLION) is None
        assert price(ModelRef("ollama", "any"), MILLION) == 0
        assert price(ModelRef("openai", "no-such-model"), MILLION) is None
        assert (price(ModelRef("openai", "gpt-4o"), MILLION) or 0) > 1


@pytest.mark.parametrize("model", ["", "*", "(", "[", "\\", "\ud83c", "a" * 10_000, "models/", "\x00", "é"])
async def test_a_name_that_no_model_has_costs_nobody_knows_what(provider: ScriptedProvider, model: str) -> None:
    async with asking(provider) as caller:
        for name in ("openai", "openrouter", "google", "together", "fireworks"):
            assert caller.models.price(ModelRef(name, model), MILLION) is None
