"""The laws that hold in every simulated run, whoever lies in it. Pure."""

from collections.abc import Iterator

from simulated.run import Played

_MOST_CHECKS = 9
"""Calls after the draft: claims, check and second judge twice each, one revision, two comparisons."""


def violations(played: Played) -> Iterator[str]:
    """Name every law that a run has broken."""
    for law in (_about_answer, _about_choice, _about_calls, _about_evidence):
        for sentence in law(played):
            yield f"{played.scene.name}, {played.mechanism.name}, world {played.known.seed}: {sentence}"


def _about_answer(played: Played) -> Iterator[str]:
    """There is an answer, and one that is a member's is that member's, word for word."""
    result = played.result
    if not result.answer:
        yield "there is no answer"
    if result.failed_models:
        yield "a member is missing"
    yield from (warning for warning in result.warnings if "unexpected_error" in warning)
    if result.answered_by != "synthesizer":
        own = [response.content for response in result.responses if response.model == result.answered_by]
        if own != [result.answer]:
            yield "an answer was given that is nobody's"


def _about_choice(played: Played) -> Iterator[str]:
    """A selected answer is a member's, costs no synthesis and is complete, unless something in it is contradicted.

    The gate says when it has closed.
    """
    result, mechanism = played.result, played.mechanism
    stages = {line.stage for line in result.cost_breakdown}
    by_member = result.answered_by != "synthesizer"
    if len(played.scene.members) == 1:
        return
    claims = result.verification.claims if result.verification else []
    status = "degraded" if any(claim.verdict == "contradicted" for claim in claims) else "ok"
    if mechanism.select and (not by_member or "synthesis" in stages or result.status != status):
        yield f"select gave {result.answered_by}, status {result.status}, stages {sorted(stages)}"
    if by_member and not mechanism.select and not mechanism.gate:
        yield "a member's answer was given, and nobody asked for that"
    if by_member and mechanism.gate and not mechanism.select and (result.status != "degraded" or not result.warnings):
        yield "the gate gave a member's answer, and the result does not say so"


def _about_calls(played: Played) -> Iterator[str]:
    """Only what was asked for is paid for, and a check has an end."""
    lines = [line for line in played.result.cost_breakdown if line.stage == "verification"]
    checks = sum(line.usage.calls for line in lines)
    if checks > _MOST_CHECKS:
        yield f"{checks} calls were made to check one answer"
    if checks and not played.mechanism.verifier and not played.mechanism.gate:
        yield "something was checked, and nobody asked for that"


def _about_evidence(played: Played) -> Iterator[str]:
    """No quotation counts that does not stand in its source, and no claim is borne out without one."""
    result = played.result
    if result.verification is None:
        return
    texts = {response.model: response.content for response in result.responses}
    texts |= {page.url: page.text for page in played.models.pages}
    for claim in result.verification.claims:
        if any(evidence.quote.rstrip(".") not in texts.get(evidence.source, "") for evidence in claim.evidence):
            yield f"a quotation counted that does not stand in its source: {claim.claim}"
        if claim.verdict in ("supported", "single_member") and not claim.evidence:
            yield f"a claim is borne out by nothing: {claim.claim}"
