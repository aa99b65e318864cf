"""A call's line in the ledger, opened before the call goes out. What is entered there, the room of each kind says."""

from decimal import Decimal

import anyio.lowlevel

from fusion_mcp.ledger import Account, Line
from fusion_mcp.types import ModelRef, Usage


async def opened(account: Account, model: ModelRef) -> Line:
    """Open the line of a call that is about to go out. Raises LimitReached.

    If the caller was cancelled while it was written down, nothing is sent: that is no call, and not one in doubt.
    """
    line = await account.open(model)
    try:
        await anyio.lowlevel.checkpoint_if_cancelled()
    except BaseException:
        never_sent(line)
        raise
    return line


def never_sent(line: Line) -> None:
    """Settle a line whose call did not go out."""
    line.settle(Usage(calls=0), Decimal(0))
