"""How a reply ends: what is waited for once its words are there, and which of several bills counts."""

import time
from decimal import Decimal

import anyio
import pytest

from fusion_mcp.types import Usage
from providers import odd
from providers.asking import asking
from scripted import Behaviour, ScriptedProvider
from scripted.shapes import event, last_piece, piece

PRICES = {"alpha": {"input": 2.0, "output": 10.0}}
BILL = odd.bills()
BILLED_TO_THE_END = event({**piece("odd", {}, finish="stop"), "usage": odd.USAGE})
COST = Decimal("0.000364")


def reports(**usage: object) -> bytes:
    return event(last_piece("odd", usage))


@pytest.mark.parametrize(
    "end",
    [(odd.FINISHED, BILL), (BILL, odd.FINISHED), (BILLED_TO_THE_END,)],
    ids=["finished, billed", "billed, finished", "both at once"],
)
async def test_a_reply_with_its_bill_is_not_waited_for_though_its_stream_stays_open(
    provider: ScriptedProvider, end: tuple[bytes, ...]
) -> None:
    provider.script("alpha", odd.sends(odd.says("Two."), *end, then_stalls=True))
    async with asking(provider, prices=PRICES) as caller:
        start = time.monotonic()
        assert await caller.text() == "Two."
        assert time.monotonic() - start < 1.0
    assert (caller.lines[0].cost_usd, caller.lines[0].settled) == (COST, True)


async def test_counts_beside_the_words_are_not_taken_for_the_bill(provider: ScriptedProvider) -> None:
    counted = event({**piece("odd", {"content": "Two."}), "usage": {**odd.USAGE, "completion_tokens": 1}})
    gate = provider.gate("the bill")

    async def play(exchange: odd.Exchange) -> None:
        await exchange.begin()
        await exchange.send(counted)
        await exchange.send(odd.FINISHED)
        await gate.passed()
        await exchange.end(BILL)

    provider.script("alpha", Behaviour("bills late", play))
    async with asking(provider, prices=PRICES) as caller, anyio.create_task_group() as asked:
        asked.start_soon(caller.text)
        await provider.until(lambda p: p.in_flight == 1)
        await anyio.sleep(0.2)  # longer than a stream with its bill would get
        gate.open()
    assert caller.lines[0].cost_usd == COST


async def test_a_stream_that_goes_on_with_nothing_to_say_is_left_once_the_reply_is_over(
    provider: ScriptedProvider,
) -> None:
    empty = event(piece("odd", {}))
    provider.script("alpha", odd.ticks(odd.says("Two."), odd.FINISHED, BILL, then=empty, gap_s=0.02))
    async with asking(provider) as caller:
        start = time.monotonic()
        assert await caller.text() == "Two."
        assert time.monotonic() - start < 1.0


def at_once(*, finish: str | None, usage: dict[str, int] | None) -> bytes:
    return event({**piece("odd", {"content": "Two."}, finish=finish), **({"usage": usage} if usage else {})})


@pytest.mark.parametrize(
    ("last", "cost"),
    [
        (at_once(finish="stop", usage=odd.USAGE), COST),
        (at_once(finish="stop", usage=None), None),
        (at_once(finish=None, usage=odd.USAGE), None),
    ],
    ids=["over and billed", "over", "counted and not over"],
)
async def test_a_call_cut_off_at_its_end_is_in_doubt_only_where_no_bill_was_read(
    provider: ScriptedProvider, last: bytes, cost: Decimal | None
) -> None:
    provider.script("alpha", odd.sends(last, then_stalls=True))
    async with asking(provider, prices=PRICES) as caller, anyio.create_task_group() as asked:
        asked.start_soon(caller.reply, "alpha", asked.cancel_scope.cancel)
    (line,) = caller.lines
    assert (line.settled, line.cost_usd) == (cost is not None, cost)


async def test_a_second_bill_takes_nothing_from_the_first(provider: ScriptedProvider) -> None:
    nothing = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0, "cost": 0}
    more = {"prompt_tokens": 11, "completion_tokens": 40, "prompt_tokens_details": {"cached_tokens": 3}}
    bills = [reports(**usage) for usage in ({**odd.USAGE, "cost": 0.25}, nothing, more, {"cost": 0.1}, {})]
    provider.script("alpha", odd.sends(odd.says("Two."), *bills, odd.FINISHED, odd.CLOSED))
    async with asking(provider, prices=PRICES) as caller:
        await caller.text()
    (line,) = caller.lines
    assert line.usage == Usage(input_tokens=12, output_tokens=40, cached_tokens=3, calls=1)
    assert line.cost_usd == Decimal("0.25")


async def test_a_bill_of_nothing_is_still_one_where_no_other_comes(provider: ScriptedProvider) -> None:
    free = reports(prompt_tokens=0, completion_tokens=0, total_tokens=0, cost=0)
    provider.script("alpha", odd.sends(odd.says("Two."), odd.FINISHED, free, odd.CLOSED))
    async with asking(provider, prices=PRICES) as caller:
        await caller.text()
    assert (caller.lines[0].cost_usd, caller.lines[0].usage.output_tokens) == (Decimal(0), 0)
