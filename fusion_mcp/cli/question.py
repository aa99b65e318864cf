"""`ask` and `compare`: one run without an MCP client. Progress goes to stderr, the result to stdout."""

import argparse
import json
from collections.abc import Mapping

import anyio
from pydantic import ValidationError

from fusion_mcp.cleaning import clean, one_line
from fusion_mcp.cli.context import read_context
from fusion_mcp.cli.exits import OK
from fusion_mcp.cli.progress import Display, open_display
from fusion_mcp.cli.streams import show
from fusion_mcp.cli.weights import fetch_for
from fusion_mcp.engine import Engine, open_engine
from fusion_mcp.errors import FusionError, FusionFailed, Refused
from fusion_mcp.explain import explain
from fusion_mcp.guard import ADVICE, marker_in
from fusion_mcp.render import headline, markdown
from fusion_mcp.request import Ask, Compare
from fusion_mcp.result import FusionResult
from fusion_mcp.settings import Settings, load_settings
from fusion_mcp.types import Kind

_MESSAGE = 2000


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Put one question to a panel and print what comes back."""
    try:
        result = _run(arguments, environ)
    except (Refused, FusionFailed) as error:
        if arguments.json:
            show(_failure_json(error))
        raise
    show(result.model_dump_json(indent=2) if arguments.json else markdown(result))
    return OK


def _run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> FusionResult:
    if marker_in(None, None, environ):
        raise Refused("recursion_refused", ADVICE)
    request = _request(arguments)
    settings = load_settings(environ)
    fetch_for(settings, request.preset)
    outcome = anyio.run(_outcome, settings, arguments.command, request, open_display(environ))
    if isinstance(outcome, FusionError):
        raise outcome
    return outcome


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


async def _outcome(
    settings: Settings, kind: Kind, request: Ask | Compare, display: Display
) -> FusionResult | FusionError:
    """Run with the display live. Our own errors are returned: a task group that they passed would wrap them."""
    try:
        async with open_engine(settings) as engine:
            return await _shown(engine, kind, request, display)
    except FusionError as error:
        return error


async def _shown(engine: Engine, kind: Kind, request: Ask | Compare, display: Display) -> FusionResult | FusionError:
    outcome: FusionResult | FusionError = Refused("cancelled", "the run ended without a result")
    async with anyio.create_task_group() as live:
        live.start_soon(display.keep_time)
        try:
            outcome = await engine.run(kind, request, display.show)
        except FusionError as error:
            outcome = error
        finally:
            display.close()
        live.cancel_scope.cancel()
    return outcome


def _failure_json(error: Refused | FusionFailed) -> str:
    failures = error.failures if isinstance(error, FusionFailed) else ()
    members = [
        {
            "model": failure.seat,
            "reason": failure.reason,
            "error": clean(failure.error),
            "status_code": failure.status_code,
        }
        for failure in failures
    ]
    message = headline(error, _MESSAGE) if isinstance(error, FusionFailed) else one_line(error.message, _MESSAGE)
    told = {"reason": error.reason, "message": message.removeprefix(f"{error.reason}: "), "failed_models": members}
    return json.dumps({"error": told}, indent=2, ensure_ascii=False)
