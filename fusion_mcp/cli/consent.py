"""A person at a terminal is asked for a yes, and told before what a run may cost."""

import sys
from collections.abc import Sequence

from fusion_mcp.cli.streams import say
from fusion_mcp.codes import Kind
from fusion_mcp.engine import open_engine
from fusion_mcp.errors import FusionError, Refused
from fusion_mcp.money import usd
from fusion_mcp.request import Ask
from fusion_mcp.runs.quote import Quote
from fusion_mcp.settings import Settings
from fusion_mcp.types import ModelRef

_MOST_NAMED = 3


def somebody_is_there() -> bool:
    """Tell whether there is a person who reads stderr and types on stdin."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()  # pyright: ignore[reportUnnecessaryComparison] - None without one


def says_yes(question: str) -> bool:
    """Ask the person; anything but a clear yes is a no."""
    say(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def named(models: Sequence[ModelRef]) -> str:
    """Name the first few models."""
    return ", ".join(map(str, models[:_MOST_NAMED])) + (" and others" if len(models) > _MOST_NAMED else "")


async def quoted(settings: Settings, kind: Kind, request: Ask) -> Quote | FusionError:
    """Work out a question's run and what it may cost. Our own errors are returned."""
    try:
        async with open_engine(settings) as engine:
            await engine.recursion.refuse_caller(tool=kind)
            run = await engine.planner.plan(kind, request)
            await engine.recursion.refuse_words(texts=(run.question, run.context or ""), tool=kind)
            return await engine.quote(run)
    except FusionError as error:
        return error


def price_tag(quote: Quote) -> str:
    """Say what the run may cost."""
    preset = quote.run.preset.name
    if not quote.most_usd:
        return f"Preset {preset}: nobody bills for it."
    if not quote.estimate.unpriced:
        return f"Preset {preset}: may cost up to {usd(quote.most_usd)}, usually much less."
    whose, assumed = named(quote.estimate.unpriced), usd(quote.run.assumed_usd)
    each = f"each call to {whose} is reckoned at {assumed}, since its price is not known"
    return f"Preset {preset}: may cost up to {usd(quote.most_usd)}; {each}."


def ask_first(quote: Quote) -> None:
    """Ask the person whether a run may start. Raises Refused for a no, and where there is nobody to ask."""
    costs = f"this run may cost up to {usd(quote.most_usd)}, and above {usd(quote.above_usd)} you are asked first"
    lower = f", or --max-cost-usd {quote.above_usd:f}" if quote.may_be_unasked else ""
    if not somebody_is_there():
        raise Refused(
            "budget_exceeded",
            f"{costs}, which needs a terminal. Nothing was spent. Add --yes{lower}, or raise confirm_above_usd under "
            "[limits] in config.toml.",
        )
    if not says_yes(f"{costs[0].upper()}{costs[1:]}. Go on?"):
        raise Refused("cancelled", "not confirmed; nothing was spent")
