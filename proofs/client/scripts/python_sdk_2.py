"""The Python SDK 2, as its documentation shows it."""
# What it imports is in that client's environment alone.
# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportOptionalCall=false, reportCallIssue=false

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from playing import Peer, Progress, Reply, main


class _Sdk:
    """Its `Client`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def tools(self) -> list[str]:
        return [tool.name for tool in (await self._client.list_tools()).tools]

    async def call(self, name: str, arguments: dict[str, Any], progress: Progress | None) -> Reply:
        async def heard(_: float, __: float | None, message: str | None) -> None:
            progress(message or "")

        callback = heard if progress else None
        result = await self._client.call_tool(name, arguments, progress_callback=callback)
        return Reply("".join(block.text for block in result.content), result.structured_content)

    async def resource(self, uri: str) -> str:
        return (await self._client.read_resource(uri)).contents[0].text

    async def prompt(self, name: str, arguments: dict[str, str]) -> str:
        return (await self._client.get_prompt(name, arguments)).messages[0].content.text


@asynccontextmanager
async def connect(job: dict[str, Any]) -> AsyncGenerator[Peer]:
    """Connect in the way that the job names."""
    if job["door"] == "stdio":
        server = StdioServerParameters(command=job["command"][0], args=job["command"][1:], env=job["environ"])
        async with Client(stdio_client(server)) as client:
            yield _Sdk(client)
        return
    carrier = httpx2.AsyncClient(headers=job["headers"], timeout=httpx2.Timeout(30, read=300))
    async with carrier, Client(streamable_http_client(job["url"], http_client=carrier)) as client:
        yield _Sdk(client)


if __name__ == "__main__":
    main(connect)
