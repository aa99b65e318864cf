"""One question of this stage to whoever fills a role: JSON of a shape, mended once, then the next model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

import anyio.to_thread

from fusion_mcp.pipeline.calling.call import Caller
from fusion_mcp.pipeline.calling.mending import call_for_json
from fusion_mcp.pipeline.calling.roles import Filled, fill_role, role_request
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.json_replies import Malformed
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

    async def attempt(caller: Caller) -> T | CallFailure:
        request = await anyio.to_thread.run_sync(_request, caller, role, question.worded)
        next_usd = await anyio.to_thread.run_sync(_least_usd, caller, role, question.then)
        return await call_for_json(caller, request, question.read, question.what, next_usd)

    return await fill_role(desk, STAGE, models or role.models, deadline, attempt, TOO_LATE, question.seat)


def still_there(role: Role, answered: ModelRef | None) -> tuple[ModelRef, ...]:
    """Name who may fill a role from now on: whoever answered last, and those after it."""
    return role.models[role.models.index(answered) :] if answered in role.models else role.models


def _least_usd(caller: Caller, role: Role, worded: Callable[[bool], Worded] | None) -> Decimal:
    """The least that a question may cost which is asked later, if any is."""
    return Decimal(0) if worded is None else caller.least_usd(_request(caller, role, worded))


def _request(caller: Caller, role: Role, worded: Callable[[bool], Worded]) -> ChatRequest:
    put = worded(caller.desk.traits(caller.model).compact)
    return role_request(caller.desk.run, role, put.messages, put.schema)
