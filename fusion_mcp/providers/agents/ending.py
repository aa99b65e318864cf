"""How an agent's process ended. A value; what it means is `failures`."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How an agent ended.

    `status` is its exit status, `signal` the name of the signal that it died by; both None: it was ended, or its end is
    not known. `missing` says which program could not be started and why, `exceeded` which bound it was ended for.
    `complaints` are the last lines of its stderr, cut.
    """

    status: int | None = None
    signal: str | None = None
    complaints: tuple[str, ...] = ()
    exceeded: Literal["output", "line", "processes"] | None = None
    missing: str | None = None
