"""Models that try in turn to fill a role, each with its share of the time, and what is said of those that failed.

The call itself is `calling`'s.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import anyio

from fusion_mcp.pipeline.run import Desk
from fusion_mcp.presets.schema import Role
from fusion_mcp.types import CallFailure, ChatRequest, Message, ModelRef, Stage

T = TypeVar("T")

Failures = tuple[tuple[ModelRef, CallFailure], ...]
"""Models that were tried in vain, in order, each with its failure."""


@dataclass(frozen=True, kw_only=True)
class Filled(Generic[T]):
    """How a role was filled: what the model that succeeded brought, or None; and each one that failed before it."""

    outcome: T | None
    model: ModelRef | None
    failures: Failures


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a model is waited for, as `ChatRequest` has it."""

    silence_within: float
    has_fallback: bool


async def fill_role(
    desk: Desk,
    stage: Stage,
    models: Sequence[ModelRef],
    deadline: float,
    attempt: Callable[[ModelRef, Patience], Awaitable[T | CallFailure]],
    too_late: str,
) -> Filled[T]:
    """Let models try in turn until one succeeds or the time is up. `attempt` gets a model and its patience."""
    failures: list[tuple[ModelRef, CallFailure]] = []
    for index, model in enumerate(models):
        desk.tell(stage, "started", str(model))
        outcome: T | CallFailure = CallFailure(reason="timed_out", message=too_late)
        with anyio.CancelScope(deadline=deadline):
            left = len(models) - index
            outcome = await attempt(model, Patience(silence_within=patience(deadline, left), has_fallback=left > 1))
        if not isinstance(outcome, CallFailure):
            desk.tell(stage, "answered", str(model))
            return Filled(outcome=outcome, model=model, failures=tuple(failures))
        failures.append((model, outcome))
        desk.tell(stage, "failed", str(model), outcome.reason)
        if anyio.current_time() >= deadline:
            break
    return Filled(outcome=None, model=None, failures=tuple(failures))


def role_request(
    desk: Desk,
    role: Role,
    messages: tuple[Message, ...],
    patience: Patience,
    json_schema: dict[str, Any] | None = None,
) -> ChatRequest:
    """Ask whoever fills a role as the preset has it. Where that sets no temperature, JSON is asked for at 0."""
    usual = None if json_schema is None else 0.0
    return ChatRequest(
        messages=messages,
        temperature=usual if role.temperature is None else role.temperature,
        max_output_tokens=role.max_output_tokens,
        reasoning=role.reasoning,
        seed=desk.run.seed % 2**31,
        json_schema=json_schema,
        silence_within=patience.silence_within,
        has_fallback=patience.has_fallback,
    )


def patience(deadline: float, models_left: int) -> float:
    """Seconds that a model may take to begin, so that those after it still have their chance before the deadline."""
    return max(0.1, (deadline - anyio.current_time()) / max(1, models_left))


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
