"""The MCP toolset of pydantic-ai, as its documentation shows it."""
# What it imports is in that client's environment alone.
# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportOptionalCall=false, reportCallIssue=false

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from playing import Peer, Progress, Reply, main
from pydantic_ai.mcp import MCPToolset


class _Toolset:
    """Its `MCPToolset`. What a call gives is what the model reads."""

    def __init__(self, toolset: MCPToolset, listeners: list[Progress]) -> None:
        self._toolset = toolset
        self._listeners = listeners

    async def tools(self) -> list[str]:
        return [tool.name for tool in await self._toolset.list_tools()]

    async def call(self, name: str, arguments: dict[str, Any], progress: Progress | None) -> Reply:
        self._listeners[:] = [progress] if progress else []
        result = await self._toolset.direct_call_tool(name, arguments)
        if isinstance(result, dict):
            return Reply(json.dumps(result), result)
        return Reply(str(result))

    async def resource(self, uri: str) -> str:
        return str(await self._toolset.read_resource(uri))

    async def prompt(self, name: str, arguments: dict[str, str]) -> str:
        return str(await self._toolset.get_prompt(name, arguments))


@asynccontextmanager
async def connect(job: dict[str, Any]) -> AsyncGenerator[Peer]:
    """Connect in the way that the job names."""
    if job["door"] == "stdio":
        transport = StdioTransport(job["command"][0], job["command"][1:], env=job["environ"])
    else:
        transport = StreamableHttpTransport(job["url"], headers=job["headers"])
    listeners: list[Progress] = []

    async def heard(_: float, __: float | None, message: str | None) -> None:
        for listener in listeners:
            listener(message or "")

    async with MCPToolset(transport, progress_handler=heard) as toolset:
        yield _Toolset(toolset, listeners)


if __name__ == "__main__":
    main(connect)
