"""What is kept of runs, as it is handed to whoever keeps it and given back. Values only."""

from dataclasses import field
from decimal import Decimal
from typing import Literal

from fusion_mcp.codes import Kind
from fusion_mcp.values import value

RunStatus = Literal["running", "interrupted", "finished", "failed", "cancelled"]
Ended = Literal["interrupted", "finished", "failed", "cancelled"]
How = Literal["new", "joined", "finished", "resumed", "failed", "cancelled", "interrupted"]


class DayLimit(Exception):
    """The day's limit leaves less than a run asks for."""

    def __init__(self, left: Decimal) -> None:
        """`left` is what the day still has, in USD, never below 0."""
        super().__init__(f"{left} USD are left of the day's limit")
        self.left = left


@value
class NewRun:
    """A run as it would begin. `key` is the same for the same question; `plan` is all that continuing it needs.

    `likeness` is the same for questions that are nearly the same, whatever preset and limits they come with. Only a run
    that `may_call_back` is found by it: what it started can ask its question again from below. `joins_alike`: this one
    may be such a question. `is_sample`: one of its key is found however old it is.
    """

    id: str
    key: str
    kind: Kind
    preset: str
    question: str
    plan: str
    likeness: str = ""
    may_call_back: bool = False
    joins_alike: bool = False
    is_sample: bool = False


@value
class Claim:
    """Who has a run now.

    `how`: "new" and "resumed" are ours to carry out; "joined" is live, here or in another process; "finished" has its
    result in the journal; "failed" and "cancelled" are over; "interrupted" cannot be continued, since its plan was not
    stored. `life` counts how often the run was taken up again; `had_failed`: a "resumed" one had brought no result.
    `is_alike`: a "joined" one has another key, and may have been asked from below it.
    """

    run_id: str
    how: How
    life: int
    owner_is_us: bool
    had_failed: bool = False
    is_alike: bool = False


@value
class GuardedRun:
    """A run that has its place now, here or in another process of this home, and must not be asked anything from below.

    `nonce` stands in all its prompts.
    """

    run_id: str
    nonce: str = field(repr=False)


@value
class RunRow:
    """A run as lists show it. `created_at` is in seconds since the epoch; `question` is None where not stored.

    `cost_usd` adds up the bills that are known, None where there is none; `cost_is_complete`: no other call was made.
    `in_doubt` counts calls whose bill never came; `on_subscription`: some calls went on a plan that is paid anyway.
    `result_status` is the result's own, or the reason's code.
    """

    id: str
    kind: Kind
    preset: str
    question: str | None
    status: RunStatus
    created_at: float
    result_status: str | None
    cost_usd: Decimal | None
    cost_is_complete: bool
    in_doubt: int
    seconds: float | None
    on_subscription: bool = False


@value
class DayRow:
    """A day's money in USD (UTC): billed, possibly billed, and held for what live runs may still spend."""

    day: str
    spent_usd: Decimal
    in_doubt_usd: Decimal
    held_usd: Decimal


@value
class BreakerRow:
    """A model that is left alone for so many seconds more, and why."""

    provider: str
    model: str
    for_s: float
    why: str
