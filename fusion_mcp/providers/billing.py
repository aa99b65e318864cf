"""A call's line in the ledger: opened before the call goes out, settled before anything is made of its reply."""

from decimal import Decimal

import anyio.lowlevel

from fusion_mcp.ledger import Account, Line
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.providers.catalog import Provider
from fusion_mcp.providers.failures import Refusal
from fusion_mcp.providers.pricing import price
from fusion_mcp.providers.wire import Reply
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


def settle(line: Line, provider: Provider, model: ModelRef, reply: Reply, refusal: Refusal | None) -> None:
    """Enter the bill before anything is made of the reply.

    One that was never sent is no call, and one that was refused before it began bills nothing. What was accepted and
    broke off without naming its usage stays open: in doubt.
    """
    if refusal is None or _is_final(reply):
        _enter(line, provider, model, reply)
    elif refusal.taken == "never sent":
        never_sent(line)
    elif (refusal.taken == "refused" and not reply.began) or provider.bills_nobody(model.model):
        line.settle(reply.usage, Decimal(0))


def settle_cut_off(line: Line, provider: Provider, model: ModelRef, reply: Reply) -> None:
    """Enter the bill of a call that was given up from outside, where it was over but for the closing of its stream.

    What was still being written has no bill yet, whatever was counted so far: it stays in doubt.
    """
    if _is_final(reply):
        _enter(line, provider, model, reply)
    elif provider.bills_nobody(model.model):
        line.settle(line.usage, Decimal(0))


def settle_agent(line: Line, provider: Provider, told: Told, *, is_started: bool) -> None:
    """Enter what an agent's run cost. What is billed by use has a price, or one that nobody knows; the rest a plan."""
    if not is_started:
        never_sent(line)
    elif provider.is_on_plan and not told.is_metered:
        line.settle(told.usage, None, is_subscription=True)
    else:
        stated = told.cost_usd if told.is_metered else None  # else it is what the calls would have cost without a plan
        line.settle(told.usage, price(provider, line.model.model, told.usage, stated))


def settle_agent_cut_off(line: Line, provider: Provider, told: Told) -> None:
    """Enter what an agent's run used that was ended from outside; what was billed by use stays in doubt."""
    if provider.is_on_plan and not told.is_metered:
        line.settle(told.usage, None, is_subscription=True)
    elif provider.bills_nobody(line.model.model):
        line.settle(told.usage, Decimal(0))


def _is_final(reply: Reply) -> bool:
    """Whether a reply that came to nothing has told its whole bill: what is counted on the way is not all of it."""
    told = reply.cost is not None or reply.usage.output_tokens is not None
    return told and (reply.ended or reply.error is not None)


def _enter(line: Line, provider: Provider, model: ModelRef, reply: Reply) -> None:
    line.settle(reply.usage, price(provider, model.model, reply.usage, reply.cost))
