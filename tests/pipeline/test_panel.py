"""The panel: everyone is asked at once, everyone has one outcome, and nobody is waited for in vain."""

from collections import Counter

import anyio
import pytest

from fusion_mcp.errors import FusionFailed
from fusion_mcp.protocols import Progress
from fusion_mcp.result import FusionResult
from scripted import Behaviour, Home, ScriptedProvider, answers, held, html, says_nothing, stalls, stalls_after, status
from scripted.asking import ask
from scripted.trio import trio_answers


def seats(result: FusionResult) -> list[str]:
    return [response.model for response in result.responses] + [failed.model for failed in result.failed_models]


async def test_three_members_answer_and_the_result_is_ok(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    home.trio(provider)
    result = await ask(home)
    assert (result.status, result.answer, result.answered_by) == ("ok", "It is Paris.", "synthesizer")
    assert [response.content for response in result.responses] == [
        "Alpha says Paris.",
        "Beta says Paris.",
        "Gamma says Paris.",
    ]
    unknown, assumed = result.warnings
    assert unknown.startswith("The cost is unknown: there is no price for work:alpha, work:beta, work:gamma")
    assert assumed.startswith("Each call of unknown price counted as $0.002 towards this run's limit of $2.00")
    assert Counter(call.model for call in provider.calls) == dict.fromkeys(
        ("alpha", "beta", "gamma", "judge", "writer"), 1
    )


async def test_the_members_are_in_flight_together(home: Home, provider: ScriptedProvider) -> None:
    gate = provider.gate("together")
    trio_answers(provider)
    for name in ("alpha", "beta", "gamma"):
        provider.script(name, held(gate, answers("Paris.")))
    home.trio(provider)
    async with anyio.create_task_group() as running:
        running.start_soon(ask, home)
        await provider.until(lambda p: p.in_flight == 3)
        gate.open()


@pytest.mark.parametrize(
    ("behaviour", "reason", "code"),
    [
        (status(401), "unauthorized", 401),
        (status(402), "insufficient_credits", 402),
        (status(404), "invalid_model", 404),
        (html(), "upstream_error", None),
        (says_nothing(), "empty_completion", None),
    ],
)
async def test_a_dead_member_is_named_with_its_reason_and_the_others_answer(
    home: Home, provider: ScriptedProvider, behaviour: Behaviour, reason: str, code: int | None
) -> None:
    trio_answers(provider)
    provider.script("gamma", behaviour)
    home.trio(provider)
    result = await ask(home)
    assert result.status == "degraded"
    [failed] = result.failed_models
    assert (failed.model, failed.reason, failed.status_code) == ("work:gamma", reason, code)
    assert any("work:gamma did not answer" in warning for warning in result.warnings)
    assert seats(result) == ["work:alpha", "work:beta", "work:gamma"]


@pytest.mark.parametrize("straggler", ["alpha", "gamma"])
async def test_a_straggler_is_cut_off_after_the_grace_period_and_listed_as_late(
    home: Home, provider: ScriptedProvider, straggler: str
) -> None:
    trio_answers(provider)
    provider.script(straggler, stalls_after("Well,"))
    home.trio(provider, quorum=2, grace_s=0.2)
    result = await ask(home)
    assert [(failed.model, failed.reason) for failed in result.failed_models] == [(f"work:{straggler}", "late")]
    assert any("cut off" in warning for warning in result.warnings)
    await provider.until(lambda p: p.calls_to(straggler)[0].closed_by_client)


def one_at_a_time(home: Home) -> None:
    text = home.config_file.read_text(encoding="utf-8")
    home.config(text.replace("api_key_env", "max_concurrency = 1\napi_key_env"))


async def test_members_that_wait_for_their_turn_are_no_stragglers(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    home.trio(provider, quorum=1, grace_s=1)
    one_at_a_time(home)
    result = await ask(home)
    assert (result.status, result.failed_models) == ("ok", [])
    assert provider.max_in_flight == 1


async def test_a_straggler_whose_turn_came_last_is_cut_off_too(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("gamma", stalls())
    home.trio(provider, quorum=2, grace_s=0.3)
    one_at_a_time(home)
    result = await ask(home)
    [late] = result.failed_models
    assert (late.model, late.reason) == ("work:gamma", "late")
    assert "grace period was over" in late.error
    assert result.seconds.total < 10


async def test_a_member_that_stalls_is_timed_out_when_the_quorum_needs_it(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    provider.script("gamma", stalls())
    home.trio(provider, quorum=3, deadline_s=2.0)
    result = await ask(home)
    assert [(failed.model, failed.reason) for failed in result.failed_models] == [("work:gamma", "timed_out")]
    assert (result.answer, result.status) == ("It is Paris.", "degraded")
    assert any("asks for 3" in warning for warning in result.warnings)
    await provider.until(lambda p: p.calls_to("gamma")[0].closed_by_client)


async def test_the_panel_leaves_judge_and_synthesizer_their_time(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("gamma", stalls())
    home.trio(provider, quorum=3, deadline_s=2.0)
    result = await ask(home)
    assert result.seconds.panel is not None
    assert result.seconds.panel < 0.8 * 2.0
    assert result.analysis is not None


async def test_a_fallback_answers_in_its_seat_and_the_result_says_so(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("gamma", status(404))
    provider.script("spare", answers("The spare says Paris."))
    home.trio(provider, panel=["alpha", "beta", {"model": "work:gamma", "fallbacks": ["work:spare"]}])
    result = await ask(home)
    assert result.status == "ok"
    third = result.responses[2]
    assert (third.model, third.served_by, third.content) == ("work:gamma", "work:spare", "The spare says Paris.")
    assert third.usage.calls == 2
    assert any("its fallback work:spare answered" in warning for warning in result.warnings)


@pytest.mark.parametrize("behaviour", [stalls(), stalls_after("Well,")])
async def test_a_member_that_stalls_leaves_its_fallback_time(
    home: Home, provider: ScriptedProvider, behaviour: Behaviour
) -> None:
    trio_answers(provider)
    provider.script("gamma", behaviour)
    provider.script("spare", answers("The spare says Paris."))
    panel = ["alpha", "beta", {"model": "work:gamma", "fallbacks": ["work:spare"]}]
    home.trio(provider, panel=panel, quorum=3, deadline_s=3.0)
    result = await ask(home)
    assert result.responses[2].served_by == "work:spare"


async def test_a_member_whose_fallbacks_fail_too_reports_all_of_them(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("gamma", status(404))
    provider.script("spare", status(401))
    home.trio(provider, panel=["alpha", "beta", {"model": "work:gamma", "fallbacks": ["work:spare"]}])
    result = await ask(home)
    [failed] = result.failed_models
    assert failed.reason == "invalid_model"
    assert "then work:spare" in failed.error


async def test_the_same_model_may_sit_twice_under_numbered_names(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    home.trio(provider, panel=["alpha", "alpha", "beta"])
    result = await ask(home)
    assert [response.model for response in result.responses] == ["work:alpha", "work:alpha #2", "work:beta"]
    assert [response.usage.calls for response in result.responses] == [1, 1, 1]


async def test_when_nobody_answers_the_error_lists_every_member(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("alpha", status(500))
    provider.script("beta", html())
    provider.script("gamma", status(404))
    home.trio(provider)
    with pytest.raises(FusionFailed) as failed:
        await ask(home)
    assert failed.value.reason == "all_panels_failed"
    assert {failure.seat: failure.reason for failure in failed.value.failures} == {
        "work:alpha": "upstream_error",
        "work:beta": "upstream_error",
        "work:gamma": "invalid_model",
    }
    assert all(seat in str(failed.value) for seat in ("work:alpha", "work:beta", "work:gamma"))
    assert provider.calls_to("judge") == []


@pytest.mark.parametrize(("code", "reason"), [(402, "insufficient_credits"), (429, "rate_limited")])
async def test_a_total_failure_for_one_cause_bears_its_code(
    home: Home, provider: ScriptedProvider, code: int, reason: str
) -> None:
    trio_answers(provider)
    for name in ("alpha", "beta", "gamma"):
        provider.script(name, status(code))
    home.trio(provider)
    with pytest.raises(FusionFailed) as failed:
        await ask(home)
    assert failed.value.reason == reason
    assert "all_panels_failed" in str(failed.value)


async def test_progress_tells_of_every_start_answer_and_failure(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("gamma", status(401))
    home.trio(provider)
    seen: list[Progress] = []
    await ask(home, watch=seen.append)
    told = Counter((event.stage, event.state) for event in seen if event.state != "writing")
    assert told == {
        ("panel", "started"): 3,
        ("panel", "answered"): 2,
        ("panel", "failed"): 1,
        ("judge", "started"): 1,
        ("judge", "answered"): 1,
        ("synthesis", "started"): 1,
        ("synthesis", "answered"): 1,
    }
    assert "".join(event.detail for event in seen if event.state == "writing").endswith("It is Paris.")


async def test_a_lens_reaches_its_member_alone(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    home.trio(provider, panel=["alpha", {"model": "work:beta", "lens": "Argue as a sceptic."}, "gamma"])
    await ask(home)
    assert "sceptic" in provider.calls_to("beta")[0].prompt
    assert "sceptic" not in provider.calls_to("alpha")[0].prompt


async def test_context_reaches_the_members_fenced(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    home.trio(provider)
    await ask(home, context="The atlas of 1999.")
    prompt = provider.calls_to("alpha")[0].prompt
    assert "The atlas of 1999." in prompt
    assert prompt.index("<<<context") < prompt.index("The atlas") < prompt.index("<<<end of context")


async def test_thinking_that_leaks_into_an_answer_is_taken_out(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("alpha", answers("Paris.", reasoning="Hmm, France.", think_tags=True))
    provider.script("beta", answers("Paris it is.", reasoning="Let me think.", reasoning_field="reasoning_content"))
    home.trio(provider)
    result = await ask(home)
    assert [response.content for response in result.responses[:2]] == ["Paris.", "Paris it is."]


async def test_a_member_that_only_thinks_has_answered_nothing(home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    provider.script("alpha", answers("", reasoning="Hmm.", think_tags=True))
    home.trio(provider)
    result = await ask(home)
    assert [(failed.model, failed.reason) for failed in result.failed_models] == [("work:alpha", "empty_completion")]
