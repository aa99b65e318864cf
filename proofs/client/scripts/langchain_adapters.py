"""The MCP adapters of LangChain, as their documentation shows them: tools without a session of their own."""
# What it imports is in that client's environment alone.
# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportOptionalCall=false, reportCallIssue=false

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from langchain_core.tools import BaseTool
from langchain_mcp_adapters.callbacks import Callbacks
from langchain_mcp_adapters.client import MultiServerMCPClient
from playing import Peer, Progress, Reply, main


class _Adapters:
    """Its `MultiServerMCPClient`: each call is a connection of its own."""

    def __init__(self, client: MultiServerMCPClient, tools: list[BaseTool], listeners: list[Progress]) -> None:
        self._client = client
        self._tools = {tool.name: tool for tool in tools}
        self._listeners = listeners

    async def tools(self) -> list[str]:
        return list(self._tools)

    async def call(self, name: str, arguments: dict[str, Any], progress: Progress | None) -> Reply:
        self._listeners[:] = [progress] if progress else []
        asked = {"type": "tool_call", "id": "1", "name": name, "args": arguments}
        message = await self._tools[name].ainvoke(asked)
        artifact = message.artifact or {}
        return Reply(
            message.text if isinstance(message.text, str) else message.text(), artifact.get("structured_content")
        )

    async def resource(self, uri: str) -> str:
        return (await self._client.get_resources("fusion", uris=[uri]))[0].as_string()

    async def prompt(self, name: str, arguments: dict[str, str]) -> str:
        return str((await self._client.get_prompt("fusion", name, arguments=arguments))[0].content)


@asynccontextmanager
async def connect(job: dict[str, Any]) -> AsyncGenerator[Peer]:
    """Connect in the way that the job names."""
    if job["door"] == "stdio":
        command, *args = job["command"]
        fusion = {"transport": "stdio", "command": command, "args": args, "env": job["environ"]}
    else:
        fusion = {"transport": "streamable_http", "url": job["url"], "headers": job["headers"]}
    listeners: list[Progress] = []

    async def heard(_: float, __: float | None, message: str | None, ___: object) -> None:
        for listener in listeners:
            listener(message or "")

    client = MultiServerMCPClient({"fusion": fusion}, callbacks=Callbacks(on_progress=heard))
    yield _Adapters(client, await client.get_tools(), listeners)


if __name__ == "__main__":
    main(connect)
