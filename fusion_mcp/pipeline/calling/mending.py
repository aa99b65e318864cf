"""A call whose reply must be JSON of some shape, with one chance for the model to mend it.

What shape, is the caller's to say.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from fusion_mcp.pipeline.calling.call import Caller, call
from fusion_mcp.pipeline.json_replies import Malformed
from fusion_mcp.pipeline.prompting import repair_messages
from fusion_mcp.types import CallFailure, ChatRequest

T = TypeVar("T")


async def call_for_json(
    caller: Caller,
    request: ChatRequest,
    read: Callable[[str], T | Malformed],
    what: str,
    leaving_usd: Decimal = Decimal(0),
) -> T | CallFailure:
    """Ask for what `read` takes; a reply that it does not take goes back once, with what is wrong with it.

    `what` names it for the person, as in "analysis". Neither is asked for where `leaving_usd` would not be left.
    """
    reply = await call(caller, request, leaving_usd=leaving_usd)
    if isinstance(reply, CallFailure):
        return reply
    found = read(reply.text)
    if isinstance(found, Malformed):
        again = replace(request, messages=repair_messages(request.messages, reply.text, found.complaint))
        reply = await call(caller, again, leaving_usd=leaving_usd)
        if isinstance(reply, CallFailure):
            return reply
        found = read(reply.text)
    if isinstance(found, Malformed):
        return CallFailure(reason=found.reason, message=f"its {what} could not be read, nor its second attempt")
    return found
