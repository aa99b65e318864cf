"""Fusion as a provider in promptfoo: `call_api`, as its Python providers are called.

A file of the person's own imports it, and `file://` names that file. Each call is a run in the journal; promptfoo's
workers ask one question at a time.
"""

from collections.abc import Mapping
from typing import Any, cast

import anyio

from fusion_mcp.errors import FusionError
from fusion_mcp.frameworks.asking import Options, answer_once, options_of, settings_of
from fusion_mcp.frameworks.chats import question_of, turns_of
from fusion_mcp.result import FusionResult
from fusion_mcp.types import Usage

_ITS_OWN = frozenset({"basePath", "pythonExecutable", "timeout", "workers"})
"""Keys of a provider's `config` that are promptfoo's, not ours."""


def call_api(prompt: str, options: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a prompt: plain text, or a chat as JSON. Gives `output` and what it took, or `error`; it never raises one.

    `options["config"]` may hold what `asking.Options` has. With `--repeat` each repetition is a run of its own.
    """
    return anyio.run(respond, prompt, options, context)


async def respond(
    prompt: str, options: Mapping[str, Any], context: Mapping[str, Any], environ: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Do what `call_api` does, in the process's environment or another."""
    try:
        wanted = options_of(_config(options, context))
        return _shown(await answer_once(settings_of(environ), question_of(turns_of(prompt)), wanted))
    except FusionError as error:
        return {"error": str(error)}


def _config(options: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, object]:
    """Take our part of a provider's configuration, told which repetition this is."""
    config = cast("Mapping[str, object]", options.get("config") or {})
    ours = {key: value for key, value in config.items() if key not in _ITS_OWN}
    repetition = context.get("repeatIndex")
    if isinstance(repetition, int) and repetition > 0:
        ours["sample"] = f"{ours.get('sample', Options().sample)}#{repetition + 1}"
    return ours


def _shown(result: FusionResult) -> dict[str, Any]:
    """Put a result into promptfoo's words. An amount that nobody knows is left out."""
    shown: dict[str, Any] = {
        "output": result.answer,
        "tokenUsage": _tokens(result.usage),
        "cached": result.reused == "finished",
        "metadata": {"fusion": result.model_dump(mode="json")},
    }
    if result.cost_usd is not None:
        shown["cost"] = float(result.cost_usd)
    return shown


def _tokens(usage: Usage) -> dict[str, Any]:
    counted: dict[str, Any] = {"numRequests": usage.calls}
    if usage.input_tokens is not None:
        counted["prompt"] = usage.input_tokens
    if usage.output_tokens is not None:
        counted["completion"] = usage.output_tokens
    if usage.input_tokens is not None and usage.output_tokens is not None:
        counted["total"] = usage.input_tokens + usage.output_tokens
    if usage.reasoning_tokens is not None:
        counted["completionDetails"] = {"reasoning": usage.reasoning_tokens}
    return counted
