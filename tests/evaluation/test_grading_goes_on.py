"""Grading that fails, runs out of money or is cut off: what is kept, what is paid, and what is asked again."""

from decimal import Decimal
from functools import partial
from pathlib import Path

import anyio
import pytest

from evaluation.asked import engine_on
from evaluation.graded import GOOD, GRADER, RUBRIC, answer, grade, plan, says_what_is_there, verdict
from fusion_mcp.errors import FusionError, Refused
from fusion_mcp.evaluation.folder import hold_folder, read_folder
from fusion_mcp.evaluation.grading.grading import estimate_grading
from fusion_mcp.evaluation.grading.sheet import Sheet, asked_about, run_for
from fusion_mcp.types import ModelRef
from scripted import Home, ScriptedProvider, depends, held, status


@pytest.fixture(autouse=True)
def graders_home(home: Home, provider: ScriptedProvider) -> None:
    home.trio(provider, prices={"grader": (1.0, 10.0)})
    provider.script("grader", verdict(says_what_is_there))


async def test_a_call_that_fails_costs_its_criterion_alone(home: Home, provider: ScriptedProvider, out: Path) -> None:
    met = verdict(says_what_is_there)
    provider.script("grader", depends(lambda call: status(422) if "year it was built" in call.prompt else met))
    [found] = await grade(home, out, [RUBRIC], [answer("tower", GOOD)])
    assert (found.score, found.coverage) == (1.0, pytest.approx(2 / 3))


async def test_an_answer_without_any_verdict_has_no_score_and_its_turn_again(
    home: Home, provider: ScriptedProvider, out: Path
) -> None:
    provider.script("grader", status(422))
    [none] = await grade(home, out, [RUBRIC], [answer("tower", GOOD)])
    assert (none.score, none.coverage) == (None, 0.0)
    provider.script("grader", verdict(says_what_is_there))
    [_, found] = await grade(home, out, [RUBRIC], [answer("tower", GOOD)])
    assert found.score == 13.75 / 20


async def test_a_call_that_failed_is_made_again_by_the_next_grading_and_no_other_is(
    home: Home, provider: ScriptedProvider, out: Path
) -> None:
    met = verdict(says_what_is_there)
    provider.script("grader", depends(lambda call: status(422) if "year it was built" in call.prompt else met))
    [part] = await grade(home, out, [RUBRIC], [answer("tower", GOOD)])
    assert [each.met for each in part.verdicts] == [True, None, False]
    provider.script("grader", met)
    before = len(provider.calls)
    [_, whole] = await grade(home, out, [RUBRIC], [answer("tower", GOOD)])
    assert ["year it was built" in call.prompt for call in provider.calls[before:]] == [True]
    assert (whole.score, whole.coverage) == (13.75 / 20, 1.0)
    assert len(await grade(home, out, [RUBRIC], [answer("tower", GOOD)])) == 2
    assert len(provider.calls) == before + 1


@pytest.mark.parametrize("refusal", [401, 402, 403, 404])
async def test_a_grader_that_nobody_may_ask_is_asked_once_and_the_person_told_what_to_do(
    home: Home, provider: ScriptedProvider, out: Path, refusal: int
) -> None:
    provider.script("grader", status(refusal, {"error": {"message": "no"}}))
    given = [answer("tower", GOOD), answer("tower", GOOD, repeat=2)]
    with pytest.raises(Refused, match="the grader work:grader cannot be asked: "):
        await grade(home, out, [RUBRIC], given, concurrency=1)
    assert len(provider.calls) == 1
    assert read_folder(out).grades() == []


async def test_no_call_is_made_whose_worst_case_does_not_fit_into_the_limit(
    home: Home, provider: ScriptedProvider, out: Path
) -> None:
    given = [answer("tower", GOOD, repeat=repeat) for repeat in range(1, 4)]
    async with engine_on(home) as engine:
        sheet = Sheet(plan_id=plan(RUBRIC).id, task=RUBRIC, response=GOOD, name="x")
        asked = asked_about(sheet, RUBRIC.criteria[0])
        one = engine.estimate(run_for(engine, GRADER, sheet, asked)).most_usd
    assert one > Decimal("0.05")
    limit = one + Decimal("0.045")  # four calls may follow a first one, at 0.01 each
    with pytest.raises(Refused, match="of --max-cost-usd"):
        await grade(home, out, [RUBRIC], given, concurrency=4, max_cost_usd=limit)
    assert len(provider.calls) == 5
    assert len(read_folder(out).grades()) == 1
    with pytest.raises(Refused, match="of --max-cost-usd"):
        await grade(home, out, [RUBRIC], given, concurrency=4, max_cost_usd=limit)
    assert len(provider.calls) == 5, "what was spent counts, whoever begins again"


async def test_what_is_graded_is_not_graded_again_and_further_passes_are_added(
    home: Home, provider: ScriptedProvider, out: Path
) -> None:
    given = [answer("tower", GOOD), answer("tower", GOOD, repeat=2)]
    assert len(await grade(home, out, [RUBRIC], given)) == 2
    assert len(await grade(home, out, [RUBRIC], given)) == 2
    assert len(provider.calls) == 6
    grades = await grade(home, out, [RUBRIC], given, passes=2)
    assert [(each.repeat, each.grading) for each in grades] == [(1, 1), (2, 1), (1, 2), (2, 2)]
    assert len({each.yardstick for each in grades}) == 1


@pytest.mark.parametrize("days_later", [0, 2])
async def test_a_grading_that_was_cut_off_pays_for_no_finished_verdict_again(
    home: Home, provider: ScriptedProvider, out: Path, days_later: float
) -> None:
    met = verdict(says_what_is_there)
    gate = provider.gate("the third")
    provider.script("grader", met, met, held(gate, met))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(partial(grade, home, out, [RUBRIC], [answer("tower", GOOD)], concurrency=1))
        await provider.until(lambda seen: len(seen.calls) == 3)  # one at a time: the first two are done with
        tasks.cancel_scope.cancel()
    assert read_folder(out).grades() == []
    provider.script("grader", met)
    [found] = await grade(home, out, [RUBRIC], [answer("tower", GOOD)], days_later=days_later)
    assert len(provider.calls) == 4
    assert (found.score, found.coverage) == (13.75 / 20, 1.0)


async def test_graded_runs_leave_the_history_and_stay_in_the_days_money(home: Home, out: Path) -> None:
    await grade(home, out, [RUBRIC], [answer("tower", GOOD)])
    async with engine_on(home) as engine:
        assert await engine.journal.recent() == []
        assert (await engine.journal.today()).spent_usd == Decimal("0.03")


async def test_the_days_limit_stops_the_grading_and_what_was_graded_stays(
    home: Home, provider: ScriptedProvider, out: Path
) -> None:
    home.trio(provider, prices={"grader": (1.0, 10.0)}, config="[limits]\nmax_cost_usd_per_day = 0.05\n")
    given = [answer("tower", GOOD), answer("tower", GOOD, repeat=2)]
    with pytest.raises(FusionError, match="budget_exceeded"):
        await grade(home, out, [RUBRIC], given, concurrency=1)
    assert len(read_folder(out).grades()) <= 1


async def test_a_failure_that_every_call_would_meet_stops_the_grading(
    home: Home, provider: ScriptedProvider, out: Path
) -> None:
    provider.script("grader", status(402))
    with pytest.raises(FusionError, match="insufficient_credits"):
        await grade(home, out, [RUBRIC], [answer("tower", GOOD)])
    assert read_folder(out).grades() == []


async def test_the_estimate_counts_what_is_still_to_do(home: Home, out: Path) -> None:
    given = [answer("tower", GOOD), answer("tower", GOOD, repeat=2), answer("tower", None, repeat=3)]
    await grade(home, out, [RUBRIC], given[:1])
    async with engine_on(home) as engine:
        with hold_folder(out) as folder:
            for each in given[1:]:
                folder.append_answer(each)
            calls, most = estimate_grading(engine, folder, GRADER, passes=2)
            assert calls == 9
            assert most is not None
            assert most > 9 * 4096 * Decimal("0.00001")  # so much for every call's longest reply
            assert estimate_grading(engine, folder, ModelRef.parse("work:unknown"))[1] is None
