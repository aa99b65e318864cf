"""What a verifier leaves out of its list of a revision's claims: it is looked up all the same."""

from collections.abc import Callable

import pytest

from fusion_mcp.pipeline.verification.claims.said import Said
from fusion_mcp.pipeline.verification.evidence.exhibits import Exhibit
from fusion_mcp.pipeline.verification.evidence.omissions import left_out
from fusion_mcp.pipeline.verification.evidence.quotes import Quote
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim
from scripted.bridge import DRAFT, LONG, OLD, SHORT, checked, claims_of, honest, verdicts
from scripted.desks import Reply, Staff
from scripted.verifying import findings, taken_apart, task_of

QUESTION = "How long is the bridge?"
AGAINST = Quote(exhibit=Exhibit(label="Response A", kind="answer", text=LONG, seats=("alpha",)), text=LONG)
WRONG = CheckedClaim(claim=SHORT, verdict="contradicted", contradicts=(AGAINST,))


def besides(revision: str, *listed: str) -> tuple[str, ...]:
    return left_out(listed, [WRONG], Said(DRAFT.draft), Said(revision), Said(QUESTION))


@pytest.mark.parametrize("revision", [f"{SHORT} {OLD}", f"{OLD} Truly, the bridge is 1800 metres long, as I said."])
def test_a_contradicted_claim_that_is_said_still_is_looked_up_again(revision: str) -> None:
    assert besides(revision, OLD) == (SHORT,)
    assert besides(revision, OLD, SHORT) == ()


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        "The bridge is not 1800 metres long.",
        "The bridge is 1991 metres long, or 1800 metres by another view.",
        "Nobody can say how long the bridge is.",
    ],
)
def test_a_claim_that_is_put_right_or_denied_or_held_against_another_is_not_said_still(text: str) -> None:
    assert besides(f"{text} {OLD}", OLD) == ()


def test_what_a_revision_says_for_the_first_time_is_looked_up_as_it_stands() -> None:
    new = "The bridge was built by Martians in 1402."
    assert besides(f"{LONG} {new} It is fine.", LONG) == (new,)
    assert besides(f"{LONG} {new} It is fine.", LONG, "Martians built the bridge in 1402.") == ()


def forgets(*second_list: str, revision: str) -> Callable[[str, str], Reply]:
    """Verifiers that find what there is, and list only this of the revision."""

    def says(model: str, prompt: str) -> Reply:
        match task_of(prompt):
            case "claims":
                return taken_apart(*second_list) if revision in prompt else claims_of(prompt)
            case "revision":
                return revision
            case _:
                return honest()(model, prompt)

    return says


@pytest.mark.parametrize("told", [f"{SHORT} {OLD} Truly.", f"{OLD} The bridge was built by Martians out of cheese."])
async def test_a_revision_does_not_pass_because_the_verifier_is_silent_about_it(told: str) -> None:
    staff = Staff(forgets(OLD, revision=told))
    found = await checked(staff)
    assert (found.given.draft, found.is_revised) == (DRAFT.draft, False)
    assert verdicts(found)[SHORT] == "contradicted"


async def test_what_was_found_against_a_claim_counts_in_the_second_look_though_nobody_finds_it_again() -> None:
    revision = f"{SHORT} {OLD} Truly."

    def says(model: str, prompt: str) -> Reply:
        is_second = len(staff.prompts("claims")) > 1
        if task_of(prompt) == "check" and is_second:
            return findings(prompt, {SHORT: ((("Response C", SHORT),), ())})
        return forgets(SHORT, OLD, revision=revision)(model, prompt)

    staff = Staff(says)
    found = await checked(staff)
    assert (found.given.draft, found.is_revised) == (DRAFT.draft, False)
    assert found.notes == ("The answer was revised, but the revision was contradicted no less: not used.",)
