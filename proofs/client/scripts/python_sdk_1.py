"""The Python SDK 1, as its documentation shows it."""
# What it imports is in that client's environment alone.
# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportOptionalCall=false, reportCallIssue=false

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client
from playing import Peer, Progress, Reply, main


class _Sdk:
    """Its `ClientSession`."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def tools(self) -> list[str]:
        return [tool.name for tool in (await self._session.list_tools()).tools]

    async def call(self, name: str, arguments: dict[str, Any], progress: Progress | None) -> Reply:
        async def heard(_: float, __: float | None, message: str | None) -> None:
            progress(message or "")

        callback = heard if progress else None
        result = await self._session.call_tool(name, arguments, progress_callback=callback)
        return Reply("".join(block.text for block in result.content), result.structuredContent)

    async def resource(self, uri: str) -> str:
        return (await self._session.read_resource(uri)).contents[0].text

    async def prompt(self, name: str, arguments: dict[str, str]) -> str:
        return (await self._session.get_prompt(name, arguments)).messages[0].content.text


@asynccontextmanager
async def connect(job: dict[str, Any]) -> AsyncGenerator[Peer]:
    """Connect in the way that the job names."""
    if job["door"] == "stdio":
        server = StdioServerParameters(command=job["command"][0], args=job["command"][1:], env=job["environ"])
        streams = stdio_client(server)
    else:
        streams = streamablehttp_client(job["url"], headers=job["headers"])
    async with streams as (read, write, *_), ClientSession(read, write) as session:
        await session.initialize()
        yield _Sdk(session)


if __name__ == "__main__":
    main(connect)
