"""What a run may cost, said before it starts, and the person's leave where it may cost more than they want unasked."""

import sys
from dataclasses import dataclass
from decimal import Decimal

from fusion_mcp.cli.streams import say
from fusion_mcp.engine import open_engine
from fusion_mcp.errors import FusionError, Refused
from fusion_mcp.money import usd
from fusion_mcp.pipeline.costs.shares import Estimate
from fusion_mcp.pipeline.run import Run
from fusion_mcp.request import Ask
from fusion_mcp.settings import Settings
from fusion_mcp.types import Kind

_MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Priced:
    """A run with its price tag; `must_ask` where that is above `above_usd`, `may_be_unasked` where that could do."""

    run: Run
    estimate: Estimate
    above_usd: Decimal
    must_ask: bool
    may_be_unasked: bool

    def words(self) -> str:
        """Say what the run may cost."""
        preset, most = self.run.preset.name, self.estimate.most_usd
        unpriced = [str(model) for model in self.estimate.unpriced]
        if not most:
            return f"Preset {preset}: nobody bills for it."
        if not unpriced:
            return f"Preset {preset}: may cost up to {usd(most)}, usually much less."
        named = ", ".join(unpriced[:_MOST_NAMED]) + (" and others" if len(unpriced) > _MOST_NAMED else "")
        each = f"each call to {named} is reckoned at {usd(self.run.assumed_usd)}, since its price is not known"
        return f"Preset {preset}: may cost up to {usd(most)}; {each}."


async def priced(settings: Settings, kind: Kind, request: Ask) -> Priced | FusionError:
    """Work out a question's run and what it may cost. Our own errors are returned."""
    try:
        async with open_engine(settings) as engine:
            await engine.recursion.refuse_caller(tool=kind)
            run = await engine.plan(kind, request)
            await engine.recursion.refuse_words(texts=(run.question, run.context or ""), tool=kind)
            return Priced(
                run=run,
                estimate=engine.estimate(run),
                above_usd=settings.config.limits.confirm_above_usd,
                must_ask=await engine.wants_confirming(run),
                may_be_unasked=engine.may_be_unasked(run),
            )
    except FusionError as error:
        return error


def ask_first(price: Priced) -> None:
    """Ask the person on the terminal. Raises Refused for a no, and where there is no terminal to ask on."""
    costs = (
        f"this run may cost up to {usd(price.estimate.most_usd)}, and above {usd(price.above_usd)} you are asked first"
    )
    lower = f", or --max-cost-usd {price.above_usd:f}" if price.may_be_unasked else ""
    if sys.stdin is None or not (sys.stdin.isatty() and sys.stderr.isatty()):  # pyright: ignore[reportUnnecessaryComparison]
        raise Refused(
            "budget_exceeded",
            f"{costs}, which needs a terminal. Nothing was spent. Add --yes{lower}, or raise confirm_above_usd under "
            "[limits] in config.toml.",
        )
    say(f"{costs[0].upper()}{costs[1:]}. Go on? [y/N]")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused("cancelled", "not confirmed; nothing was spent")
