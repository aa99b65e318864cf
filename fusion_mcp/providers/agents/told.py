"""What an agent has told so far, in words that no program's dialect colours. Nothing is decided here."""

from dataclasses import dataclass, field
from decimal import Decimal

from fusion_mcp.types import Citation, Usage


@dataclass(kw_only=True)
class Told:
    """An agent's reply as its events add up to it.

    `answer` is its last whole message; `pieces` are the words as they come, not told on yet, and `doings` what it does
    with its own tools, as in "reading example.org", not told on yet either. `tool_calls` counts those; `citations` are
    the pages that they brought, `awaited` those that calls without a result yet have asked for, by the call's id.
    `cost_usd` is the agent's own figure, `is_metered` whether that is billed by use (None: it does not say). `fault` is
    its own complaint, `status_code` the HTTP status that it names with it. `wants_consent`: it asked for a permission
    that nobody can give. `is_over`: it has said that it is done. `unread` counts lines that were no event.
    """

    answer: str = ""
    pieces: list[str] = field(default_factory=list)
    doings: list[str] = field(default_factory=list)
    tool_calls: int = 0
    citations: list[Citation] = field(default_factory=list)
    usage: Usage = field(default_factory=lambda: Usage(calls=1))
    cost_usd: Decimal | None = None
    is_metered: bool | None = None
    finish_reason: str | None = None
    fault: str | None = None
    status_code: int | None = None
    wants_consent: bool = False
    is_over: bool = False
    unread: int = 0
    awaited: dict[str, tuple[str, ...]] = field(default_factory=dict)
