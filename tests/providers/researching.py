"""Requests as the panel makes them while it researches: tools, and a history of calls and what came of them."""

from fusion_mcp.types import Message, NativeWeb, Tool, ToolCall
from scripted import ScriptedProvider

SEARCH = Tool(name="web_search", description="Search the web.", parameters={"type": "object", "properties": {}})
FETCH = Tool(name="web_fetch", description="Read a page.", parameters={"type": "object", "properties": {}})
TOOLS = (SEARCH, FETCH)
NATIVE = NativeWeb(tools=("web_search", "web_fetch"), max_calls=3)

SYSTEM = Message(role="system", content="Answer.")
QUESTION = Message(role="user", content="How many moons has Mars?")


def called(*calls: ToolCall, text: str = "", **echo: object) -> Message:
    """An assistant's turn that made these calls."""
    return Message(role="assistant", content=text, tool_calls=calls, echo=echo)


def search(query: str, call_id: str, **extra: object) -> ToolCall:
    return ToolCall(id=call_id, name="web_search", arguments=f'{{"query": "{query}"}}', extra=extra)


def result(text: str, call_id: str) -> Message:
    return Message(role="tool", content=text, tool_call_id=call_id)


def shown_tools(provider: ScriptedProvider) -> list[bool]:
    """Whether each call was shown tools."""
    return ["tools" in call.body for call in provider.calls]


HISTORY = (
    SYSTEM,
    QUESTION,
    called(search("moons", "a"), search("Mars", "b"), reasoning_content="Hm.", reasoning_details=[{"type": "x"}]),
    result("Two of them.", "a"),
    result("A planet.", "b"),
    called(search("Phobos", "c"), text="One more."),
    result("A moon.", "c"),
)
