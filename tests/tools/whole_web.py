"""One run's toolbox with its real parts, over a scripted web."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fusion_mcp.config import Web
from fusion_mcp.domains import Domains
from fusion_mcp.ledger import Account, Ledger
from fusion_mcp.tools.toolbox import RunToolbox
from fusion_mcp.tools.web_tools import WebTools
from fusion_mcp.types import ToolCall
from scripted.steps import MemorySteps
from scripted.web import ScriptedWeb
from tools.small_web import BOTH, FENCE


@asynccontextmanager
async def run_on(internet: ScriptedWeb, *given: str, steps: MemorySteps | None = None) -> AsyncGenerator[RunToolbox]:
    """One run's toolbox, which may reach this web alone; with the steps of another, it is that run's next life."""
    web = Web(search=("searxng",), searxng_url=internet.url(), allow_private=(internet.host_port,))
    async with WebTools.from_config(web, lambda _: None, {}, {}) as tools:
        yield tools.for_run(given=given, fence=FENCE, domains=Domains(), steps=steps or MemorySteps())


async def use(toolbox: RunToolbox, name: str, seat: str = "alpha", **arguments: object) -> str:
    """Use a tool with as much time and money as anyone needs."""
    call = ToolCall(id="call-1", name=name, arguments=json.dumps(arguments))
    account = Account(ledger=Ledger(), stage="panel", seat=seat)
    return await toolbox.use(call, seat=seat, allowed=BOTH, within=20, account=account)
