"""A call that brought no result, as text that the calling model can act on. Pure but for the log.

Protocol errors never reach the model, so refusals and failures are results that say so.
"""

import logging

from mcp.types import CallToolResult, TextContent

from fusion_mcp.cleaning import clean, one_line
from fusion_mcp.codes import Reason
from fusion_mcp.errors import ConfigError, FusionFailed, Refused, only_leaf
from fusion_mcp.render import failure_text
from fusion_mcp.server.logs import places

LONGEST = 1000
"""What a failure may cost of the calling model's context, in characters."""

_log = logging.getLogger(__name__)

_UNFORESEEN = (
    "something went wrong inside fusion-mcp; its log on stderr says where. "
    "Ask once more, or answer the question directly."
)
_REST = "The command `fusion-mcp doctor` tells the rest."
_TRY = "The command `fusion-mcp doctor --try` tells the rest."

_FIRST_START: tuple[Reason, ...] = ("upstream_error", "unauthorized")
"""What is wrong where nobody could be called at all."""

_MOST_FAULTS = 3
_FAULT = 250
_WHY = 500


def failure(reason: Reason, message: str) -> CallToolResult:
    """Refuse a call, with the reason's code first."""
    return _result(f"{reason}: {message}")


def failed(tool: str, error: Exception) -> CallToolResult:
    """Say what went wrong. An error that nobody foresaw is told in the log, by where it happened."""
    foreseen = failure_of(error)
    if foreseen is None:
        _log.error("a call of %s failed in an unforeseen way:\n%s", tool, places(error))
    return foreseen or failure("unexpected_error", _UNFORESEEN)


def failure_of(error: Exception) -> CallToolResult | None:
    """Say what went wrong where the error is one of ours; None for one that nobody foresaw.

    First comes what is wrong, then what to do; where a person's first start may have failed, also how to see the rest.
    """
    match only_leaf(error):
        case FusionFailed() as nobody:
            return _result(_nobody_reached(nobody) or failure_text(nobody))
        case Refused() as refused if refused.reason == "unauthorized":
            return failure(refused.reason, f"{refused.message} {_REST}")
        case Refused() as refused:
            return failure(refused.reason, refused.message)
        case ConfigError() as broken:
            # No model was called, and another preset may do: of the closed set of reasons this says most of it.
            return failure("invalid_arguments", _broken(broken))
        case _:
            return None


def _broken(error: ConfigError) -> str:
    told = [one_line(fault, _FAULT) for fault in error.faults[:_MOST_FAULTS]]
    more = len(error.faults) - len(told)
    faults = "; ".join([*told, *([f"and {more} more"] if more else [])]).rstrip(".")
    return f"fusion-mcp's configuration cannot be used: {faults}. Correct that and ask again. {_REST}"


def _nobody_reached(error: FusionFailed) -> str:
    """Tell what kept every member from being asked once, and first, where it was one and the same thing."""
    whys = {(failure.reason, failure.error) for failure in error.failures}
    if len(whys) != 1 or len(error.failures) == 1:
        return ""
    ((reason, why),) = whys
    if reason not in _FIRST_START:
        return ""
    seats = ", ".join(dict.fromkeys(failure.seat for failure in error.failures))
    told = one_line(why, _WHY)
    stop = "" if told.endswith(("?", "…")) else "."
    rest = one_line(f"So it is with {seats}: {error.message}", LONGEST - _WHY - 150)
    return f"{error.reason}: {told.rstrip('.')}{stop} {rest} {_TRY}"


def _result(text: str) -> CallToolResult:
    text = clean(text)
    short = text if len(text) <= LONGEST else one_line(text, LONGEST)
    return CallToolResult(content=[TextContent(type="text", text=short)], is_error=True)
