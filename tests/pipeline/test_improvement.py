"""When a revision is better than its draft: it wins in what is contradicted, and loses nowhere else."""

import pytest

from fusion_mcp.pipeline.verification.claims.said import Said
from fusion_mcp.pipeline.verification.evidence.improvement import fault
from fusion_mcp.pipeline.verification.evidence.verdicts import CheckedClaim
from fusion_mcp.result import Verdict

QUESTION = "How long is the bridge?"
WRONG, RIGHT = "The bridge is 1800 metres long.", "The bridge is 1991 metres long."
OPENED, COST = "The ferry closed in 1931.", "Merchants of Marlo paid its towers."
DRAFT = f"{WRONG} {OPENED} {COST}"
BEFORE: tuple[tuple[str, Verdict], ...] = ((WRONG, "contradicted"), (OPENED, "supported"), (COST, "single_member"))


def claims(*found: tuple[str, Verdict]) -> list[CheckedClaim]:
    return [CheckedClaim(claim=claim, verdict=verdict) for claim, verdict in found]


def of(revision: str, *after: tuple[str, Verdict]) -> str | None:
    return fault(Said(DRAFT), claims(*BEFORE), Said(revision), claims(*after), Said(QUESTION))


def test_a_revision_that_puts_a_contradicted_claim_right_is_better() -> None:
    text = f"{RIGHT} {OPENED} {COST}"
    assert of(text, (RIGHT, "supported"), (OPENED, "supported"), (COST, "single_member")) is None


def test_so_is_one_that_leaves_the_claim_out() -> None:
    assert of(f"{OPENED} {COST}", (OPENED, "supported"), (COST, "single_member")) is None


def test_what_held_may_be_worded_anew_or_passed_over_by_the_second_check() -> None:
    text = f"{RIGHT} Since 1931 there has been no ferry: it closed then. {COST}"
    assert of(text, (RIGHT, "supported"), ("There has been no ferry since 1931.", "supported")) is None
    assert of(text, (RIGHT, "supported")) is None


@pytest.mark.parametrize("verdict", ["contradicted", "disputed", "single_member", "unsupported", "unchecked"])
def test_a_claim_that_held_and_holds_no_more_is_a_loss(verdict: Verdict) -> None:
    assert of(f"{RIGHT} {OPENED}", (RIGHT, "supported"), (OPENED, verdict)) is not None


@pytest.mark.parametrize("text", [f"{RIGHT} {COST}", f"{RIGHT} In 1932 the ferry closed. {COST}", f"{RIGHT} 1931."])
def test_a_claim_that_held_and_is_no_longer_made_is_a_loss(text: str) -> None:
    assert of(text, (RIGHT, "supported"), (COST, "single_member")) == "lost what was borne out"


@pytest.mark.parametrize("verdict", ["disputed", "single_member"])
def test_a_claim_put_right_by_what_somebody_says_is_no_loss_and_a_second_such_claim_is(verdict: Verdict) -> None:
    kept: tuple[tuple[str, Verdict], ...] = ((OPENED, "supported"), (COST, "single_member"), (RIGHT, verdict))
    assert of(f"{RIGHT} {OPENED} {COST}", *kept) is None
    text = f"{RIGHT} {OPENED} {COST} It is red."
    assert of(text, *kept, ("It is red.", verdict)) == "has more in it that is not borne out"


@pytest.mark.parametrize("verdict", ["unsupported", "unchecked"])
def test_a_claim_put_right_by_what_nobody_says_is_no_improvement(verdict: Verdict) -> None:
    text = f"{RIGHT} {OPENED} {COST}"
    after: tuple[tuple[str, Verdict], ...] = ((OPENED, "supported"), (COST, "single_member"), (RIGHT, verdict))
    assert of(text, *after) == "has more in it that is not borne out"


def test_no_claims_or_none_that_was_checked_or_as_many_contradictions_are_no_improvement() -> None:
    assert of("Who knows?") == "says nothing that could be looked up"
    assert of(DRAFT, (OPENED, "unchecked")) == "could not be checked"
    assert of(DRAFT, (WRONG, "contradicted"), (OPENED, "supported")) == "was contradicted no less"
