"""Puts a question to a real engine, as either door does: settings and presets from a home, sockets to the provider."""

from collections.abc import Callable, Mapping

import anyio

from fusion_mcp.engine import Engine, open_engine
from fusion_mcp.protocols import Progress
from fusion_mcp.request import Ask, Compare
from fusion_mcp.result import FusionResult
from fusion_mcp.settings import load_settings
from scripted.home import Home

QUESTION = "What is the capital of France?"


async def ask(
    home: Home,
    question: str = QUESTION,
    *,
    watch: Callable[[Progress], None] | None = None,
    environ: Mapping[str, str] | None = None,
    **arguments: object,
) -> FusionResult:
    """Ask the home's default preset (or `preset=`), waiting at most half a minute."""
    return await _run(home, Ask.model_validate({"question": question, **arguments}), watch, environ)


async def compare(home: Home, question: str = QUESTION, **arguments: object) -> FusionResult:
    """Compare instead of asking."""
    return await _run(home, Compare.model_validate({"question": question, **arguments}), None)


async def _run(
    home: Home,
    request: Ask,
    watch: Callable[[Progress], None] | None,
    environ: Mapping[str, str] | None = None,
) -> FusionResult:
    with anyio.fail_after(30):
        async with open_engine(load_settings(environ or home.environ())) as engine:
            return await run_on(engine, request, watch)


async def run_on(engine: Engine, request: Ask, watch: Callable[[Progress], None] | None = None) -> FusionResult:
    """Ask an engine that is open already."""
    kind = "compare" if isinstance(request, Compare) else "ask"
    return await engine.run(kind, request, watch or (lambda _: None))
