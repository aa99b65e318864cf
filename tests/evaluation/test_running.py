"""Asking every task of every configuration: in turn, within the money, once each, and whatever happens meanwhile."""

from collections import Counter
from functools import partial
from pathlib import Path

import anyio
import pytest

from evaluation.asked import TASKS, engine_on, evaluate, keys, plan_on, seat
from fusion_mcp.errors import Refused
from fusion_mcp.evaluation.asking.planning import at_once, refuse_unaskable, worst_case
from fusion_mcp.evaluation.asking.running import run_all
from fusion_mcp.evaluation.asking.samples import Sample, missing, planned
from fusion_mcp.evaluation.folder import ANSWERS, begin_folder, read_folder
from fusion_mcp.evaluation.tasks import ExactTask
from fusion_mcp.types import ModelRef
from scripted import Home, ScriptedProvider, answers, depends, held, status
from scripted.disks import no_file_longer_than

FAR = 4_000_000
"""Bytes that no other file of a test comes near."""
NAMES = ["trio", "solo work:alpha", "solo work:beta", "solo work:gamma", "self work:alpha x3"]


async def test_every_task_is_asked_of_every_configuration_in_turn(
    tmp_path: Path, home: Home, provider: ScriptedProvider
) -> None:
    seat(home, provider)
    folder, events, stopped = await evaluate(home, tmp_path / "out", tasks=TASKS[1:3])
    assert stopped is None
    assert keys(folder) == [(task.id, name) for task in TASKS[1:3] for name in NAMES]
    assert [event.done for event in events if event.state == "answered"] == list(range(1, 11))
    alone = next(each for each in folder.answers() if each.configuration == "solo work:beta")
    assert alone.result
    assert (alone.result.answer, alone.result.answered_by) == ("beta is sure.\nANSWER: 4", "work:beta")
    assert alone.cost_usd
    assert alone.cost_usd > 0


async def test_what_is_answered_is_not_asked_again_and_repeats_are_asked_anew(
    tmp_path: Path, home: Home, provider: ScriptedProvider
) -> None:
    seat(home, provider)
    for _ in range(2):
        folder, _, _ = await evaluate(home, tmp_path / "out", only=["solo"], repeats=2, concurrency=3, tasks=TASKS[:2])
        assert len(folder.answers()) == 12
    assert Counter(call.model for call in provider.calls) == {"alpha": 4, "beta": 4, "gamma": 4}


async def test_a_full_disk_stops_the_evaluation_and_what_it_kept_nothing_of_is_not_paid_for_again(
    tmp_path: Path, home: Home, provider: ScriptedProvider
) -> None:
    seat(home, provider)
    await evaluate(home, tmp_path / "out", only=["solo"], tasks=TASKS[:1])
    file = tmp_path / "out" / ANSWERS
    file.write_bytes(b" " * (FAR - 1) + b"\n")
    with no_file_longer_than(FAR + 10):
        folder, _, stopped = await evaluate(home, tmp_path / "out", only=["solo"], tasks=TASKS[:1], concurrency=2)
    assert "answers.jsonl: cannot be written" in str(stopped)
    assert folder.answers() == []
    folder, _, stopped = await evaluate(home, tmp_path / "out", only=["solo"], tasks=TASKS[:1])
    assert (stopped, len(folder.answers()), len(provider.calls)) == (None, 3, 3)


async def test_an_answer_that_was_cut_off_while_it_was_written_is_not_paid_for_again(
    tmp_path: Path, home: Home, provider: ScriptedProvider
) -> None:
    seat(home, provider)
    await evaluate(home, tmp_path / "out", only=["fusion"], tasks=TASKS[:2])
    calls, file = len(provider.calls), tmp_path / "out" / ANSWERS
    written = file.read_bytes()
    file.write_bytes(written[:-10])
    folder, _, _ = await evaluate(home, tmp_path / "out", only=["fusion"], tasks=TASKS[:2])
    last = folder.answers()[-1].result
    assert last
    assert (len(folder.answers()), last.reused, len(provider.calls)) == (2, "finished", calls)


@pytest.mark.parametrize("days_later", [0.1, 3])
async def test_an_answer_that_is_only_in_the_journal_is_not_paid_for_again_however_late(
    tmp_path: Path, home: Home, provider: ScriptedProvider, days_later: float
) -> None:
    seat(home, provider)
    await evaluate(home, tmp_path / "out", only=["fusion"], tasks=TASKS[:2])
    calls = len(provider.calls)
    (tmp_path / "out" / ANSWERS).unlink()  # it was killed after the journal had the results
    folder, _, _ = await evaluate(home, tmp_path / "out", only=["fusion"], tasks=TASKS[:2], days_later=days_later)
    assert [each.result.reused for each in folder.answers() if each.result] == ["finished", "finished"]
    assert len(provider.calls) == calls


async def test_two_tasks_of_the_same_words_are_two_runs(tmp_path: Path, home: Home, provider: ScriptedProvider) -> None:
    seat(home, provider, cost=0.02)
    twins = tuple(ExactTask(id=f"twin {number}", problem="2 + 2?", targets=("4",)) for number in range(2))
    folder, _, _ = await evaluate(home, tmp_path / "out", only=["solo"], tasks=twins, concurrency=4)
    assert len({each.result.run_id for each in folder.answers() if each.result}) == 6
    assert len(provider.calls) == 6


async def test_the_runs_stay_in_the_journal_to_be_looked_at(
    tmp_path: Path, home: Home, provider: ScriptedProvider
) -> None:
    seat(home, provider)
    folder, _, _ = await evaluate(home, tmp_path / "out", only=["fusion"])
    async with engine_on(home) as engine:
        rows = await engine.journal.recent()
    assert {row.id for row in rows} == {each.result.run_id for each in folder.answers() if each.result}


async def test_members_are_kept_from_the_rubric_and_from_what_the_plan_excludes(
    home: Home, provider: ScriptedProvider
) -> None:
    seat(home, provider)
    async with engine_on(home) as engine:
        plan = await plan_on(engine, only=["fusion"])
        run = planned(engine, plan, Sample(task=TASKS[2], configuration=plan.configurations[0], repeat=1))
        assert plan.excluded_domains
        assert set(plan.excluded_domains) <= set(run.domains.excluded)
        assert "Says that it is so since nobody ever changed it." in run.withheld
        offline = await plan_on(engine, only=["fusion"], web=False)
        sample = Sample(task=TASKS[2], configuration=offline.configurations[0], repeat=1)
        assert not planned(engine, offline, sample).web


async def test_a_configuration_that_fails_is_recorded_and_asked_again_only_where_that_is_wanted(
    tmp_path: Path, home: Home, provider: ScriptedProvider
) -> None:
    seat(home, provider)
    provider.script("gamma", status(400, {"error": {"message": "no"}}))
    folder, events, stopped = await evaluate(home, tmp_path / "out", only=["solo"], tasks=TASKS[:2])
    assert stopped is None
    failed = [each for each in folder.answers() if each.result is None]
    assert {each.configuration for each in failed} == {"solo work:gamma"}
    assert len(failed) == 2
    assert failed[0].reason == "all_panels_failed"
    assert "work:gamma" in failed[0].error
    assert sum(event.state == "failed" for event in events) == 2
    seat(home, provider)
    folder, _, _ = await evaluate(home, tmp_path / "out", only=["solo"], tasks=TASKS[:2])
    assert sum(each.result is None for each in folder.answers()) == 2
    folder, _, _ = await evaluate(home, tmp_path / "out", only=["solo"], tasks=TASKS[:2], retry_failed=True)
    assert all(each.result for each in folder.answers())
    assert len(folder.answers()) == 6


async def test_its_own_limit_of_money_stops_it_and_a_higher_one_goes_on(
    tmp_path: Path, home: Home, provider: ScriptedProvider
) -> None:
    seat(home, provider, cost=0.02)
    folder, _, stopped = await evaluate(home, tmp_path / "out", only=["solo"], max_cost_usd="0.08", concurrency=4)
    assert isinstance(stopped, Refused)
    assert stopped.reason == "budget_exceeded"
    assert "--max-cost-usd 0.08" in stopped.message
    done = len(folder.answers())
    assert 0 < done < 12
    assert len(provider.calls) == done, "what was begun was finished and kept"
    folder, _, stopped = await evaluate(home, tmp_path / "out", only=["solo"], max_cost_usd="5", concurrency=4)
    assert stopped is None
    assert len(folder.answers()) == len(provider.calls) == 12


async def test_what_the_day_has_left_stops_it_before_a_run_is_cut_down(
    tmp_path: Path, home: Home, provider: ScriptedProvider
) -> None:
    seat(home, provider, cost=0.02, config="[limits]\nmax_cost_usd_per_day = 0.08\n")
    folder, _, stopped = await evaluate(home, tmp_path / "out", only=["solo"])
    assert isinstance(stopped, Refused)
    assert "max_cost_usd_per_day" in stopped.message
    assert 0 < len(folder.answers()) < 12
    assert not [each for each in folder.answers() if each.result and any("today" in w for w in each.result.warnings)]
    seat(home, provider, cost=0.02)
    folder, _, stopped = await evaluate(home, tmp_path / "out", only=["solo"])
    assert stopped is None
    assert len(provider.calls) == 12


async def test_a_key_that_is_refused_stops_it_and_spoils_no_score(
    tmp_path: Path, home: Home, provider: ScriptedProvider
) -> None:
    seat(home, provider)
    provider.script("beta", status(401, {"error": {"message": "no such key"}}))
    folder, _, stopped = await evaluate(home, tmp_path / "out", only=["solo"])
    assert isinstance(stopped, Refused)
    assert stopped.reason == "unauthorized"
    assert "solo work:beta" in stopped.message
    assert keys(folder) == [("sum", "solo work:alpha")]


async def test_a_member_that_cannot_be_called_is_told_before_anything_is_spent(
    home: Home, provider: ScriptedProvider
) -> None:
    seat(home, provider)
    home.trio(provider, panel=["alpha", "openai:some-model"])
    async with engine_on(home) as engine:
        plan = await plan_on(engine)
        with pytest.raises(Refused, match=r"solo openai:some-model cannot be asked.*OPENAI_API_KEY"):
            refuse_unaskable(engine, plan)
    assert provider.calls == []


async def test_a_run_that_is_above_its_own_limit_is_told_before_anything_is_spent(
    home: Home, provider: ScriptedProvider
) -> None:
    seat(home, provider, config="[limits]\nmax_cost_usd_per_run = 0.001\n")
    async with engine_on(home) as engine:
        with pytest.raises(Refused, match="max_cost_usd_per_run"):
            refuse_unaskable(engine, await plan_on(engine))


async def test_the_worst_case_counts_what_is_left(home: Home, provider: ScriptedProvider) -> None:
    seat(home, provider)
    async with engine_on(home) as engine:
        plan = await plan_on(engine)
        left = missing(plan, [])
        whole, half = worst_case(engine, plan, left), worst_case(engine, plan, left[:10])
    assert list(whole.by_configuration) == NAMES
    assert whole.most_usd == 2 * half.most_usd > 0
    assert (whole.unpriced, whole.on_subscription) == ((), ())


async def test_one_question_is_asked_at_a_time_where_a_model_runs_on_this_machine(
    home: Home, provider: ScriptedProvider
) -> None:
    seat(home, provider)
    async with engine_on(home) as engine:
        far, near = ModelRef.parse("work:alpha"), ModelRef.parse("ollama:some-model")
        assert at_once(engine, [far], None) == 4
        assert at_once(engine, [far, near], None) == at_once(engine, [ModelRef.parse("local:own")], None) == 1
        assert at_once(engine, [near], 3) == 3, "somebody may know better"


async def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path, home: Home, provider: ScriptedProvider) -> None:
    seat(home, provider)
    ready, gate = answers("gamma is sure.\nANSWER: 4"), provider.gate("colour")
    provider.script("gamma", depends(lambda call: held(gate, ready) if "snow" in call.prompt else ready))
    async with engine_on(home) as engine:
        plan = await plan_on(engine, only=["fusion"])
        with begin_folder(tmp_path / "out", plan) as held_folder:
            async with anyio.create_task_group() as group:
                ask = partial(run_all, engine, held_folder, on_event=lambda _: None, concurrency=1)
                group.start_soon(ask)
                await provider.until(lambda seen: sum("snow" in call.prompt for call in seen.calls) == 3)
                await provider.until(lambda seen: seen.in_flight == 1)
                group.cancel_scope.cancel()
    assert len(read_folder(tmp_path / "out").answers()) == 3
    gate.open()
    folder, _, stopped = await evaluate(home, tmp_path / "out", only=["fusion"])
    assert stopped is None
    last = folder.answers()[-1]
    assert last.result
    assert last.result.reused == "resumed"
    assert Counter(call.model for call in provider.calls) == {
        "alpha": 4,
        "beta": 4,
        "gamma": 5,
        "judge": 4,
        "writer": 4,
    }
