"""Presets, price lists and runs whose costs are worked out, none of which anybody asks."""

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fusion_mcp.pipeline.costs.offers import OUTPUT_TOKENS, PriceOf
from fusion_mcp.pipeline.costs.shares import Estimate, estimate
from fusion_mcp.presets.schema import Preset
from fusion_mcp.types import ModelRef, Usage
from scripted.desks import run_of

ASSUMED = Decimal("0.002")
PLENTY = Decimal(1000)
QUESTION = "What is the capital of France?"
ONE_DOLLAR_A_MILLION = (1, 1)


def prices(of: Mapping[str, tuple[float, float] | None]) -> PriceOf:
    """Price lists in USD per million tokens; None is a model that nobody has a price for."""

    def price_of(model: ModelRef, usage: Usage) -> Decimal | None:
        listed = of.get(model.model)
        if listed is None:
            return None
        read, written = (Decimal(str(each)) for each in listed)
        return ((usage.input_tokens or 0) * read + (usage.output_tokens or 0) * written) / 10**6

    return price_of


def preset(
    *members: str | Mapping[str, Any],
    judge: str | Mapping[str, Any] = "judge",
    writer: str | Mapping[str, Any] = "writer",
    **keys: Any,
) -> Preset:
    roles: list[dict[str, Any]] = [
        {"model": each} if isinstance(each, str) else dict(each) for each in (judge, writer, *members)
    ]
    for role in roles:
        role["model"] = f"work:{role['model']}"
        role["fallbacks"] = tuple(f"work:{name}" for name in role.get("fallbacks", ()))
    return Preset.model_validate({"judge": roles[0], "synthesizer": roles[1], "panel": tuple(roles[2:]), **keys})


def reckon(
    chosen: Preset,
    price_of: PriceOf,
    limit: Decimal = PLENTY,
    *,
    web: bool = True,
    writes: bool = True,
    asked: str = QUESTION,
) -> Estimate:
    run = run_of(chosen, asked, kind="ask" if writes else "compare", limit=limit, assumed=ASSUMED, web=web)
    return estimate(run, price_of, limit)


def set_apart(reckoned: Estimate) -> Decimal:
    budget = reckoned.budget
    return sum((*budget.seats_usd.values(), *budget.aside_usd.values()), start=Decimal(0))


def one_answer() -> Decimal:
    """What one answer without research costs where every token is a dollar a million."""
    return Decimal(1000 + len(QUESTION) // 2 + OUTPUT_TOKENS) / 10**6


def random_role(dice: random.Random, names: list[str]) -> dict[str, Any]:
    role: dict[str, Any] = {"model": dice.choice(names), "fallbacks": dice.sample(names, dice.randrange(3))}
    if dice.random() < 0.3:
        role["max_output_tokens"] = dice.choice((1, 500, 4_000, 100_000))
    return role


def random_run(dice: random.Random) -> tuple[Preset, PriceOf, Decimal]:
    names = [f"model{number}" for number in range(6)]
    chosen = preset(
        *(random_role(dice, names) for _ in range(dice.randint(1, 8))),
        judge=random_role(dice, names),
        writer=random_role(dice, names),
        tools=dice.choice(((), ("web_search",), ("web_search", "web_fetch"))),
        max_tool_calls=dice.randint(1, 16),
    )
    listed = {
        name: dice.choice((None, (0, 0), (dice.uniform(0, 5), dice.uniform(0, 50)), (0.1, 0.4))) for name in names
    }
    return chosen, prices(listed), Decimal(str(round(10 ** dice.uniform(-3, 2), 6)))


TRIO = preset({"model": "alpha"}, {"model": "beta"}, {"model": "gamma"})
EVEN = prices(dict.fromkeys(("alpha", "beta", "gamma", "spare", "judge", "writer"), ONE_DOLLAR_A_MILLION))
