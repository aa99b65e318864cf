"""One line of an agent's output, handed to the dialect that reads it. Pure.

Whatever a program prints, nothing is raised: what is no event is counted, what has another shape than it should have
tells nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from fusion_mcp.config import AgentEvents
from fusion_mcp.providers.agents.events import claude_code, codex, gemini_cli, opencode, text
from fusion_mcp.providers.agents.told import Told
from fusion_mcp.providers.foreign import Json, parsed

_DIALECTS: Mapping[AgentEvents, Callable[[Mapping[str, Any], Told], None]] = {
    "claude-code": claude_code.read,
    "codex": codex.read,
    "gemini-cli": gemini_cli.read,
    "opencode": opencode.read,
}


def read_line(dialect: AgentEvents, line: str, told: Told) -> None:
    """Add what one line of stdout tells to `told`. Empty lines tell nothing, others that are no event are counted."""
    if dialect == "text":
        text.read(line, told)
        return
    if not line.strip():
        return
    try:
        event = parsed(line)
    except (ValueError, RecursionError):
        event = None
    if isinstance(event, dict):
        _DIALECTS[dialect](cast("Json", event), told)
    else:
        told.unread += 1
