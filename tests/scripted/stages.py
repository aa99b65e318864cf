"""What a request is for, told from its words, and models that do their part in every stage."""

from collections.abc import Callable
from typing import Literal

from scripted.calls import Call
from scripted.exchange import Behaviour
from scripted.good import answers, depends
from scripted.judging import judges
from scripted.verifying import choice, findings, taken_apart, task_of

Stage = Literal["panel", "judge", "synthesis", "verification"]

PRICE = 0.01
"""What each call of a model that works costs, in USD, by its provider's own word."""


def stage_of(call: Call) -> Stage:
    """The stage that a request belongs to."""
    if task_of(call.prompt) is not None:
        return "verification"
    if "Compare the responses" in call.prompt:
        return "judge"
    return "synthesis" if "Now write " in call.prompt else "panel"


def works(name: str = "It") -> Behaviour:
    """Answer, judge or write, as the request wants."""
    parts = {
        "panel": answers(f"{name} says 42.", cost=PRICE),
        "judge": judges(cost=PRICE),
        "synthesis": answers("The answer is 42.", cost=PRICE),
        "verification": depends(_verifies, name="verifies"),
    }
    return depends(lambda call: parts[stage_of(call)], name="works")


def fails_in(stage: Stage, fault: Callable[[], Behaviour], then: Behaviour) -> Behaviour:
    """Have `fault`, a new one for each call, in one stage, and behave as `then` in the others."""
    return depends(lambda call: fault() if stage_of(call) == stage else then, name=f"fails in {stage}")


def _verifies(call: Call) -> Behaviour:
    """Find one claim and nothing about it, prefer neither text, and revise nothing."""
    match task_of(call.prompt):
        case "claims":
            reply = taken_apart("The answer is 42.")
        case "check":
            reply = findings(call.prompt, {})
        case "gate":
            reply = choice("neither")
        case _:
            reply = "The answer is 42."
    return answers(reply, cost=PRICE)
