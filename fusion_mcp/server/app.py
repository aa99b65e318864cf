"""The MCP server: its name, what it says of itself, and which room answers which method. No thinking happens here."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INTERNAL_ERROR,
    CallToolRequestParams,
    CallToolResult,
    InputRequiredResult,
    ListToolsResult,
    PaginatedRequestParams,
)

from fusion_mcp import __version__
from fusion_mcp.cleaning import one_line
from fusion_mcp.errors import FusionError
from fusion_mcp.server.answering import Answering, Rooms
from fusion_mcp.server.logs import places
from fusion_mcp.server.messages import Outgoing
from fusion_mcp.server.tools import definitions
from fusion_mcp.server.tracing import trace_if_wanted

_log = logging.getLogger(__name__)

INSTRUCTIONS = """\
Fusion asks a panel of models at once, has a judge compare their answers, and returns one answer with what the models \
agree and disagree on.
Use it for research, hard decisions, plans, reviews and contested facts, where being wrong is expensive.
Do NOT use it for short chat, for code that tests can judge, for bulk work, or where somebody waits: a call takes a \
minute or more and pays for several models.
The panel sees only `question` and `context`: put everything it needs there. The result says who answered, who failed \
and what it cost; pass its warnings on."""

# Presets are files that a person edits while the server runs; everything else changes only with the program.
_SOON = CacheHint(ttl_ms=60_000, scope="private")
_LATE = CacheHint(ttl_ms=3_600_000, scope="public")

_Params = TypeVar("_Params")
_Result = TypeVar("_Result")
_Handler = Callable[[ServerRequestContext[Any], _Params], Awaitable[_Result]]


def build_server(answering: Answering, client: Outgoing | None = None) -> Server[Any]:
    """Make an MCP server for any number of connections on any transport.

    `client` is the one there is on stdio.
    """

    async def list_tools(_: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        try:
            names = answering.names()
        except FusionError:  # presets that cannot be read cost their names; a call will say what is wrong with them
            names = ()
        return ListToolsResult(tools=definitions(names, answering.default_preset))

    def by(pick: "Callable[[Rooms], _Handler[_Params, _Result]]") -> "_Handler[_Params, _Result]":
        async def answer(ctx: ServerRequestContext[Any], params: _Params) -> _Result:
            return await pick(await answering.rooms())(ctx, params)

        return answer

    async def call_tool(
        ctx: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult | InputRequiredResult:
        try:
            rooms = await answering.rooms()
        except Exception as error:  # noqa: BLE001 a protocol error would reach neither the model nor the person
            from fusion_mcp.server.failures import failed  # noqa: PLC0415 what only answers calls is not waited for

            return failed(params.name, error)
        return await rooms.calls.call(ctx, params, client)

    server = Server[Any](
        "fusion-mcp",
        title="Fusion",
        version=__version__,
        instructions=INSTRUCTIONS,
        cache_hints={
            "tools/list": _SOON,
            "resources/list": _SOON,
            "resources/read": _SOON,
            "resources/templates/list": _LATE,
            "prompts/list": _LATE,
            "server/discover": _LATE,
        },
        # No argument of ours travels in an HTTP header, so there is nothing that the SDK could check against a schema.
        get_tool_input_schema=_no_header_arguments,
        on_list_tools=_contained(list_tools),
        on_call_tool=call_tool,
        on_list_resources=_contained(by(lambda rooms: rooms.resources.list)),
        on_list_resource_templates=_contained(by(lambda rooms: rooms.resources.templates)),
        on_read_resource=_contained(by(lambda rooms: rooms.resources.read)),
        on_list_prompts=_contained(by(lambda rooms: rooms.prompts.list)),
        on_get_prompt=_contained(by(lambda rooms: rooms.prompts.get)),
        on_completion=_contained(by(lambda rooms: rooms.prompts.complete)),
    )
    trace_if_wanted(server)
    return server


def _contained(handler: "_Handler[_Params, _Result]") -> "_Handler[_Params, _Result]":
    """Let only our own sentences out of a handler: the SDK's older wire would send any exception's text."""

    async def answer(ctx: ServerRequestContext[Any], params: _Params) -> _Result:
        try:
            return await handler(ctx, params)
        except MCPError:
            raise
        except FusionError as error:
            raise MCPError(code=INTERNAL_ERROR, message=one_line(str(error), 1000)) from None
        except Exception as error:  # noqa: BLE001 the SDK's own handling would tell the client what it says
            _log.error("%s failed in an unforeseen way:\n%s", ctx.method, places(error))
            raise MCPError(code=INTERNAL_ERROR, message="Internal error; the server's log says where.") from None

    return answer


def _no_header_arguments(_: str) -> None:
    return None
