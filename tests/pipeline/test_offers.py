"""What one call may cost: as much as its output limit says, bent to the money that there is."""

from decimal import Decimal

import pytest

from fusion_mcp.pipeline.costs.offers import LEAST_OUTPUT_TOKENS, OUTPUT_TOKENS, offer, tokens_in
from fusion_mcp.types import Message, ModelRef
from scripted.reckoning import ASSUMED, PLENTY, QUESTION, prices

ALPHA = ModelRef("work", "alpha")
READ = tokens_in((Message(role="user", content=QUESTION),))


def test_tokens_are_counted_rather_too_many_than_too_few() -> None:
    assert tokens_in((Message(role="user", content="word " * 1000),)) > 1000 + 1000
    assert tokens_in((Message(role="user", content="é" * 1000),)) >= 1000 + 1000
    assert tokens_in((Message(role="user", content="\ud800"),)) >= 1000


def test_a_call_without_an_output_limit_is_given_the_largest_that_its_money_pays_for() -> None:
    price_of = prices({"alpha": (0, 100)})
    for room, tokens in [("100", 16_000), ("1.6", 16_000), ("1.59", 8_000), ("0.5", 4_000), ("0.1", 1_000)]:
        offered = offer(price_of, ALPHA, READ, None, room=Decimal(room), assumed=ASSUMED)
        assert offered.max_output_tokens == tokens
        assert offered.reserved_usd == Decimal(tokens) / 10_000 <= Decimal(room)


def test_what_a_call_reads_is_part_of_what_it_may_cost() -> None:
    price_of = prices({"alpha": (10, 10)})
    offered = offer(price_of, ALPHA, READ, None, room=PLENTY, assumed=ASSUMED)
    assert offered.reserved_usd == Decimal(READ + OUTPUT_TOKENS) / 100_000


def test_where_even_the_least_does_not_fit_the_offer_is_above_the_room() -> None:
    offered = offer(prices({"alpha": (0, 100)}), ALPHA, READ, None, room=Decimal("0.09"), assumed=ASSUMED)
    assert offered.reserved_usd == Decimal(LEAST_OUTPUT_TOKENS) / 10_000


@pytest.mark.parametrize("limit", [200, 50_000])
def test_an_output_limit_of_the_preset_is_never_halved(limit: int) -> None:
    for room in ("0.00001", "1000"):
        offered = offer(prices({"alpha": (0, 100)}), ALPHA, READ, limit, room=Decimal(room), assumed=ASSUMED)
        assert offered.max_output_tokens == limit
        assert offered.reserved_usd == Decimal(limit) / 10_000


def test_what_bills_nobody_costs_nothing_and_is_not_bounded() -> None:
    offered = offer(prices({"alpha": (0, 0)}), ALPHA, READ, None, room=Decimal(0), assumed=ASSUMED)
    assert (offered.reserved_usd, offered.is_assumed, offered.max_output_tokens) == (0, False, None)


@pytest.mark.parametrize("room", [None, Decimal(0), PLENTY])
def test_an_unknown_price_is_reserved_as_it_is_assumed(room: Decimal | None) -> None:
    offered = offer(prices({}), ALPHA, READ, None, room=room, assumed=ASSUMED)
    assert (offered.reserved_usd, offered.is_assumed, offered.max_output_tokens) == (ASSUMED, True, None)
