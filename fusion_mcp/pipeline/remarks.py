"""The sentences for the person that a result carries.

Who is missing and why, what stood in, what the figures leave out. Pure.
"""

from collections.abc import Iterable, Iterator

from fusion_mcp.ledger import Ledger, Line
from fusion_mcp.money import exact_usd
from fusion_mcp.pipeline.answer import Given
from fusion_mcp.pipeline.calling.roles import failed
from fusion_mcp.pipeline.course import Course
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.judging.best import preferred
from fusion_mcp.pipeline.quoting.checking import unsupported
from fusion_mcp.pipeline.verification.gate import Preference
from fusion_mcp.pipeline.verification.naming import doubts, with_names


def remarks(desk: Desk, course: Course) -> Iterator[str]:
    """Say everything that a careful reader of the result would want to be told."""
    yield from desk.run.notes
    yield from _notices(desk)
    yield from _about_panel(desk, course)
    yield from _about_judge(course)
    yield from _about_answer(desk, course)
    yield from _about_checks(course)
    yield from _about_research(desk, course)
    yield from _about_prices(desk)
    yield from _about_doubt(desk.ledger)
    yield from _about_limits(desk)


def _notices(desk: Desk) -> Iterator[str]:
    notices = {model: notice for model in desk.run.preset.models if (notice := desk.traits(model).notice)}
    if notices:
        called = {line.model for line in desk.ledger.lines}
        yield from dict.fromkeys(notice for model, notice in notices.items() if model in called)


def _about_panel(desk: Desk, course: Course) -> Iterator[str]:
    answered, seats = len(course.answers), len(course.outcomes)
    for failure in course.failures:
        yield f"{failure.seat} did not answer ({failure.reason}): {failure.error.rstrip('.')}."
    if answered < desk.run.preset.quorum:
        yield f"Only {answered} of {seats} members answered; the preset asks for {desk.run.preset.quorum}."
    for answer in course.answers:
        if answer.served_by is not None:
            yield f"In the seat of {answer.seat} its fallback {answer.served_by} answered: the first choice failed."
        if answer.cut_short:
            yield f"The answer of {answer.seat} ran into its output limit and ends early."


def _about_judge(course: Course) -> Iterator[str]:
    verdict = course.verdict
    if verdict is None:
        return
    yield from failed("judge", verdict.failures)
    if verdict.judgement is None:
        yield "There is no analysis: no judge could write one. The members' answers are complete."
    elif verdict.is_stand_ins:
        yield f"{verdict.judge} judged in its place."


def _about_answer(desk: Desk, course: Course) -> Iterator[str]:
    given, run = course.given, desk.run
    if given is None:
        if course.verdict is None:
            yield "Only one member answered, so there is nothing to compare."
    elif course.verdict is None:
        if not run.is_single:
            alone = "no other member answered" if len(course.outcomes) > 1 else "the preset seats one member"
            yield f"This is the answer of {given.seat} alone: {alone}, so nothing was compared."
        if run.is_to_be_checked:
            yield "It was not checked: there is no other answer to hold it against."
    elif run.preset.aggregate == "select":
        yield _about_choice(course, given.seat or "")
    else:
        yield from _about_synthesis(course, given)


def _about_choice(course: Course, seat: str) -> str:
    judgement = course.verdict.judgement if course.verdict else None
    if judgement is None:
        return f"This is the answer of {seat}, word for word: nobody could judge which is best."
    if preferred(course.answers, judgement, course.labelled) is None:
        return (
            f"This is the answer of {seat}, word for word: no judge named the best, and by the analysis it is the one "
            "that stands least alone."
        )
    return f"This is the answer of {seat}, word for word: the judge chose it."


def _about_synthesis(course: Course, given: Given) -> Iterator[str]:
    wrote = course.synthesis
    if wrote is None:
        return
    yield from failed("synthesizer", wrote.failures)
    if wrote.given is None:
        yield f"This is the answer of {given.seat} alone: nobody could write one from all of them."
    elif wrote.failures:
        yield f"{wrote.given.writer} wrote the answer in its place."
    if wrote.cut_short and given.seat is None:
        yield "The answer ran into the synthesizer's output limit and ends early."


def _about_checks(course: Course) -> Iterator[str]:
    if course.checks is None:
        return
    preference, checked = course.checks.preference, course.checks.checked
    if preference is not None:
        yield from _about_gate(preference, course.given)
    if checked is not None:
        yield from failed("verifier", checked.failures)
        yield from checked.notes
        found = with_names(checked, course.labelled)
        yield from doubts(found) if found else ()


def _about_gate(preference: Preference, given: Given | None) -> Iterator[str]:
    for model, failure in preference.failures:
        yield f"{model} could not compare the answer with the best member's ({failure.reason}): {failure.message}"
    if preference.by is None:
        yield "Nobody compared what was written with the best member's answer."
    elif preference.is_for_answer and given is not None:
        yield (
            f"This is the answer of {given.seat}, word for word: {preference.by} preferred it to what was written from "
            "all of them, in either order."
        )


def _about_research(desk: Desk, course: Course) -> Iterator[str]:
    refused = [answer.seat for answer in course.answers if answer.tools_refused and not answer.tool_calls]
    if refused:
        yield f"{', '.join(refused)} answered without web tools: the model or its provider takes none."
    broke_off = [answer.seat for answer in course.answers if answer.tools_refused and answer.tool_calls]
    if broke_off:
        yield f"{', '.join(broke_off)} had to stop using web tools: the provider could not read the model's calls."
    yield from desk.toolbox.troubles()
    for who, findings in course.evidence.findings:
        yield from unsupported(findings, who)


def _about_prices(desk: Desk) -> Iterator[str]:
    """Say what the cost leaves out, and what stood for it in the limits."""
    costless = [line for line in desk.ledger.lines if line.settled and (line.cost_usd is None or line.is_subscription)]
    plans = _models(line for line in costless if line.is_subscription)
    if plans:
        yield f"Calls to {plans} went on a subscription: they use up its limits, and are not in the cost."
    unbilled = [line for line in costless if not line.is_subscription]
    if not unbilled:
        return
    silent = _models(line for line in unbilled if line.usage.output_tokens is None)
    if silent:
        yield f"The cost is unknown: {silent} did not say what was used."
    unpriced = _models(line for line in unbilled if line.usage.output_tokens is not None)
    if unpriced:
        yield f"The cost is unknown: there is no price for {unpriced}; add it under prices in config.toml."
    if any(line.is_assumed for line in unbilled):
        yield (
            f"Each call of unknown price counted as {exact_usd(desk.run.assumed_usd)} towards this run's limit of "
            f"{exact_usd(desk.run.limit_usd)} (limits.assumed_cost_usd_per_call), and does not count towards the day's."
        )
    if any(not line.is_assumed for line in unbilled):
        yield "Calls whose usage was not said count at their worst case towards the limits."


def _about_doubt(ledger: Ledger) -> Iterator[str]:
    """Say which calls were cut off, and which of them an interruption had made once more."""
    lines = ledger.in_doubt()
    if lines:
        yield f"Calls to {_models(lines)} were cut off; what they cost is not known and not in the total."
    if ledger.life:
        made = {(line.step, line.life) for line in ledger.lines}
        again = _models(
            line for line in lines if any((line.step, life) in made for life in range(line.life + 1, ledger.life + 1))
        )
        more = f"; calls to {again} that had not been answered were made once more" if again else ""
        yield f"This run was interrupted and taken up again from what it had finished{more}."


def _about_limits(desk: Desk) -> Iterator[str]:
    refused = desk.ledger.refusals
    if not (refused or desk.cut_short):
        return
    limit = exact_usd(desk.run.limit_usd)
    if refused:
        calls = "one call was" if refused == 1 else f"{refused} calls were"
        yield f"Money ran short: {calls} not made, within the limit of {limit} and the day's."
    for seat in dict.fromkeys(desk.cut_short):
        yield f"{seat} had to answer before its research was done: its share of the limit of {limit} was used up."


def _models(lines: Iterable[Line]) -> str:
    """Name the models that were called, each once; '' for none."""
    return ", ".join(dict.fromkeys(str(line.model) for line in lines))
