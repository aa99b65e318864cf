"""One question of this stage to whoever fills a role: JSON of a shape, mended once, then the next model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Generic, TypeVar

import anyio.to_thread

from fusion_mcp.pipeline.calling.call import Caller
from fusion_mcp.pipeline.calling.mending import call_for_json
from fusion_mcp.pipeline.calling.roles import Filled, Patience, fill_role, role_request
from fusion_mcp.pipeline.costs.shares import LEAST_OUTPUT_TOKENS, offer
from fusion_mcp.pipeline.judging.analysis import Malformed
from fusion_mcp.pipeline.run import Desk
from fusion_mcp.presets.schema import Role
from fusion_mcp.types import CallFailure, ChatRequest, Message, ModelRef

T = TypeVar("T")

STAGE = "verification"
TOO_LATE = "the time for checking was up"


@dataclass(frozen=True, kw_only=True)
class Worded:
    """What a model is told, and the JSON Schema of its reply."""

    messages: tuple[Message, ...]
    schema: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Question(Generic[T]):
    """What is asked: `seat` names its steps, `worded` puts it for a model, small or not, `read` takes the reply.

    `what` names the reply for the person, as in "list of claims". It is asked only where money is left for `then`, what
    its model must be asked next for the reply to be of any use.
    """

    seat: str
    worded: Callable[[bool], Worded]
    read: Callable[[str], T | Malformed]
    what: str
    then: Callable[[bool], Worded] | None = None


async def ask(
    desk: Desk, role: Role, question: Question[T], deadline: float, models: Sequence[ModelRef] = ()
) -> Filled[T]:
    """Ask `models`, or else the role's own, in turn until one replies as it should or the time is up.

    What is asked is put into words beside the event loop: texts are long.
    """

    async def attempt(model: ModelRef, patience: Patience) -> T | CallFailure:
        caller = Caller(desk=desk, stage=STAGE, seat=question.seat)
        request = await anyio.to_thread.run_sync(_request, desk, role, model, question.worded, patience)
        next_usd = await anyio.to_thread.run_sync(_least_usd, desk, role, model, question.then, patience)
        return await call_for_json(caller, model, request, question.read, question.what, next_usd)

    return await fill_role(desk, STAGE, models or models_of_role(role), deadline, attempt, TOO_LATE)


def models_of_role(role: Role) -> tuple[ModelRef, ...]:
    """Name who may fill a role, in turn."""
    return (role.model, *role.fallbacks)


def still_there(role: Role, answered: ModelRef | None) -> tuple[ModelRef, ...]:
    """Name who may fill a role from now on: whoever answered last, and those after it."""
    models = models_of_role(role)
    return models[models.index(answered) :] if answered in models else models


def _least_usd(
    desk: Desk, role: Role, model: ModelRef, worded: Callable[[bool], Worded] | None, patience: Patience
) -> Decimal:
    """The least that a question may cost which is asked later, if any is."""
    if worded is None:
        return Decimal(0)
    request = _request(desk, role, model, worded, patience)
    least = replace(request, max_output_tokens=request.max_output_tokens or LEAST_OUTPUT_TOKENS)
    offered = offer(desk.models.price, model, least, None, desk.run.assumed_usd)
    return desk.ledger.expected(model, offered.reserved_usd)


def _request(
    desk: Desk, role: Role, model: ModelRef, worded: Callable[[bool], Worded], patience: Patience
) -> ChatRequest:
    put = worded(desk.models.traits(model).compact)
    return role_request(desk, role, put.messages, patience, put.schema)
