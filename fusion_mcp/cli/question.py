"""`ask` and `compare`: one run without an MCP client. Progress goes to stderr, the result to stdout."""

import argparse
import json
import sys
from collections.abc import Mapping

import anyio
from pydantic import ValidationError

from fusion_mcp.cli.consent import ask_first, price_tag, quoted
from fusion_mcp.cli.context import read_context
from fusion_mcp.cli.exits import OK, unwrapped
from fusion_mcp.cli.interruption import parting_words
from fusion_mcp.cli.progress import Display, open_display
from fusion_mcp.cli.streams import say, show
from fusion_mcp.cli.weights import fetch_for
from fusion_mcp.engine import Engine, open_engine
from fusion_mcp.errors import FusionError, FusionFailed, Refused
from fusion_mcp.explain import explain
from fusion_mcp.guard import ADVICE, marker_in
from fusion_mcp.pipeline.run import Run
from fusion_mcp.render import failure_shape, markdown
from fusion_mcp.request import Ask, Compare
from fusion_mcp.result import FusionResult
from fusion_mcp.settings import Settings, load_settings

_PARTING_S = 3.0


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Put one question to a panel and print what comes back."""
    try:
        result = _run(arguments, environ)
    except (Refused, FusionFailed) as error:
        if arguments.json:
            show(json.dumps({"error": failure_shape(error)}, indent=2, ensure_ascii=False))
        raise
    show(result.model_dump_json(indent=2) if arguments.json else markdown(result))
    return OK


def _run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> FusionResult:
    marker = marker_in(None, None, environ)
    if marker is not None:
        raise Refused("recursion_refused", f"{ADVICE} (Marked by {marker}.)")
    request = _request(arguments)
    settings = load_settings(environ)
    fetch_for(settings, request.preset)
    quote = unwrapped(anyio.run(quoted, settings, arguments.command, request))
    if sys.stderr is not None and sys.stderr.isatty():  # pyright: ignore[reportUnnecessaryComparison] - None without one
        say(price_tag(quote))
    if quote.must_ask and not arguments.yes:
        ask_first(quote)
    return unwrapped(anyio.run(_outcome, settings, quote.run, open_display(environ)))


def _request(arguments: argparse.Namespace) -> Ask | Compare:
    shape = Compare if arguments.command == "compare" else Ask
    given = {
        "question": arguments.question,
        "context": None if arguments.context is None else read_context(arguments.context),
        "preset": arguments.preset,
        "max_cost_usd": arguments.max_cost_usd,
        "deadline_s": arguments.deadline_s,
        "web": False if arguments.no_web else None,
        # Nobody's context window is spared on a terminal, and what was paid for is shown.
        "detail": "full",
        **({"models": arguments.models} if shape is Compare else {}),
    }
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise Refused("invalid_arguments", "; ".join(explain(error))) from None


async def _outcome(settings: Settings, run: Run, display: Display) -> FusionResult | FusionError:
    """Run with the display live. Our own errors are returned: a task group that they passed would wrap them."""
    try:
        async with open_engine(settings) as engine:
            return await _shown(engine, run, display)
    except FusionError as error:
        return error


async def _shown(engine: Engine, run: Run, display: Display) -> FusionResult | FusionError:
    outcome: FusionResult | FusionError = Refused("cancelled", "the run ended without a result")
    async with anyio.create_task_group() as live:
        live.start_soon(display.keep_time)
        try:
            outcome = await engine.answer(run, "full", display.show)
        except FusionError as error:
            outcome = error
        except anyio.get_cancelled_exc_class():
            display.close()
            with anyio.move_on_after(_PARTING_S, shield=True):
                say(parting_words(await engine.runs.settled(run)))
            raise
        finally:
            display.close()
        live.cancel_scope.cancel()
    return outcome
