"""What an agent's run costs, entered in its line of the ledger before anything is made of its reply."""

from decimal import Decimal

from fusion_mcp.ledger import Line
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.providers.billing import never_sent
from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.providers.pricing import price


def settle(line: Line, provider: Provider, told: Told, *, is_started: bool) -> None:
    """Enter the bill. What is billed by use has a price, or one that nobody knows; the rest a plan."""
    if not is_started:
        never_sent(line)
    elif provider.is_on_plan and not told.is_metered:
        line.settle(told.usage, None, is_subscription=True)
    else:
        stated = told.cost_usd if told.is_metered else None  # else it is what the calls would have cost without a plan
        line.settle(told.usage, price(provider, line.model.model, told.usage, stated))


def settle_cut_off(line: Line, provider: Provider, told: Told) -> None:
    """Enter the bill of a run that was ended from outside; what was billed by use stays in doubt."""
    if provider.is_on_plan and not told.is_metered:
        line.settle(told.usage, None, is_subscription=True)
    elif provider.bills_nobody(line.model.model):
        line.settle(told.usage, Decimal(0))
