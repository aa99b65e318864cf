"""One chat request as the scripted provider records it."""

from dataclasses import dataclass
from typing import Any, cast

from scripted.records import Record


@dataclass(kw_only=True)
class Call(Record):
    """One chat request and how it ended."""

    model: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.body.get("messages", [])

    @property
    def prompt(self) -> str:
        """The contents of all messages, joined by blank lines."""
        return "\n\n".join(_text(message.get("content")) for message in self.messages)

    @property
    def tools(self) -> list[str]:
        """The names of the tools that the request offers; a server tool's is its type."""
        offered: list[dict[str, Any]] = self.body.get("tools") or []
        return [str(tool.get("function", {}).get("name") or tool.get("type")) for tool in offered]

    @property
    def may_call_tools(self) -> bool:
        return bool(self.tools) and self.body.get("tool_choice") != "none"

    @property
    def tool_results(self) -> list[str]:
        """What the tools have answered so far, in the order of the messages."""
        return [_text(message.get("content")) for message in self.messages if message.get("role") == "tool"]

    def __str__(self) -> str:
        return f"{self.model}: {self.course}, asked {self.prompt[:80]!r}"


def _text(content: object) -> str:
    """A message's content as text; contents may be a list of typed parts."""
    if isinstance(content, list):
        parts = cast("list[dict[str, Any]]", content)
        return "".join(str(part.get("text", "")) for part in parts)
    return str(content or "")
