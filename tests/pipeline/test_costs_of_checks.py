"""What a verification may cost, and that it takes no money from those who answer."""

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion_mcp.pipeline.costs.offers import OUTPUT_TOKENS
from fusion_mcp.presets.schema import Preset, Role
from fusion_mcp.types import ModelRef
from scripted.reckoning import (
    EVEN,
    PLENTY,
    QUESTION,
    TRIO,
    one_answer,
    preset,
    prices,
    random_run,
    reckon,
    set_apart,
)


def checked_by(**keys: Any) -> Preset:
    return preset("alpha", "beta", "gamma", verifier={"model": "work:judge"}, **keys)


def kept_for_checks(chosen: Preset, limit: Decimal, *, web: bool = True) -> Decimal:
    return reckon(chosen, EVEN, limit, web=web).budget.aside_usd["verification"]


def test_a_verifier_its_revision_and_a_gate_are_paid_for_beforehand() -> None:
    verifier, second = {"model": "work:verifier"}, {"model": "work:second"}
    listed = prices(dict.fromkeys(("alpha", "beta", "gamma", "judge", "writer", "verifier", "second"), (1, 1)))
    wanted: tuple[dict[str, Any], ...] = (
        {},
        {"verifier": verifier},
        {"verifier": verifier, "second_judge": second},
        {"gate": True},
    )
    kept = [
        reckon(preset("alpha", "beta", "gamma", **keys), listed).budget.aside_usd.get("verification", Decimal(0))
        for keys in wanted
    ]
    assert kept[0] == 0 < kept[3] < kept[1] < kept[2]
    chosen = preset("alpha", "beta", "gamma", aggregate="select", verifier=verifier)
    assert "synthesis" not in reckon(chosen, listed).budget.aside_usd
    assert 0 < reckon(chosen, listed).budget.aside_usd["verification"] < kept[1]


@pytest.mark.parametrize("limit", ["0.02", "0.05", "0.1", "0.2", "0.4", "1"])
def test_a_verification_neither_gets_a_run_refused_nor_lets_anybody_write_less(limit: str) -> None:
    plain, checked = (reckon(chosen, EVEN, Decimal(limit)) for chosen in (TRIO, checked_by(gate=True)))
    assert checked.least_usd == plain.least_usd
    assert checked.budget.output_tokens == plain.budget.output_tokens
    assert set_apart(checked) <= max(Decimal(limit), checked.least_usd) + Decimal("1e-18")


def test_of_a_verification_the_second_round_is_left_out_first_then_the_second_judge_then_all() -> None:
    everything = checked_by(second_judge={"model": "work:spare"})
    for_answers = sum(reckon(TRIO, EVEN, web=False).budget.aside_usd.values()) + 3 * one_answer()
    whole = kept_for_checks(everything, PLENTY)
    by_limit = [kept_for_checks(everything, for_answers + whole * part / 100) for part in range(-20, 121)]
    assert by_limit == sorted(by_limit)
    nothing, check, with_second_judge, with_second_round = dict.fromkeys(by_limit)
    assert nothing == 0
    assert with_second_round == whole
    claims = Decimal(1000 + len(QUESTION) // 2 + 2 * OUTPUT_TOKENS + OUTPUT_TOKENS) / 10**6
    assert check == claims + (with_second_judge - check)  # a second judge reads what a check reads
    assert with_second_round - with_second_judge > with_second_judge


def test_money_for_pages_is_kept_only_where_there_may_be_any() -> None:
    searching = checked_by(tools=("web_search",))
    kept = [kept_for_checks(searching, PLENTY, web=web) for web in (False, True)]
    assert kept[0] == kept_for_checks(checked_by(), PLENTY, web=True) < kept[1]


@given(dice=st.randoms(use_true_random=False), more=st.decimals(1, 50))
def test_a_higher_limit_never_gives_less(dice: random.Random, more: Decimal) -> None:
    chosen, price_of, limit = random_run(dice)
    lower, higher = (reckon(chosen, price_of, each) for each in (limit, limit * more))
    assert higher.least_usd == lower.least_usd
    assert higher.most_usd >= lower.most_usd
    assert (higher.budget.output_tokens or 0) >= (lower.budget.output_tokens or 0)
    assert (higher.budget.aside_usd.get("verification") or 0) >= (lower.budget.aside_usd.get("verification") or 0)


@given(dice=st.randoms(use_true_random=False))
def test_a_preset_with_more_stages_never_costs_less_and_never_writes_less(dice: random.Random) -> None:
    chosen, price_of, limit = random_run(dice)
    verifier, second = (Role(model=ModelRef("work", f"model{dice.randrange(6)}")) for _ in range(2))
    stages: list[dict[str, Any]] = [
        {"gate": False, "verifier": None, "second_judge": None},
        {"gate": False, "verifier": verifier, "second_judge": None},
        {"gate": False, "verifier": verifier, "second_judge": second},
        {"gate": True, "verifier": verifier, "second_judge": second},
    ]
    reckoned = [reckon(chosen.model_copy(update=keys), price_of, limit) for keys in stages]
    most = [each.most_usd for each in reckoned]
    assert most == sorted(most)
    assert len({each.least_usd for each in reckoned}) == 1
    assert len({each.budget.output_tokens for each in reckoned}) == 1
