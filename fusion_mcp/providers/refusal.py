"""A reply that is no answer, as a value: why, in a sentence for the person, and what may be done about it. Pure."""

from dataclasses import dataclass
from typing import Literal

from fusion_mcp.codes import Reason
from fusion_mcp.providers.catalog.provider import Parameter

Taken = Literal["never sent", "refused", "accepted"]
"""How far a call came. What was accepted may be billed, whatever came of it."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A reply that is no answer. `retry` says whether the same request may do better later."""

    reason: Reason
    message: str
    status_code: int | None = None
    retry: bool = False
    retry_after: float | None = None
    parameter: Parameter | None = None
    """The optional part of the request that the provider will not take: without it the request may pass."""
    may_be_of_tools: bool = False
    """True where it speaks of tools and may mean that the model takes none: a request without them will show."""
    tools_went_wrong: bool = False
    """True where the model wrote a call that its provider could not read: the next try may pass, or one without tools.
    """
    taken: Taken = "accepted"
    is_our_own: bool = False
    """True where it says nothing of the provider: our own patience, place or money had come to an end."""
