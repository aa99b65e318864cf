"""The person's leave for an evaluation that costs money, whichever step it is."""

from decimal import Decimal

from fusion_mcp.cli.consent import says_yes, somebody_is_there
from fusion_mcp.errors import Refused
from fusion_mcp.money import usd


def ask_leave(what: str, most_usd: Decimal | None, *, yes: bool) -> None:
    """Ask the person, unless they said `yes` or nothing is billed. `most_usd` None is not known.

    Raises Refused for a no, and where there is no terminal to ask on.
    """
    if yes or (most_usd is not None and not most_usd):
        return
    costs = "what it may cost is not known" if most_usd is None else f"it may cost up to {usd(most_usd)}"
    if not somebody_is_there():
        raise Refused(
            "budget_exceeded",
            f"{what}: {costs}, and you are asked first, which needs a terminal. Nothing was spent. Add --yes.",
        )
    if not says_yes(f"{what}: {costs}. Go on?"):
        raise Refused("cancelled", "not confirmed; nothing was spent")
