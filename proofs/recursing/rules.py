"""The rules of the recursion proof: what stopped the one below, and whether that is all that happened."""

from collections.abc import Iterator, Sequence

from carriers import NOT_STOPPED, carrier_in, without_pid
from recursing.cases import JOINED, MONEY, NOTHING_BEGUN, RUNS_AT_ONCE
from recursing.trial import TOPIC, Finding
from scripted.below import Told

MOST_SHOWN = 200
_LIMITS = {"timed_out": RUNS_AT_ONCE, "budget_exceeded": MONEY}


def stopper(told: Told) -> str:
    """Say what stopped a call from below."""
    if carrier := carrier_in(told.text):
        return without_pid(carrier)
    if told.result.get("reused") == "joined":
        return JOINED
    if told.result.get("status") == "running" and told.result.get("reused") is None and not told.result["answer"]:
        return NOTHING_BEGUN
    if "max_concurrent_runs_per_user" in told.text:
        return RUNS_AT_ONCE
    return MONEY if "budget_exceeded" in told.text else NOT_STOPPED


def stopped_by(finding: Finding) -> str:
    """Say what stopped a case: where only limits do, the one that asked from furthest below."""
    stoppers = [_of(finding, told) for told in finding.told]
    if finding.case.is_bounded_only:  # who asked last may have been told that the run is under way, before it was not
        last = finding.runs[-1][1] if finding.runs else None
        return stoppers[-1] if stoppers[-1:] != [NOT_STOPPED] else _LIMITS.get(last or "", NOT_STOPPED)
    return ", ".join(dict.fromkeys(stoppers)) or "nobody asked"


def _of(finding: Finding, told: Told) -> str:
    """A run that is still going on was begun by the call, unless that only looked for one that there was."""
    found = stopper(told)
    return NOT_STOPPED if found == NOTHING_BEGUN and finding.case.plan.tool != "fusion_result" else found


def violations(finding: Finding) -> Iterator[str]:
    """Say what a case violates."""
    case, outcome = finding.case, finding.outcome
    if finding.crash:
        yield f"crashed: {finding.crash}"
    if outcome is None or outcome.result is None or not outcome.result["answer"]:
        yield f"the outer question was not answered: {outcome}"
    if stopped_by(finding) != case.stopped_by:
        told = "; ".join(" ".join(each.text.split())[:MOST_SHOWN] for each in finding.told[:3])
        yield f"stopped by {stopped_by(finding)}, and not by {case.stopped_by}: {told}"
    if finding.begun > case.plan.most:
        yield "NOT STOPPED but by the proof's own brake"
    if finding.calls > case.most_calls or (finding.calls != case.most_calls and not case.is_bounded_only):
        yield f"{finding.calls} model calls instead of {case.most_calls}"
    if finding.processes > case.most_processes:
        yield f"{finding.processes} processes at once, and not {case.most_processes}"
    if finding.left:
        yield f"left behind: {', '.join(finding.left)}"
    yield from _in_the_log(finding)


def _in_the_log(finding: Finding) -> Iterator[str]:
    """Every refusal is a line that names its carrier; none has the nonce or the question."""
    lines = [line for line in finding.said.splitlines() if "comes from inside a Fusion run, marked by" in line]
    refused = [carrier for told in finding.told if (carrier := carrier_in(told.text))]
    unnamed = [carrier for carrier in refused if not any(line.endswith(carrier) for line in lines)]
    if unnamed or len(lines) != len(refused):
        yield f"{len(refused)} refusals, {len(lines)} lines about them; not named: {unnamed}"
    if TOPIC.lower() in finding.said.lower():
        yield "the question is in a log"
    if any(nonce in finding.said for nonce in finding.nonces):
        yield "a nonce is in a log"
    if "Traceback" in finding.said:
        yield "a traceback on stderr"


def row(finding: Finding, found: Sequence[str]) -> Sequence[object]:
    """One line of the table."""
    case = finding.case
    bound = f"{finding.calls} of {'at most ' if case.is_bounded_only else ''}{case.most_calls}"
    verdict = "holds" if not found else NOT_STOPPED if NOT_STOPPED in stopped_by(finding) else "VIOLATED"
    return (
        case.way,
        stopped_by(finding),
        bound,
        finding.processes,
        len(finding.left),
        f"{finding.seconds:.1f}",
        verdict,
    )
