"""One question from a framework to the engine, with what its configuration may say. Nothing here knows a framework."""

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fusion_mcp.engine import Engine, open_engine
from fusion_mcp.errors import FusionError, Refused
from fusion_mcp.explain import explain
from fusion_mcp.frameworks.chats import Asked
from fusion_mcp.guard import ADVICE, marker_in
from fusion_mcp.money import usd
from fusion_mcp.protocols import unheard
from fusion_mcp.request import Ask, Usd
from fusion_mcp.result import FusionResult
from fusion_mcp.settings import Settings, load_settings


class Options(BaseModel):
    """What a framework's configuration may say of its questions.

    `sample` makes runs of their own of questions that were asked before; `yes` allows runs that may cost more than
    `limits.confirm_above_usd`, about which a person would be asked on a terminal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    preset: str | None = None
    max_cost_usd: Usd | None = None
    deadline_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    web: bool | None = None
    sample: str = ""
    yes: bool = False


def options_of(given: Mapping[str, object]) -> Options:
    """Read what a framework was told. Raises Refused naming what is wrong: a misspelt limit is no limit."""
    try:
        return Options.model_validate(dict(given))
    except ValidationError as error:
        raise Refused("invalid_arguments", "; ".join(explain(error))) from None


def settings_of(environ: Mapping[str, str] | None = None) -> Settings:
    """Load the person's settings. Raises ConfigError, and Refused where this process was started from inside a run."""
    known = os.environ if environ is None else environ  # noqa: TID251 a framework's process is a door
    marker = marker_in(None, None, known)
    if marker is not None:
        raise Refused("recursion_refused", f"{ADVICE} (Marked by {marker}.)")
    return load_settings(known)


async def answer_once(settings: Settings, asked: Asked, options: Options) -> FusionResult:
    """Put an engine together, answer one question and close it again. Raises as `answer` does."""
    failed: FusionError | None = None
    async with open_engine(settings) as engine:
        try:
            return await answer(engine, asked, options)
        except FusionError as error:  # which the engine's task groups would wrap
            failed = error
    raise failed


async def answer(engine: Engine, asked: Asked, options: Options) -> FusionResult:
    """Answer one question in full. Raises Refused, FusionFailed and ConfigError as `Engine.run` does.

    What may cost more than the person gives unasked is refused unless `options.yes`: there is nobody to ask.
    """
    await engine.recursion.refuse_caller(tool="ask")
    run = await engine.planner.plan("ask", _request(asked, options))
    await engine.recursion.refuse_words(texts=(run.question, run.context or ""), tool="ask")
    if options.sample:
        run = replace(run, sample=options.sample)
    quote = await engine.quote(run)
    if quote.must_ask and not options.yes:
        raise Refused(
            "budget_exceeded",
            f"this run may cost up to {usd(quote.most_usd)}, and above {usd(quote.above_usd)} you are asked first. "
            "Nothing was spent. Set max_cost_usd, or yes = true, or raise confirm_above_usd under [limits] in "
            "config.toml.",
        )
    return await engine.answer(run, "full", unheard)


def _request(asked: Asked, options: Options) -> Ask:
    try:
        return Ask(
            question=asked.question,
            context=asked.context,
            preset=options.preset,
            max_cost_usd=options.max_cost_usd,
            deadline_s=options.deadline_s,
            web=options.web,
            detail="full",
        )
    except ValidationError as error:
        raise Refused("invalid_arguments", "; ".join(explain(error))) from None
