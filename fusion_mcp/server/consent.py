"""What the person is asked before an expensive run, what exactly is agreed to, and what no consent comes to. Pure."""

from decimal import ROUND_UP, Decimal

from fusion_mcp.codes import Reason
from fusion_mcp.money import usd
from fusion_mcp.runs.identity import identity
from fusion_mcp.runs.quote import Quote
from fusion_mcp.server.confirming import Answer

_CENT = Decimal("0.01")


def question(quote: Quote) -> str:
    """Ask for a yes."""
    most = usd(quote.most_usd)
    return f"Ask the panel '{quote.run.preset.name}'? It may cost up to {most}. Usually it costs much less."


def about(quote: Quote) -> str:
    """Name what is agreed to: this question, at this price."""
    return f"{identity(quote.run)}/{quote.most_usd.quantize(_CENT, rounding=ROUND_UP)}"


def refusal(said: Answer, quote: Quote) -> tuple[Reason, str]:
    """Give the reason and the sentence for the calling model when nobody agreed."""
    above = quote.above_usd
    costs = f"this run may cost up to {usd(quote.most_usd)}, and above {usd(above)} the person is asked first"
    lower = f"Pass a max_cost_usd of at most {above:f}, choose" if quote.may_be_unasked else "Choose"
    change = f"{lower} a cheaper preset, or have the person raise confirm_above_usd under [limits] in config.toml."
    match said:
        case "cannot_ask":
            return "budget_exceeded", f"{costs}, which this client cannot do. Nothing was spent. {change}"
        case "no_answer":
            return "cancelled", f"{costs}: nobody answered in time. Nothing was spent. Ask again, or: {change}"
        case _:
            return (
                "cancelled",
                f"{costs}: the answer was no, by the person or their client. Nothing was spent. {change}",
            )
