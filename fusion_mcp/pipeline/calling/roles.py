"""Models that try in turn to fill a role, each with its share of the time, and what is said of those that failed.

The call itself is `call`'s.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import anyio

from fusion_mcp.clock import now
from fusion_mcp.codes import Stage
from fusion_mcp.pipeline.calling.call import Caller
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.run import Run
from fusion_mcp.presets.schema import Role
from fusion_mcp.types import CallFailure, ChatRequest, Message, ModelRef
from fusion_mcp.values import value

T = TypeVar("T")

Failures = tuple[tuple[ModelRef, CallFailure], ...]
"""Models that were tried in vain, in order, each with its failure."""


@value
class Filled(Generic[T]):
    """How a role was filled: what the model that succeeded brought, or None; and each one that failed before it."""

    outcome: T | None
    model: ModelRef | None
    failures: Failures


async def fill_role(
    desk: Desk,
    stage: Stage,
    models: Sequence[ModelRef],
    deadline: float,
    attempt: Callable[[Caller], Awaitable[T | CallFailure]],
    too_late: str,
    seat: str = "",
) -> Filled[T]:
    """Let models try in turn until one succeeds or the time is up. They are called for `seat`, else for themselves."""
    failures: list[tuple[ModelRef, CallFailure]] = []
    for index, model in enumerate(models):
        who = str(model)
        desk.tell(stage, "started", who)
        # It stays so where the deadline cuts the attempt off.
        outcome: T | CallFailure = CallFailure(reason="timed_out", message=too_late)
        caller = Caller(
            desk=desk,
            stage=stage,
            seat=seat or who,
            model=model,
            deadline=deadline,
            models_left=len(models) - index,
        )
        with anyio.CancelScope(deadline=deadline):
            outcome = await attempt(caller)
        if not isinstance(outcome, CallFailure):
            desk.tell(stage, "answered", who)
            return Filled(outcome=outcome, model=model, failures=tuple(failures))
        failures.append((model, outcome))
        desk.tell(stage, "failed", who, outcome.reason)
        if now() >= deadline:
            break
    return Filled(outcome=None, model=None, failures=tuple(failures))


def role_request(
    run: Run, role: Role, messages: tuple[Message, ...], json_schema: dict[str, Any] | None = None
) -> ChatRequest:
    """Ask whoever fills a role as the preset has it. Where that sets no temperature, JSON is asked for at 0."""
    usual = None if json_schema is None else 0.0
    return ChatRequest(
        messages=messages,
        temperature=usual if role.temperature is None else role.temperature,
        max_output_tokens=role.max_output_tokens,
        reasoning=role.reasoning,
        seed=run.sampling_seed(),
        json_schema=json_schema,
    )


def told(failures: Sequence[tuple[ModelRef, CallFailure]]) -> str:
    """Say in one sentence what went wrong with each model that was tried."""
    return "; ".join(
        (failure.message if index == 0 else f"then {model}: {failure.message}").rstrip(".")
        for index, (model, failure) in enumerate(failures)
    )


def failed(role: str, failures: Failures) -> Iterator[str]:
    """Say of each model that failed in a role, such as "judge", that it did and why, one sentence each."""
    for model, failure in failures:
        yield f"The {role} {model} failed ({failure.reason}): {failure.message.rstrip('.')}."
