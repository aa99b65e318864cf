"""The gate: a draft gives way to a member's answer only if that is better whichever stands first."""

from collections.abc import Sequence
from typing import Any

import anyio
import pytest

from fusion_mcp.pipeline.answer import Given
from fusion_mcp.pipeline.verification.gate import Preference, prefers_answer
from fusion_mcp.pipeline.verification.stage import check
from fusion_mcp.types import CallFailure, ModelRef
from scripted.desks import HANGS, Reply, Staff, desk, labelled
from scripted.verifying import choice, task_of

CHAMPION = labelled("It is 1991 metres.")[0]
DRAFT = "It is 1800 metres."


async def preferred(staff: Staff, within: float = 10.0, **preset: Any) -> Preference:
    with anyio.fail_after(5):
        return await prefers_answer(desk(staff, **preset), DRAFT, CHAMPION.content, anyio.current_time() + within)


def in_turn(replies: Sequence[Reply]) -> Staff:
    left = list(replies)
    return Staff(lambda _model, _prompt: left.pop(0))


@pytest.mark.parametrize(
    ("first", "second", "expected", "calls"),
    [
        ("first", "second", True, 2),
        ("first", "first", False, 2),
        ("first", "neither", False, 2),
        ("second", "", False, 1),
        ("neither", "", False, 1),
    ],
)
async def test_the_answer_must_be_better_in_both_orders(first: str, second: str, expected: bool, calls: int) -> None:
    staff = in_turn([choice(first), choice(second)])
    found = await preferred(staff)
    assert (found.is_for_answer, len(staff.asked)) == (expected, calls)
    assert found.by == ModelRef.parse("work:judge")


async def test_the_order_is_swapped_and_nobody_is_named() -> None:
    staff = in_turn([choice("first"), choice("second")])
    await preferred(staff)
    (one,), (two,) = staff.prompts("gate 1"), staff.prompts("gate 2")
    assert one.index(CHAMPION.content) < one.index(DRAFT)
    assert two.index(DRAFT) < two.index(CHAMPION.content)
    for prompt in (one, two):
        assert "work:" not in prompt
        assert "Response A" not in prompt


async def test_the_verifier_decides_where_there_is_one() -> None:
    staff = in_turn([choice("first"), choice("second")])
    found = await preferred(staff, verifier={"model": "work:checker"})
    assert found.by == ModelRef.parse("work:checker")
    assert {account.stage for _, account, _ in staff.asked} == {"verification"}


async def test_a_gatekeeper_that_fails_leaves_the_draft() -> None:
    failure = CallFailure(reason="upstream_error", message="It broke.")
    found = await preferred(in_turn([failure]))
    assert (found.is_for_answer, found.by) == (False, None)
    assert [failure.reason for _, failure in found.failures] == ["upstream_error"]
    late = await preferred(in_turn([choice("first"), HANGS]), within=0.2)
    assert (late.is_for_answer, late.by) == (False, None)


async def test_an_unreadable_choice_is_mended_once() -> None:
    staff = in_turn(["The first.", choice("first"), choice("second")])
    assert (await preferred(staff)).is_for_answer


async def test_a_check_that_never_ends_leaves_the_gate_its_time() -> None:
    staff = Staff(lambda _model, prompt: HANGS if task_of(prompt) == "claims" else choice("neither"))
    given, champion = (
        Given(text=DRAFT, draft=DRAFT),
        Given(text=CHAMPION.content, draft=CHAMPION.content, seat=CHAMPION.seat),
    )
    at = desk(staff, gate=True, verifier={"model": "work:checker"})
    with anyio.fail_after(5):
        kept, found = await check(at, given, champion, (CHAMPION,), (), anyio.current_time() + 0.8)
    assert (kept, found.is_complete) == (given, False)
    assert found.checked is not None
    assert found.checked.verifier is None
    assert found.preference is not None
    assert found.preference.by == ModelRef.parse("work:checker")
