"""The client of fastmcp, as its documentation shows it."""
# What it imports is in that client's environment alone.
# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportOptionalCall=false, reportCallIssue=false

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastmcp import Client
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from playing import Peer, Progress, Reply, main


class _FastMcp:
    """Its `Client`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def tools(self) -> list[str]:
        return [tool.name for tool in await self._client.list_tools()]

    async def call(self, name: str, arguments: dict[str, Any], progress: Progress | None) -> Reply:
        async def heard(_: float, __: float | None, message: str | None) -> None:
            progress(message or "")

        handler = {"progress_handler": heard} if progress else {}
        result = await self._client.call_tool(name, arguments, **handler)
        return Reply("".join(block.text for block in result.content), result.structured_content)

    async def resource(self, uri: str) -> str:
        return (await self._client.read_resource(uri))[0].text

    async def prompt(self, name: str, arguments: dict[str, str]) -> str:
        return (await self._client.get_prompt(name, arguments)).messages[0].content.text


@asynccontextmanager
async def connect(job: dict[str, Any]) -> AsyncGenerator[Peer]:
    """Connect in the way that the job names."""
    if job["door"] == "stdio":
        transport = StdioTransport(job["command"][0], job["command"][1:], env=job["environ"])
    else:
        transport = StreamableHttpTransport(job["url"], headers=job["headers"])
    async with Client(transport) as client:
        yield _FastMcp(client)


if __name__ == "__main__":
    main(connect)
