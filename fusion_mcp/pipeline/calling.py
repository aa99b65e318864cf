"""One call to one model on behalf of a stage.

Asked only while money allows, its failure a value, its thinking left out.
"""

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import anyio

from fusion_mcp.ledger import Account
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.types import CallFailure, ChatRequest, Completion, ModelRef

logger = logging.getLogger(__name__)

_THINKING = re.compile(
    r"\A\s*<(think|thinking|reasoning)>.*?(?:</\1>|\Z)"  # opened at the very start; never closed: all of it is thinking
    r"|\A(?:.*?\n)?</(?:think|thinking|reasoning)>[ \t]*(?:\n|\Z)",  # the opening tag eaten by the chat template
    re.DOTALL | re.IGNORECASE,
)


async def call(
    desk: Desk,
    model: ModelRef,
    request: ChatRequest,
    account: Account,
    on_text: Callable[[str], None] | None = None,
) -> Completion | CallFailure:
    """Ask one model. An empty reply is a failure, and so is a limit that has been reached."""
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
    text = without_thinking(reply.text)
    if not text:
        return CallFailure(reason="empty_completion", message=_why_empty(reply))
    return replace(reply, text=text)


def patience(deadline: float, models_left: int) -> float:
    """Seconds that a model may take to begin, so that those after it still have their chance before the deadline."""
    return max(0.1, (deadline - anyio.current_time()) / max(1, models_left))


def without_thinking(text: str) -> str:
    """Take out reasoning that a model wrote into its reply, closed or not."""
    return _THINKING.sub("", text).strip()


def told(failures: Sequence[tuple[ModelRef, CallFailure]]) -> str:
    """Say in one sentence what went wrong with each model that was tried."""
    return "; ".join(
        (failure.message if index == 0 else f"then {model}: {failure.message}").rstrip(".")
        for index, (model, failure) in enumerate(failures)
    )


def _why_empty(reply: Completion) -> str:
    match reply.finish_reason:
        case "length":
            return "the reply was empty: the output limit was used up before the answer began; raise max_output_tokens"
        case "content_filter":
            return "the reply was empty: the provider's content filter stopped it"
        case _:
            return "the reply was empty"
