"""What became of a run's searches, pages and calls, written into its steps so that a later life need not ask again.

Nothing here goes out. What cannot be read any more counts as not kept: then it is done once more.
"""

from dataclasses import dataclass
from typing import Generic, Never, TypeVar

from pydantic import TypeAdapter

from fusion_mcp.protocols import Steps
from fusion_mcp.storing import from_json, to_json
from fusion_mcp.tools.faults import FaultReason, ToolFault
from fusion_mcp.tools.reading.readable import Readable
from fusion_mcp.tools.search.hits import Found

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Retrieved:
    """A page as it was read, and what decides which links of it may be followed.

    `url` is where it came from after all redirects, "" where that is no plain address; `exempt`: the person let readers
    through the address guard there.
    """

    page: Readable
    url: str
    exempt: bool


@dataclass(frozen=True, kw_only=True)
class _Fault:
    reason: FaultReason
    message: str
    status_code: int | None
    causes: tuple[str, ...]


class Kept(Generic[T]):
    """Outcomes of one kind, by key: what came of it, or the fault that it failed with."""

    def __init__(self, steps: Steps, prefix: str, form: TypeAdapter[T | _Fault]) -> None:
        """Keep in `steps`, under keys that begin with `prefix`; `kept_pages` and its siblings choose these."""
        self._steps = steps
        self._prefix = prefix
        self._form = form

    def recall(self, key: str) -> T | ToolFault | None:
        """Give what an earlier life of the run, or this one, has kept; None for nothing."""
        outcome = from_json(self._form, self._steps.kept(self._prefix + key))
        if isinstance(outcome, _Fault):
            return ToolFault(outcome.reason, outcome.message, outcome.status_code, causes=outcome.causes)
        return outcome

    async def keep(self, key: str, outcome: T | ToolFault) -> None:
        """Keep an outcome. Not cut off by cancellation."""
        if isinstance(outcome, ToolFault):
            written: T | _Fault = _Fault(
                reason=outcome.reason, message=outcome.message, status_code=outcome.status_code, causes=outcome.causes
            )
        else:
            written = outcome
        await self._steps.keep(self._prefix + key, to_json(self._form, written))


_PAGES = TypeAdapter[Retrieved | _Fault](Retrieved | _Fault)
_SEARCHES = TypeAdapter[Found | _Fault](Found | _Fault)
_FAULTS = TypeAdapter[_Fault](_Fault)


def kept_pages(steps: Steps) -> Kept[Retrieved]:
    """Pages by their normalised URL."""
    return Kept(steps, "page:", _PAGES)


def kept_searches(steps: Steps) -> Kept[Found]:
    """Searches by their words, folded."""
    return Kept(steps, "search:", _SEARCHES)


def kept_faults(steps: Steps) -> Kept[Never]:
    """Faults of single calls, by the call's own name in its run."""
    return Kept[Never](steps, "", _FAULTS)
