"""A question about a bridge: what three members say, what a verifier finds there, and drafts to be checked."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import anyio

from fusion_mcp.pipeline.answer import Given
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.verification.bench import bench_for
from fusion_mcp.pipeline.verification.verify import Checked, verify
from fusion_mcp.types import ModelRef, Page
from scripted.desks import Reply, Staff, desk, labelled
from scripted.steps import MemorySteps
from scripted.verifying import Found, findings, taken_apart, task_of

LONG, SHORT = "The bridge is 1991 metres long.", "The bridge is 1800 metres long."
OLD = "The bridge opened in 1931."
RED = "The bridge is red."
VERIFIER: dict[str, Any] = {"verifier": {"model": "work:checker", "fallbacks": ["work:deputy"]}}
BOTH: dict[str, Any] = {**VERIFIER, "second_judge": {"model": "work:second"}}
ANSWERS = labelled(f"{LONG} {OLD}", f"{LONG}", f"{SHORT}")
WRITER = ModelRef.parse("work:writer")


def written_as(text: str, writer: ModelRef | None = WRITER, seat: str | None = None) -> Given:
    """An answer in which no member is named."""
    return Given(text=text, draft=text, writer=writer, seat=seat)


DRAFT = written_as(f"{SHORT} {OLD}")
FOUND: Mapping[str, Found] = {
    LONG: ((("Response A", LONG), ("Response B", LONG)), (("Response C", SHORT),)),
    SHORT: ((("Response C", SHORT),), (("Response A", LONG), ("Response B", LONG))),
    OLD: ((("Response A", OLD),), ()),
}


def claims_of(prompt: str) -> str:
    draft = prompt.partition("<<<draft")[2].partition("<<<end")[0]
    return taken_apart(*(claim for claim in (LONG, SHORT, OLD, RED) if claim in draft))


def honest(revision: Reply = f"{LONG} {OLD}") -> Callable[[str, str], Reply]:
    """Verifiers that find what there is, and a writer that revises so."""

    def says(model: str, prompt: str) -> Reply:
        match task_of(prompt):
            case "claims":
                return claims_of(prompt)
            case "check":
                return findings(prompt, FOUND)
            case "revision":
                return revision
            case _:
                raise AssertionError(f"{model} was asked something else")

    return says


def but(model: str, task: str, reply: Reply) -> Callable[[str, str], Reply]:
    """The same, but for one model's replies in one task."""
    return lambda who, prompt: reply if (who, task_of(prompt)) == (model, task) else honest()(who, prompt)


async def checked(
    staff: Staff,
    given: Given = DRAFT,
    answers: tuple[LabelledAnswer, ...] = ANSWERS,
    pages: tuple[Page, ...] = (),
    within: float = 20.0,
    preset: Mapping[str, Any] = VERIFIER,
    steps: MemorySteps | None = None,
) -> Checked:
    at = replace(desk(staff, **preset), steps=steps or MemorySteps())
    verifier = at.run.preset.verifier
    assert verifier is not None
    with anyio.fail_after(10):
        return await verify(bench_for(at, verifier, answers, pages, anyio.current_time() + within), given)


def verdicts(found: Checked) -> dict[str, str]:
    return {claim.claim: claim.verdict for claim in found.claims}
