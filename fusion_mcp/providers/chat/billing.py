"""What a server's reply costs, entered in its line of the ledger before anything is made of it."""

from decimal import Decimal

from fusion_mcp.ledger import Line
from fusion_mcp.providers.billing import never_sent
from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.providers.chat.reply import Reply
from fusion_mcp.providers.pricing import price
from fusion_mcp.providers.refusal import Refusal


def settle(line: Line, provider: Provider, reply: Reply, refusal: Refusal | None) -> None:
    """Enter the bill of a reply.

    One that was never sent is no call, and one that was refused before it began bills nothing. What was accepted and
    broke off without naming its usage stays open: in doubt.
    """
    if refusal is None or _is_final(reply):
        _enter(line, provider, reply)
    elif refusal.taken == "never sent":
        never_sent(line)
    elif (refusal.taken == "refused" and not reply.began) or provider.bills_nobody(line.model.model):
        line.settle(reply.usage, Decimal(0))


def settle_cut_off(line: Line, provider: Provider, reply: Reply) -> None:
    """Enter the bill of a call that was given up from outside, where it was over but for the closing of its stream.

    What was still being written has no bill yet, whatever was counted so far: it stays in doubt.
    """
    if _is_final(reply):
        _enter(line, provider, reply)
    elif provider.bills_nobody(line.model.model):
        line.settle(line.usage, Decimal(0))


def _is_final(reply: Reply) -> bool:
    """Whether a reply that came to nothing has told its whole bill: what is counted on the way is not all of it."""
    told = reply.cost is not None or reply.usage.output_tokens is not None
    return told and (reply.ended or reply.error is not None)


def _enter(line: Line, provider: Provider, reply: Reply) -> None:
    line.settle(reply.usage, price(provider, line.model.model, reply.usage, reply.cost))
