"""The whole flow: panel, judge, synthesis, and what is returned when one of them fails."""

from collections.abc import Sequence

import anyio

from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline import judge, panel, synthesis
from fusion_mcp.pipeline.admission import nobody_answered, refuse_if_uncallable
from fusion_mcp.pipeline.anonymity import label_answers
from fusion_mcp.pipeline.course import Course
from fusion_mcp.pipeline.deadlines import share_out
from fusion_mcp.pipeline.evidence import examine, examine_synthesis
from fusion_mcp.pipeline.report import report
from fusion_mcp.pipeline.run import Desk, Run
from fusion_mcp.presets.schema import Role
from fusion_mcp.protocols import ChatModels, OnProgress, Toolbox
from fusion_mcp.result import FusionResult, Seconds
from fusion_mcp.types import MemberAnswer, ModelRef


async def fuse(run: Run, models: ChatModels, toolbox: Toolbox, on_progress: OnProgress) -> FusionResult:
    """Put the question to the panel, compare, and for `ask` write one answer.

    Raises Refused before any call when nobody can be called, and FusionFailed when nobody answered.
    """
    desk = Desk(run=run, models=models, toolbox=toolbox, on_progress=on_progress, ledger=Ledger(run.limit_usd))
    refuse_if_uncallable(desk)
    start = anyio.current_time()
    deadlines = share_out(start, run.deadline_s, run.kind)

    outcomes = await panel.ask(desk, deadlines.panel)
    outcomes, evidence = examine(run, outcomes, toolbox.pages())
    answers = [outcome for outcome in outcomes if isinstance(outcome, MemberAnswer)]
    panel_end = anyio.current_time()
    if not answers:
        raise nobody_answered(outcomes, desk.ledger.total())
    if len(answers) == 1:
        alone = Seconds(panel=panel_end - start, total=panel_end - start)
        return report(desk, Course(outcomes=outcomes, evidence=evidence, seconds=alone))

    labelled = label_answers(answers, _panel_models(run), run.seed, run.asked, evidence.pages)
    verdict = await judge.analyze(desk, labelled, _with_stand_in(run.preset.judge, run, answers), deadlines.judge)
    judge_end = anyio.current_time()

    written = None
    if run.kind == "ask":
        synthesizers = _with_stand_in(run.preset.synthesizer, run, answers)
        written = await synthesis.write(desk, labelled, verdict.judgement, synthesizers, deadlines.synthesis)
        written, evidence = examine_synthesis(written, evidence)
    end = anyio.current_time()

    seconds = Seconds(
        panel=panel_end - start,
        judge=judge_end - panel_end,
        synthesis=None if written is None else end - judge_end,
        total=end - start,
    )
    course = Course(
        outcomes=outcomes,
        evidence=evidence,
        seconds=seconds,
        labelled=labelled,
        verdict=verdict,
        synthesis=written,
    )
    return report(desk, course)


def _panel_models(run: Run) -> list[ModelRef]:
    return [model for member in run.preset.panel for model in (member.model, *member.fallbacks)]


def _with_stand_in(role: Role, run: Run, answers: Sequence[MemberAnswer]) -> list[ModelRef]:
    """Who may fill a role: as the preset says.

    Where it names no fallbacks, one other model that is known to be there.
    """
    named = [role.model, *role.fallbacks]
    if role.fallbacks:
        return named
    answered = {answer.seat: answer.served_by for answer in answers}
    present = [answered[seat.name] or seat.member.model for seat in run.seats if seat.name in answered]
    others = (run.preset.synthesizer.model, run.preset.judge.model, *present)
    return named + [model for model in others if model != role.model][:1]
