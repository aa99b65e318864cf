"""What tests of the question before an expensive run share: a server that asks it, and a person who answers it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import anyio
import pytest
from mcp.client.session import ClientRequestContext
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.memory import create_client_server_memory_streams
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ElicitRequestFormParams,
    ElicitRequestParams,
    ElicitResult,
    ErrorData,
    InputRequiredResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
)

from fusion_mcp.server.confirming import Confirming

QUESTION = "This run may cost 3.20 USD. Go ahead?"
SOON = 5.0
Mode = Literal["auto", "legacy"]
both_eras = pytest.mark.parametrize("mode", ["auto", "legacy"])

ACCEPTED = ElicitResult(action="accept", content={"answer": "yes"})


@dataclass(kw_only=True)
class Asking:
    """A server with one tool, which answers with what the person said about the tool's argument `plan`."""

    confirming: Confirming = field(default_factory=Confirming)
    within: float = SOON
    ended: list[str] = field(default_factory=list[str])

    async def call(
        self, ctx: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult | InputRequiredResult:
        about = str((params.arguments or {}).get("plan"))
        self.confirming.refuse_changed(params.request_state)
        said = await self.confirming.confirm(ctx, params, question=QUESTION, about=about, within=self.within)
        if isinstance(said, InputRequiredResult):
            return said
        self.ended.append(said)
        return CallToolResult(content=[TextContent(type="text", text=said)])

    async def list(self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[])

    def server(self) -> Server[Any]:
        return Server[Any]("asking", on_call_tool=self.call, on_list_tools=self.list)

    @asynccontextmanager
    async def wire(self) -> AsyncGenerator[Any]:
        """The client's end of a connection, on which messages travel as they do over stdio."""
        server = self.server()
        async with create_client_server_memory_streams() as (near, far), anyio.create_task_group() as tasks:
            tasks.start_soon(server.run, *far, server.create_initialization_options())
            yield near
            tasks.cancel_scope.cancel()


@dataclass(kw_only=True)
class Person:
    """Sits behind a client: gives one answer to every form, or none at all."""

    answer: ElicitResult | ErrorData | None
    seen: list[ElicitRequestFormParams] = field(default_factory=list[ElicitRequestFormParams])
    asked: anyio.Event = field(default_factory=anyio.Event)
    dismissed: anyio.Event = field(default_factory=anyio.Event)

    async def __call__(
        self,
        context: ClientRequestContext,  # noqa: ARG002 the SDK's name
        params: ElicitRequestParams,
    ) -> ElicitResult | ErrorData:
        assert isinstance(params, ElicitRequestFormParams)
        self.seen.append(params)
        self.asked.set()
        try:
            if self.answer is None:
                await anyio.sleep_forever()
                raise AssertionError
            return self.answer
        finally:
            self.dismissed.set()
