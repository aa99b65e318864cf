"""A call is made again only while that can help: seldom, not too soon, and never once the model has begun."""

import time
from operator import attrgetter

import anyio
import pytest

from fusion_mcp.providers.chat.retries import MAX_RETRIES, delay_before_retry
from fusion_mcp.providers.refusal import Refusal
from fusion_mcp.types import CallFailure
from providers import odd
from providers.asking import asking
from scripted import (
    Behaviour,
    ScriptedProvider,
    answers,
    cuts_after,
    error_in_stream,
    garbage,
    html,
    resets,
    stalls,
    stalls_after,
    status,
)

BUSY = Refusal(reason="rate_limited", message="busy", retry=True)


@pytest.mark.parametrize(
    ("retries_made", "drawn", "delay"),
    [(0, 0.0, 0.0), (0, 0.5, 0.25), (0, 1.0, 0.5), (1, 0.5, 0.5), (1, 1.0, 1.0), (2, 0.5, None), (9, 0.0, None)],
)
def test_the_wait_is_drawn_from_a_widening_span_at_most_twice(
    retries_made: int, drawn: float, delay: float | None
) -> None:
    assert delay_before_retry(BUSY, retries_made=retries_made, seconds_left=60, draw=lambda: drawn) == delay
    assert MAX_RETRIES == 2


@pytest.mark.parametrize(
    ("asked", "left", "delay"), [(3.0, 60, 3.0), (0.1, 60, 0.25), (3.0, 3.0, None), (3.0, 2, None)]
)
def test_retry_after_is_a_floor_under_the_wait_and_the_deadline_its_end(
    asked: float, left: float, delay: float | None
) -> None:
    refusal = Refusal(reason="rate_limited", message="busy", retry=True, retry_after=asked)
    assert delay_before_retry(refusal, retries_made=0, seconds_left=left, draw=lambda: 0.5) == delay


def test_what_cannot_help_is_not_tried_again_whatever_time_is_left() -> None:
    refusal = Refusal(reason="unauthorized", message="no", retry_after=0.0)
    assert delay_before_retry(refusal, retries_made=0, seconds_left=1e9, draw=lambda: 0.0) is None


@pytest.mark.parametrize(
    "trouble",
    [
        status(500),
        status(502, "<html>Bad Gateway</html>"),
        status(503),
        status(529),
        status(429),
        status(408),
        status(409),
        status(425),
        resets(),
        odd.sends(),
        odd.sends(b": keep-alive\n\n", then_cuts=True),
        odd.sends(odd.fails("overloaded", 503)),
        odd.sends(odd.fails("overloaded", "overloaded")),
        error_in_stream("busy", 429, after=""),
    ],
    ids=attrgetter("name"),
)
async def test_passing_trouble_is_tried_again_until_it_has_passed(
    provider: ScriptedProvider, trouble: Behaviour
) -> None:
    provider.script("alpha", trouble, trouble, answers("Two."))
    async with asking(provider) as caller:
        assert await caller.text() == "Two."
    assert len(provider.calls) == 3


@pytest.mark.parametrize("trouble", [status(500), status(429), resets()], ids=attrgetter("name"))
async def test_lasting_trouble_is_given_up_after_two_more_calls(provider: ScriptedProvider, trouble: Behaviour) -> None:
    provider.script("alpha", trouble)
    async with asking(provider) as caller:
        await caller.failure()
    assert len(provider.calls) == 3


@pytest.mark.parametrize(
    "trouble",
    [
        status(400),
        status(401),
        status(402),
        status(403),
        status(404),
        status(413),
        status(422),
        status(302, "", {"location": "/v1/elsewhere"}),
        html(),
        garbage(),
        odd.nests(),
        odd.sends(odd.fails("no such key", 401)),
        odd.sends(odd.fails("pay first", 402)),
        odd.whole({"status": "ok"}),
        stalls(),
    ],
    ids=attrgetter("name"),
)
async def test_what_asking_again_cannot_mend_is_asked_once(provider: ScriptedProvider, trouble: Behaviour) -> None:
    provider.script("alpha", trouble, answers("Two."))
    async with asking(provider) as caller:
        await caller.failure(silence_within=0.2 if trouble.name == "stalls" else None)
    assert len(provider.calls) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        cuts_after("Two"),
        error_in_stream("busy", 503),
        stalls_after("Two"),
        odd.sends(odd.thinks(), then_cuts=True),
        odd.sends(odd.thinks(), odd.fails("'temperature' is not supported", 400)),
    ],
    ids=attrgetter("name"),
)
async def test_a_model_that_had_begun_is_never_asked_again(provider: ScriptedProvider, trouble: Behaviour) -> None:
    provider.script("alpha", trouble, answers("Two."))
    async with asking(provider, silence_s=(5.0, 0.2)) as caller:
        await caller.failure(temperature=0.5)
    assert len(provider.calls) == 1


async def test_a_call_that_nobody_takes_is_tried_three_times_and_names_the_address(nowhere: str) -> None:
    async with asking(nowhere) as caller:
        failure = await caller.failure()
    assert failure.reason == "upstream_error"
    assert f"{nowhere}/chat/completions" in failure.message
    assert "is it running" in failure.message
    assert len(caller.lines) == 3


async def test_retry_after_is_waited_for(provider: ScriptedProvider) -> None:
    provider.script("alpha", status(429, headers={"retry-after": "0.3"}), answers("Two."))
    async with asking(provider) as caller:
        assert await caller.text() == "Two."
    first, second = provider.calls
    assert second.started - first.started >= 0.3


async def test_the_jitter_is_drawn_anew_for_each_retry(provider: ScriptedProvider) -> None:
    draws = [0.4, 0.2]
    provider.script("alpha", status(500), status(500), answers("Two."))
    async with asking(provider, draw=lambda: draws.pop(0)) as caller:
        assert await caller.text() == "Two."
    first, second, third = (call.started for call in provider.calls)
    assert second - first >= 0.2
    assert third - second >= 0.2
    assert draws == []


async def test_a_retry_after_past_the_deadline_ends_the_call_at_once(provider: ScriptedProvider) -> None:
    provider.script("alpha", status(429, headers={"retry-after": "60"}))
    start = time.monotonic()
    async with asking(provider) as caller:
        with anyio.fail_after(5):
            failure = await caller.failure()
    assert (failure.reason, failure.status_code) == ("rate_limited", 429)
    assert time.monotonic() - start < 2
    assert len(provider.calls) == 1


async def test_retries_leave_those_who_stand_in_their_time(provider: ScriptedProvider) -> None:
    provider.script("alpha", status(429, headers={"retry-after": "3"}), answers("Two."))
    async with asking(provider) as caller:
        failure = await caller.failure(silence_within=1.0)
    assert failure.reason == "rate_limited"
    assert len(provider.calls) == 1


async def test_a_cancelled_wait_makes_no_further_call(provider: ScriptedProvider) -> None:
    provider.script("alpha", status(429, headers={"retry-after": "5"}), answers("Two."))
    replies: list[object] = []
    waiting = anyio.Event()

    def draw() -> float:
        waiting.set()
        return 0.0

    async with asking(provider, draw=draw) as caller, anyio.create_task_group() as asked:

        async def ask() -> None:
            replies.append(await caller.reply())

        asked.start_soon(ask)
        with anyio.fail_after(5):
            await waiting.wait()
        asked.cancel_scope.cancel()
    assert replies == []
    assert len(provider.calls) == 1


async def test_a_failure_carries_the_providers_status_and_words(provider: ScriptedProvider) -> None:
    provider.script("alpha", status(404, {"error": {"message": "no model of that name"}}))
    async with asking(provider) as caller:
        failure = await caller.failure()
    assert failure == CallFailure(
        reason="invalid_model",
        message="Work has no model 'alpha' for this account (404). It said: no model of that name",
        status_code=404,
    )
