"""No run costs more than it was said to cost at most, whoever fails, stands in and is asked again."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest

from fusion_mcp.ledger import Line
from fusion_mcp.pipeline.costs.shares import Estimate
from fusion_mcp.request import Ask
from runs.paying import engine_on, lines_of
from scripted import Behaviour, Call, Home, ScriptedProvider, answers, depends
from scripted.asking import run_on
from scripted.stages import stage_of
from scripted.verifying import Said, choice, claims_in, findings, label_of, taken_apart, task_of

TRUE, FALSE = "The bridge is 1991 metres long.", "The bridge is 1800 metres long."
SAID = {"alpha": f"alpha says: {TRUE}", "beta": f"beta says: {TRUE}", "gamma": f"gamma says: {FALSE}"}
MODELS = (*SAID, "judge", "writer", "check", "second")
VERIFIER: dict[str, Any] = {"verifier": {"model": "work:check"}}
STAGES: list[dict[str, Any]] = [
    {},
    {"aggregate": "select"},
    {"synthesizer": "judge"},
    {"gate": True},
    VERIFIER,
    {**VERIFIER, "aggregate": "select"},
    {**VERIFIER, "gate": True, "second_judge": {"model": "work:second"}},
]
LIMITS = "[limits]\nmax_cost_usd_per_run = 500\nmax_cost_usd_per_day = 5000\nconfirm_above_usd = 1\n"


def reply_to(call: Call) -> str:
    """Prefer gamma, whom the others contradict, and write what it says: so that there is all there can be to do."""
    task = task_of(call.prompt) or stage_of(call)
    claims = claims_in(call.prompt)
    draft = call.prompt.rpartition("<<<draft")[2]
    written = {
        "claims": taken_apart(*(claim for claim in (TRUE, FALSE) if claim in draft)),
        "check": findings(call.prompt, {claim: (quotes(call, claim), against(call, claim)) for claim in claims}),
        "gate": choice("first"),
        "revision": f"{TRUE} It is fine.",
        "synthesis": f"{FALSE} It is fine.",
    }
    return analysis(call) if task == "judge" else written.get(task) or SAID[call.model]


def analysis(call: Call) -> str:
    keys = ("contradictions", "partial_coverage", "unique_insights", "blind_spots")
    preferred = label_of(call.prompt, SAID["gamma"]) if SAID["gamma"] in call.prompt else None
    return json.dumps({"consensus": ["A bridge."], **dict.fromkeys(keys, ()), "preferred": preferred})


def quotes(call: Call, claim: str) -> list[Said]:
    return [(label_of(call.prompt, said), claim) for said in SAID.values() if claim in said and said in call.prompt]


def against(call: Call, claim: str) -> list[Said]:
    return quotes(call, TRUE if claim == FALSE else FALSE)


def writing_all_they_may(dice: random.Random, clumsiness: float) -> Behaviour:
    """Bill for as much output as is allowed; now and then say nothing that anybody could use."""

    def play(call: Call) -> Behaviour:
        stage = stage_of(call)
        fails = stage != "panel" and dice.random() < clumsiness
        text = reply_to(call) if not fails else "" if stage == "synthesis" else "No."
        return answers(text, usage=(len(call.prompt.encode()) // 3, call.body["max_tokens"]))

    return depends(play, name="writes all it may")


async def billed(home: Home) -> tuple[list[Line], Estimate, bool]:
    """Every call of one run, what it was said to cost, and whether the person would have been asked first."""
    async with engine_on(home) as engine:
        request = Ask(question="How long is the bridge?")
        run = await engine.planner.plan("ask", request)
        quote = await engine.quote(run)
        result = await run_on(engine, request)
        return await lines_of(engine, result), quote.estimate, quote.must_ask


@pytest.mark.parametrize("stages", STAGES, ids=lambda keys: " ".join(keys) or "plain")
@pytest.mark.parametrize("seed", range(3))
async def test_whoever_fails_a_run_costs_no_more_than_it_was_said_to(
    home: Home, provider: ScriptedProvider, stages: dict[str, Any], seed: int
) -> None:
    dice = random.Random(seed)
    prices = dict.fromkeys(MODELS, (0.1, 0.1)) | {dice.choice(MODELS): (20.0, 100.0)}
    for model in MODELS:
        provider.script(model, writing_all_they_may(dice, clumsiness=(0.3, 0.6, 1)[seed]))
    most = dice.choice(({}, {"max_output_tokens": 300}))
    home.trio(
        provider,
        panel=[{"model": model, **most} for model in SAID],
        prices=prices,
        config=LIMITS,
        max_cost_usd=100,
        **stages,
    )
    lines, estimate, _ = await billed(home)
    assert sum((line.cost_usd or Decimal(0) for line in lines), start=Decimal(0)) <= estimate.most_usd


async def test_the_person_is_asked_first_where_a_dear_model_may_have_to_stand_in(
    home: Home, provider: ScriptedProvider
) -> None:
    never = random.Random(0)
    for model in MODELS:
        provider.script(model, writing_all_they_may(never, clumsiness=1 if model == "judge" else 0))
    prices = dict.fromkeys(MODELS, (0.1, 0.1)) | {"writer": (20.0, 100.0)}
    home.trio(provider, prices=prices, config=LIMITS, max_cost_usd=50, aggregate="select")
    lines, _, asks = await billed(home)
    assert sum((line.cost_usd or Decimal(0) for line in lines), start=Decimal(0)) > 1
    assert asks
