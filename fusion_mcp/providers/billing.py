"""A call's line in the ledger, opened before the call goes out. What is entered there, the room of each kind says."""

from decimal import Decimal

import anyio.lowlevel

from fusion_mcp.ledger import Account, LimitReached, Line
from fusion_mcp.providers.refusal import Refusal
from fusion_mcp.types import ModelRef, Usage

_NO_MONEY = "There is no money left for this call within the limits of its run."


async def opened(account: Account, model: ModelRef) -> Line | Refusal:
    """Open the line of a call that is about to go out; a refusal where there is no money left for it.

    If the caller was cancelled while it was written down, nothing is sent: that is no call, and not one in doubt.
    """
    try:
        line = await account.open(model)
    except LimitReached:
        return Refusal(reason="budget_exceeded", message=_NO_MONEY, taken="never sent", is_our_own=True)
    try:
        await anyio.lowlevel.checkpoint_if_cancelled()
    except BaseException:
        never_sent(line)
        raise
    return line


def never_sent(line: Line) -> None:
    """Settle a line whose call did not go out."""
    line.settle(Usage(calls=0), Decimal(0))
