"""The services behind the agents, scripted: one face for their dialects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from scripted import anthropic, gemini, responses, vendor
from scripted.anthropic import ScriptedAnthropic
from scripted.gemini import ScriptedGemini
from scripted.response import Response
from scripted.responses import ScriptedResponses
from scripted.vendor import Asked, Reply

_NUMBERS = count(1)
"""Each call has an identity of its own, as agents expect: Claude Code forgets all but the first of one."""

Service = ScriptedAnthropic | ScriptedResponses | ScriptedGemini


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a service is started, what it says, and which tools a request offers it.

    `calls_as` asks for a tool by the name that a request gives it.
    """

    service: Callable[[], Service]
    says: Callable[[str], Reply]
    calls: Callable[[str, Mapping[str, Any]], Reply]
    calls_as: Callable[[str, Mapping[str, Any]], Reply]
    tools: Callable[[Asked], list[str]]

    def calls_offered(self, ending: str, arguments: Mapping[str, Any]) -> Reply:
        """Ask for the tool whose name ends so, by the whole name under which it was offered, if it was."""

        async def playing(response: Response[Asked]) -> None:
            names = [name for name in self.tools(response.record) if name.endswith(ending)]
            reply = self.calls_as(names[0], arguments) if names else self.calls(ending, arguments)
            await reply.play(response)

        return Reply(f"calls {ending}", playing)


def _tools(asked: Asked) -> list[str]:
    return asked.tools


def _tools_in_spaces(asked: Asked) -> list[str]:
    """Codex offers the tools of an MCP server as those of a namespace: here `NAMESPACE/NAME`."""
    offered: list[dict[str, Any]] = asked.body.get("tools") or []
    spaces = [tool for tool in offered if tool.get("type") == "namespace"]
    inner = [f"{space['name']}/{tool['name']}" for space in spaces for tool in space.get("tools", [])]
    names = {space["name"] for space in spaces}
    return [*(name for name in asked.tools if name not in names), *inner]


def _calls_in_space(name: str, arguments: Mapping[str, Any]) -> Reply:
    space, _, bare = name.rpartition("/")
    return responses.calls(bare, arguments, identity=f"call_{next(_NUMBERS)}", namespace=space or None)


def _of_anthropic(name: str, arguments: Mapping[str, Any]) -> Reply:
    return anthropic.calls(name, arguments, identity=f"toolu_{next(_NUMBERS)}")


def _of_responses(name: str, arguments: Mapping[str, Any]) -> Reply:
    return responses.calls(name, arguments, identity=f"call_{next(_NUMBERS)}")


DIALECTS: Mapping[str, Dialect] = {
    "anthropic": Dialect(
        service=ScriptedAnthropic,
        says=anthropic.says,
        calls=_of_anthropic,
        calls_as=_of_anthropic,
        tools=_tools,
    ),
    "responses": Dialect(
        service=ScriptedResponses,
        says=responses.says,
        calls=_of_responses,
        calls_as=_calls_in_space,
        tools=_tools_in_spaces,
    ),
    "gemini": Dialect(
        service=ScriptedGemini, says=gemini.says, calls=gemini.calls, calls_as=gemini.calls, tools=gemini.tools_of
    ),
}

stalls = vendor.stalls
