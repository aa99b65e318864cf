"""One call to one model on behalf of a stage.

Asked only while money allows, its failure a value, its thinking left out. And models that try in turn.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import anyio

from fusion_mcp.cleaning import clean
from fusion_mcp.ledger import Account
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.types import CallFailure, ChatRequest, Completion, ModelRef, Stage

logger = logging.getLogger(__name__)

T = TypeVar("T")

Failures = tuple[tuple[ModelRef, CallFailure], ...]
"""Models that were tried in vain, in order, each with its failure."""

_OPENED = re.compile(r"<(think|thinking|reasoning)>", re.IGNORECASE)
_CLOSED = re.compile(r"^</(?:think|thinking|reasoning)>[ \t]*$", re.IGNORECASE | re.MULTILINE)


async def call(
    desk: Desk,
    model: ModelRef,
    request: ChatRequest,
    account: Account,
    on_text: Callable[[str], None] | None = None,
) -> Completion | CallFailure:
    """Ask one model. A reply without words or tool calls is a failure, and so is a limit that has been reached."""
    if desk.ledger.exhausted():
        message = f"the limit of ${desk.ledger.limit_usd} has been reached, so this call was not made"
        return CallFailure(reason="budget_exceeded", message=message)
    try:
        reply = await desk.models.complete(model, request, account, on_text)
    except Exception:
        # A member's failure is a value even when the fault is ours: the other members' answers must not die with it.
        logger.exception("calling %s failed unexpectedly", model)
        return CallFailure(
            reason="unexpected_error", message="an error in fusion-mcp itself; its log on stderr has the details"
        )
    if isinstance(reply, CallFailure):
        return reply
    text = clean(without_thinking(reply.text)).strip()
    if not text and not reply.tool_calls:
        return CallFailure(reason="empty_completion", message=_why_empty(reply))
    return replace(reply, text=text)


@dataclass(frozen=True, kw_only=True)
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
    attempt: Callable[[ModelRef, float], Awaitable[T | CallFailure]],
    too_late: str,
) -> Filled[T]:
    """Let models try in turn until one succeeds or the time is up. `attempt` gets a model and its patience (s)."""
    failures: list[tuple[ModelRef, CallFailure]] = []
    for index, model in enumerate(models):
        desk.tell(stage, "started", str(model))
        outcome: T | CallFailure = CallFailure(reason="timed_out", message=too_late)
        with anyio.CancelScope(deadline=deadline):
            outcome = await attempt(model, patience(deadline, len(models) - index))
        if not isinstance(outcome, CallFailure):
            desk.tell(stage, "answered", str(model))
            return Filled(outcome=outcome, model=model, failures=tuple(failures))
        failures.append((model, outcome))
        desk.tell(stage, "failed", str(model), outcome.reason)
        if anyio.current_time() >= deadline:
            break
    return Filled(outcome=None, model=None, failures=tuple(failures))


def patience(deadline: float, models_left: int) -> float:
    """Seconds that a model may take to begin, so that those after it still have their chance before the deadline."""
    return max(0.1, (deadline - anyio.current_time()) / max(1, models_left))


def without_thinking(text: str) -> str:
    """Take out reasoning that a model wrote at the head of its reply, also where a chat template ate the opening tag.

    What merely speaks of such tags, further on or in a code block, stays.
    """
    text = text.strip()
    opened = _OPENED.match(text)
    if opened is not None:
        end = re.search(f"</{opened[1]}>", text, re.IGNORECASE)
        if end is not None:
            return text[end.end() :].strip()
        return "" if text[opened.end() : opened.end() + 1] in ("", "\n") else text
    closed = _CLOSED.search(text)
    if closed is not None and "```" not in text[: closed.start()] and not _OPENED.search(text, 0, closed.start()):
        return text[closed.end() :].strip()
    return text


def told(failures: Sequence[tuple[ModelRef, CallFailure]]) -> str:
    """Say in one sentence what went wrong with each model that was tried."""
    return "; ".join(
        (failure.message if index == 0 else f"then {model}: {failure.message}").rstrip(".")
        for index, (model, failure) in enumerate(failures)
    )


def _why_empty(reply: Completion) -> str:
    if reply.text.strip():
        return "the reply held reasoning and no answer"
    match reply.finish_reason:
        case "length":
            return "the reply was empty: the output limit was used up before the answer began; raise max_output_tokens"
        case "content_filter":
            return "the reply was empty: the provider's content filter stopped it"
        case _:
            return "the reply was empty"
