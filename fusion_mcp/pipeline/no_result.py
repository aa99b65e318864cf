"""The two ways a run ends without a result, pure: nobody can be called, so it does not begin; or nobody answered."""

from collections.abc import Collection, Sequence

from fusion_mcp.codes import Reason
from fusion_mcp.errors import FusionFailed, Refused
from fusion_mcp.ledger import Ledger
from fusion_mcp.money import usd
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.presets.schema import Role
from fusion_mcp.types import CallFailure, MemberFailure


def refuse_if_uncallable(desk: Desk) -> None:
    """Refuse before any call when no member, or neither judge nor synthesizer, can be called at all.

    A panel of one needs neither.
    """
    preset = desk.run.preset
    needed: list[tuple[str, Sequence[Role]]] = [("no member of the panel", preset.panel)]
    if len(preset.panel) > 1:
        needed.append(("neither the judge nor the synthesizer", (preset.judge, preset.synthesizer)))
    for who, roles in needed:
        problems = [_problem(desk, role) for role in roles]
        if all(problems):
            sentences = list(dict.fromkeys(problem.message for problem in problems if problem))
            first = next(problem for problem in problems if problem)
            raise Refused(
                first.reason, f"preset '{preset.name}': {who} can be called. {' '.join(sentences)} Nothing was spent."
            )


def nobody_answered(failures: Sequence[MemberFailure], ledger: Ledger) -> FusionFailed:
    """The error that lists every member's reason and what was spent; its code is OpenRouter's for the same case."""
    reasons: set[Reason] = {failure.reason for failure in failures}
    reason = _common(reasons)
    code = "" if reason == "all_panels_failed" else "all_panels_failed: "
    return FusionFailed(reason, f"{code}no member of the panel answered. {_spent(ledger)}", failures)


def _spent(ledger: Ledger) -> str:
    total, cut_off = ledger.total(), len(ledger.in_doubt())
    doubt = f" What {cut_off} calls cost that were cut off is not known." if cut_off else ""
    cost = total.cost_usd
    if cost is None and total.on_subscription:
        return f"What was asked went on a subscription.{doubt}"
    if cost is None:
        return f"What was spent is not known.{doubt}"
    if not cost:
        return doubt.strip() or "Nothing was billed as far as is known."
    return f"Spent: {usd(cost)}.{doubt}"


def _problem(desk: Desk, role: Role) -> CallFailure | None:
    """Why no model of a role can be called, or None when one can."""
    problems = [desk.traits(model).unavailable for model in role.models]
    return problems[0] if all(problems) else None


def _common(reasons: Collection[Reason]) -> Reason:
    """One code for a total failure: the one of these that somebody's failure bears says best what to do."""
    if "insufficient_credits" in reasons:
        return "insufficient_credits"
    return "rate_limited" if "rate_limited" in reasons else "all_panels_failed"
