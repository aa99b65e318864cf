"""What a tool says to a model when it does not do what was asked: a code from a closed list and what to do instead."""

import json
from collections.abc import Sequence
from typing import Literal

FaultReason = Literal[
    "unknown_tool",
    "invalid_arguments",
    "tool_calls_used_up",
    "url_not_offered",
    "address_refused",
    "domain_excluded",
    "withheld",
    "unreachable",
    "http_error",
    "too_many_redirects",
    "too_large",
    "timed_out",
    "unsupported_type",
    "unreadable",
    "search_failed",
    "unexpected_error",
]


class ToolFault(Exception):
    """A tool call that brought nothing. Never leaves the room: the model gets it as JSON, the person as a sentence."""

    def __init__(
        self, reason: FaultReason, message: str, status_code: int | None = None, *, causes: Sequence[str] = ()
    ) -> None:
        """`message` is a sentence for the model, and holds nothing that a page wrote.

        `causes` are sentences for the person, where the reason alone does not say enough.
        """
        super().__init__(f"{reason}: {message}")
        self.reason: FaultReason = reason
        self.message = message
        self.status_code = status_code
        self.causes = tuple(causes)

    def as_json(self) -> str:
        """Give the model's form of it: `{"error": {"reason", "message", "status_code"?}}`."""
        error: dict[str, object] = {"reason": self.reason, "message": self.message}
        if self.status_code is not None:
            error["status_code"] = self.status_code
        return json.dumps({"error": error}, ensure_ascii=False)
