"""A call that brought no result, as text that the calling model can act on. Pure.

Protocol errors never reach the model, so refusals and failures are results that say so.
"""

from typing import cast

from mcp.types import CallToolResult, TextContent

from fusion_mcp.cleaning import clean, one_line
from fusion_mcp.codes import Reason
from fusion_mcp.errors import ConfigError, FusionError, FusionFailed, Refused
from fusion_mcp.render import failure_text

LONGEST = 1000
"""What a failure may cost of the calling model's context, in characters."""


def failure(reason: Reason, message: str) -> CallToolResult:
    """Refuse a call, with the reason's code first."""
    return _result(f"{reason}: {message}")


def failure_of(error: Exception) -> CallToolResult | None:
    """Say what went wrong where the error is one of ours; None for one that nobody foresaw."""
    match only_leaf(error):
        case FusionFailed() as failed:
            return _result(failure_text(failed))
        case Refused() as refused:
            return failure(refused.reason, refused.message)
        case ConfigError() as broken:
            # No model was called, and another preset may do: of the closed set of reasons this says most of it.
            return failure("invalid_arguments", "; ".join(broken.faults))
        case _:
            return None


def only_leaf(error: Exception) -> Exception:
    """Take an error of ours out of the groups that task groups wrap it in; else give the error as it is."""
    if not isinstance(error, ExceptionGroup):
        return error
    group = cast("ExceptionGroup[Exception]", error)
    leaves = (only_leaf(inner) for inner in group.exceptions)
    return next((leaf for leaf in leaves if isinstance(leaf, FusionError)), group)


def _result(text: str) -> CallToolResult:
    text = clean(text)
    short = text if len(text) <= LONGEST else one_line(text, LONGEST)
    return CallToolResult(content=[TextContent(type="text", text=short)], is_error=True)
