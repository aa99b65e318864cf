"""The MCP servers of openai-agents, as its documentation shows them."""
# What it imports is in that client's environment alone.
# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportOptionalCall=false, reportCallIssue=false

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from agents.mcp import MCPServer, MCPServerStdio, MCPServerStreamableHttp
from playing import NotOfferedError, Peer, Progress, Reply, main


class _Agents:
    """Its `MCPServer`."""

    def __init__(self, server: MCPServer) -> None:
        self._server = server

    async def tools(self) -> list[str]:
        return [tool.name for tool in await self._server.list_tools()]

    async def call(self, name: str, arguments: dict[str, Any], progress: Progress | None) -> Reply:
        if progress:
            raise NotOfferedError("it asks for none")
        result = await self._server.call_tool(name, arguments)
        structured = getattr(result, "structuredContent", None) or getattr(result, "structured_content", None)
        return Reply("".join(block.text for block in result.content), structured)

    async def resource(self, uri: str) -> str:
        return (await self._server.read_resource(uri)).contents[0].text

    async def prompt(self, name: str, arguments: dict[str, str]) -> str:
        return (await self._server.get_prompt(name, arguments)).messages[0].content.text


@asynccontextmanager
async def connect(job: dict[str, Any]) -> AsyncGenerator[Peer]:
    """Connect in the way that the job names, with every setting at its default unless the job has advice."""
    more = job["settings"]
    if job["door"] == "stdio":
        command, *args = job["command"]
        server = MCPServerStdio(params={"command": command, "args": args, "env": job["environ"]}, **more)
    else:
        server = MCPServerStreamableHttp(params={"url": job["url"], "headers": job["headers"]}, **more)
    async with server:
        yield _Agents(server)


if __name__ == "__main__":
    main(connect)
