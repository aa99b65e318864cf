"""Results and failures as short Markdown that stands alone in a chat or on a terminal. Pure.

Nothing here decides what a result contains: it shows what is there, most important first, and leaves out empty parts.
"""

from collections.abc import Iterable, Iterator, Mapping

from fusion_mcp.cleaning import as_code, as_codes, clean, one_line
from fusion_mcp.errors import FusionFailed, Refused
from fusion_mcp.money import usd
from fusion_mcp.result import (
    Analysis,
    Claim,
    Contradiction,
    FailedModel,
    FusionResult,
    Response,
    Source,
    Verdict,
    Verification,
)
from fusion_mcp.types import MemberFailure

POINTS = 5
"""How many points of agreement and of disagreement stand under an answer; the structured result has them all."""

POINT = 300
"""How long one point may be under an answer."""

FAILURE = 1000
"""How long the text of a failure may be."""

_MESSAGE = 2000

_REUSED = {
    None: "",
    "joined": "; the same question was being answered already, and this is that answer",
    "finished": "; the same question was answered before, and this is that answer",
    "resumed": "; taken up again after it was interrupted",
}

_VERDICTS: Mapping[Verdict, str] = {
    "supported": "supported",
    "single_member": "one member alone",
    "unsupported": "nobody says so",
    "contradicted": "contradicted",
    "disputed": "disputed",
    "unchecked": "not checked",
}

_PLAIN = str.maketrans("[]<>`\\", "()()'/")
"""Keeps a title, which its page wrote, from ending the link that it stands in."""


def markdown(result: FusionResult) -> str:
    """Show a result: the answer (or analysis), agreement, failures, warnings, cost and time, sources, run."""
    parts = [
        *_main(result),
        _who(result),
        _bullets("Did not answer", (_failed(failure) for failure in result.failed_models)),
        _bullets("Warnings", _further_warnings(result)),
        _cost_and_time(result),
        _bullets("Sources", (_source(source) for source in result.sources)),
        f"Run {as_code(result.run_id)}, preset {as_code(result.preset)}{_REUSED[result.reused]}",
    ]
    return clean("\n\n".join(part for part in parts if part)) + "\n"


def failure_text(error: FusionFailed) -> str:
    """Name the reason and every member's own, within `FAILURE` characters."""
    head = headline(error, 300)
    room = (FAILURE - len(head)) // max(len(error.failures), 1) - len("\n- ")
    return "\n".join([head, *(f"- {line}" for line in failure_lines(error, room))])


def failure_shape(error: Refused | FusionFailed) -> dict[str, object]:
    """Put a failure into the structured result's words: reason, message, and every member that failed."""
    failures = error.failures if isinstance(error, FusionFailed) else ()
    members = [
        {
            "model": failure.seat,
            "reason": failure.reason,
            "error": clean(failure.error),
            "status_code": failure.status_code,
        }
        for failure in failures
    ]
    return {"reason": error.reason, "message": one_line(error.message, _MESSAGE), "failed_models": members}


def headline(error: FusionFailed, limit: int) -> str:
    """The reason's code and what happened, without the members."""
    return one_line(f"{error.reason}: {error.message}", limit)


def failure_lines(error: FusionFailed, limit: int) -> list[str]:
    """One line per member that did not answer, each at most `limit` characters; its reason stands in every one."""
    return [_failure_line(failure, limit) for failure in error.failures]


def _failure_line(failure: MemberFailure, limit: int) -> str:
    why = _why(failure.reason, failure.status_code)
    seat = _shortened(one_line(failure.seat, FAILURE), limit - len(f": {why}: …"))
    return one_line(f"{seat}: {why}: {failure.error}", limit)


def _shortened(name: str, room: int) -> str:
    """Take out the middle of a name that is too long: its end tells two seats of one model apart."""
    if len(name) <= room:
        return name
    tail = max(room // 2 - 1, 1)
    return f"{name[: max(room - tail - 1, 0)]}…{name[-tail:]}"


def _main(result: FusionResult) -> list[str]:
    if result.status == "running":
        return [_come_back(result)]
    if result.kind == "ask" and result.answer is not None:
        return [_closed(result.answer), "---", *_agreement(result.analysis), *_doubts(result.verification)]
    heads = _whole(result.analysis) if result.analysis else []
    return [*heads, *(_answer(response) for response in result.responses), "---"]


def _come_back(result: FusionResult) -> str:
    return (
        f"The panel is still at work. Call `fusion_result` with run_id {as_code(result.run_id)} for its answer: it "
        "waits, and may be called again until the answer is there. Do not ask the question anew."
    )


def _agreement(analysis: Analysis | None) -> list[str]:
    if analysis is None:
        return []
    return [
        _bullets("The panel agreed", (one_line(point, POINT) for point in analysis.consensus), POINTS),
        _bullets("The panel disagreed", (_contradiction(each, POINT) for each in analysis.contradictions), POINTS),
    ]


def _doubts(verification: Verification | None) -> Iterator[str]:
    """Name the claims of the answer that nothing confirms; that the others are, is a number."""
    if verification is None:
        return
    claims = verification.claims
    confirmed = sum(claim.verdict == "supported" for claim in claims)
    checked = f"**Checked:** {confirmed} of {len(claims)} claims are supported by more than one member"
    yield f"{checked}{'; the answer was revised once' if verification.revised else ''}."
    doubtful = [claim for claim in claims if claim.verdict != "supported"]
    yield _bullets("Not confirmed", (_doubt(claim) for claim in doubtful), POINTS)


def _doubt(claim: Claim) -> str:
    why = f" ({one_line(claim.reason, POINT)})" if claim.reason else ""
    return f"{_VERDICTS[claim.verdict]}: {one_line(claim.claim, POINT)}{why}"


def _whole(analysis: Analysis) -> list[str]:
    return [
        _bullets("Consensus", analysis.consensus),
        _bullets("Contradictions", (_contradiction(each, 2 * POINT) for each in analysis.contradictions)),
        _bullets("Partial coverage", (f"{as_codes(each.models)}: {each.point}" for each in analysis.partial_coverage)),
        _bullets("Unique insights", (f"{as_code(each.model)}: {each.insight}" for each in analysis.unique_insights)),
        _bullets("Blind spots", analysis.blind_spots),
    ]


def _contradiction(contradiction: Contradiction, limit: int) -> str:
    stances = "; ".join(f"{as_code(each.model)}: {one_line(each.stance, limit)}" for each in contradiction.stances)
    return f"{one_line(contradiction.topic, limit)}: {stances}"


def _answer(response: Response) -> str:
    cut = "\n\n(cut short; detail = full shows the rest)" if response.truncated else ""
    return f"## {as_code(response.model)}\n\n{_closed(response.content)}{cut}"


def _closed(text: str) -> str:
    """End the code block that a text leaves open, so that it does not swallow what follows."""
    fences = sum(line.lstrip().startswith("```") for line in text.splitlines())
    return f"{text.strip()}\n```" if fences % 2 else text.strip()


def _who(result: FusionResult) -> str:
    if not result.responses:
        return ""
    seats = [
        as_code(each.model) + (f" (as {as_code(each.served_by)})" if each.served_by else "")
        for each in result.responses
    ]
    who = f"**Answered:** {', '.join(seats)}."
    if result.answered_by == "synthesizer":
        return f"{who} The answer above is the synthesizer's."
    if result.answered_by is not None:
        return f"{who} The answer above is that of {as_code(result.answered_by)} alone, not a synthesis of the panel's."
    return who


def _failed(failure: FailedModel) -> str:
    return f"{as_code(failure.model)}: {_why(failure.reason, failure.status_code)}: {one_line(failure.error, POINT)}"


def _why(reason: str, status_code: int | None) -> str:
    return reason if status_code is None else f"{reason} (HTTP {status_code})"


def _further_warnings(result: FusionResult) -> Iterator[str]:
    """Leave out the warnings that say again what stands under the members that did not answer."""
    for warning in result.warnings:
        if not any(warning.startswith(f"{each.model} did not answer ({each.reason})") for each in result.failed_models):
            shown = one_line(warning, 500)
            yield f"{shown}`" if shown.count("`") % 2 else shown  # an address that was cut stays code, and no link


def _cost_and_time(result: FusionResult) -> str:
    cost = _cost(result)
    if result.status == "running":
        return f"**So far:** {cost}, {result.seconds.total:.0f} s."
    if result.cost_vs_single is not None:
        cost += f", {result.cost_vs_single:.1f} times its most expensive member alone"
    seconds = result.seconds
    ran = ", ".join(f"{stage} {spent:.1f}" for stage, spent in seconds.of_stages())
    return f"**Cost:** {cost}. **Time:** {seconds.total:.1f} s{f' ({ran})' if ran else ''}."


def _cost(result: FusionResult) -> str:
    plans = any(line.billing == "subscription" for line in result.cost_breakdown)
    if result.cost_usd is None:
        return "on a subscription" if plans and not _is_unknown(result) else "unknown"
    return f"{usd(result.cost_usd)} and calls on a subscription" if plans else usd(result.cost_usd)


def _is_unknown(result: FusionResult) -> bool:
    return any(line.cost_usd is None and line.billing == "metered" for line in result.cost_breakdown)


def _source(source: Source) -> str:
    title = (one_line(source.title, 120) or one_line(source.url, 120)).translate(_PLAIN)
    used_by = f" ({as_codes(source.used_by)})" if source.used_by else ""
    return f"[{title}](<{source.url.replace('<', '%3C').replace('>', '%3E')}>){used_by}"


def _bullets(title: str, points: Iterable[str], most: int | None = None) -> str:
    lines = [f"- {' '.join(point.split())}" for point in points]
    if not lines:
        return ""
    if most is not None and len(lines) > most:
        lines = [*lines[:most], f"- … and {len(lines) - most} more in the structured result"]
    return "\n".join([f"**{title}**", "", *lines])
