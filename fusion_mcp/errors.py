"""The errors that leave a room, split by who must act. Nothing here knows a transport.

FusionError                  has a sentence fit to be shown, and says what to do
├── ConfigError              the person, before a run: a file is wrong; says which and where (exit 2)
│   └── SeatsFusion          a preset that seats a fusion (presets)
├── UsageError               the person, at the keyboard: what was typed cannot be meant (cli; exit 2)
├── NoSuchMember             the person, likewise: whom an evaluation is to hold for the strongest (evaluation)
├── UnreadableTasks          the person: an evaluation's file of tasks (evaluation)
├── UnusableSettingsError    the person: the environment's proxy or certificates (providers)
├── LocalModelError          the person: a model of this machine cannot be served (providers/local)
├── FetchFailed              the person: no source brought the weights (providers/local)
├── SourceFailed             nobody yet: one source did not, the next may (providers/local)
├── UnwritableStdout         the person: what stdout leads to takes nothing (server)
├── Refused                  the caller: the call is not carried out and nothing was spent (isError, exit 1 or 2)
└── FusionFailed             nobody: the run was carried out and no member answered (isError, exit 1)

A provider's failure is not an exception: it is a value (`types.CallFailure`). What is no FusionError is caught in the
room that raises it, or by the one next to it, as `LimitReached` is, which says that there is no money for a call.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from fusion_mcp.codes import Reason

if TYPE_CHECKING:  # the command line is not to wait for all the nouns
    from fusion_mcp.types import MemberFailure


class FusionError(Exception):
    """The root: every error that fusion-mcp raises on purpose, with a sentence fit to be shown."""


class ConfigError(FusionError):
    """A configuration or preset file that cannot be used: one sentence per fault, each naming its place."""

    def __init__(self, *faults: str) -> None:
        """Keep the faults apart, so that a caller may show the first and count the rest."""
        super().__init__("\n".join(faults))
        self.faults = faults


class Refused(FusionError):
    """A call that is not carried out, with the reason's code and what to do instead."""

    def __init__(self, reason: Reason, message: str) -> None:
        """`message` is a sentence for the person or the calling model, without the code."""
        super().__init__(f"{reason}: {message}")
        self.reason: Reason = reason
        self.message = message


class FusionFailed(FusionError):
    """A run in which nobody answered: carries every member's failure."""

    def __init__(self, reason: Reason, message: str, failures: "Sequence[MemberFailure]") -> None:
        """`failures` holds one entry per configured member; the error's text lists them under the message."""
        lines = [f"- {failure.seat}: {failure.reason}: {failure.error}" for failure in failures]
        super().__init__("\n".join([f"{reason}: {message}", *lines]))
        self.reason: Reason = reason
        self.message = message
        self.failures = tuple(failures)


def only_leaf(error: Exception) -> Exception:
    """Take an error of ours out of the groups that task groups wrap it in; else give the error as it is."""
    if not isinstance(error, ExceptionGroup):
        return error
    group = cast("ExceptionGroup[Exception]", error)
    leaves = (only_leaf(inner) for inner in group.exceptions)
    return next((leaf for leaf in leaves if isinstance(leaf, FusionError)), group)
