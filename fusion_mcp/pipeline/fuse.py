"""The whole flow: panel, judge, synthesis, verification, and what is returned when one of them fails."""

from collections.abc import Sequence

from fusion_mcp.beside import beside
from fusion_mcp.clock import now
from fusion_mcp.pipeline import judge, panel, synthesis
from fusion_mcp.pipeline.answer import Given, own_words
from fusion_mcp.pipeline.course import Course
from fusion_mcp.pipeline.deadlines import share_out
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.examining import examine, examine_answer
from fusion_mcp.pipeline.judging.anonymity import label_answers
from fusion_mcp.pipeline.judging.best import best
from fusion_mcp.pipeline.no_result import nobody_answered, refuse_if_uncallable
from fusion_mcp.pipeline.report import report
from fusion_mcp.pipeline.run import Run
from fusion_mcp.pipeline.standing_in import may_fill
from fusion_mcp.pipeline.verification.stage import check
from fusion_mcp.result import FusionResult
from fusion_mcp.types import MemberAnswer, ModelRef


async def fuse(desk: Desk) -> FusionResult:
    """Put the question to the panel, compare, and for `ask` write one answer, or choose one, and check it.

    What an earlier life of the run has finished is not done again. Raises Refused before any call when nobody can be
    called, and FusionFailed when nobody answered.
    """
    run = desk.run
    refuse_if_uncallable(desk)
    start = now()
    deadlines = share_out(start, desk.deadline - start, run.stages)

    closed = await panel.ask(desk, deadlines.panel)
    outcomes, evidence = examine(run, closed.outcomes, desk.toolbox.pages())
    course = Course(outcomes=outcomes, evidence=evidence, panel_s=closed.seconds)
    answers = course.answers
    if not answers:
        raise nobody_answered(course.failures, desk.ledger)
    if len(answers) == 1:
        course.given = own_words(answers[0]) if run.kind == "ask" else None
        return report(desk, course)

    size = sum(len(answer.content) for answer in answers)  # a member may have written a book
    labelled = await beside(size, label_answers, answers, run.preset.seatable, run.seed, run.asked, evidence.pages)
    course.labelled = labelled
    present = _present(run, answers)
    judges = may_fill(run.preset, run.preset.judge, present)
    course.verdict = verdict = await judge.analyze(desk, labelled, judges, deadlines.judge)
    if run.kind == "compare":
        return report(desk, course)

    wrote = None
    if "synthesis" in run.stages:
        synthesizers = may_fill(run.preset, run.preset.synthesizer, present)
        wrote = await synthesis.write(desk, labelled, verdict.judgement, synthesizers, deadlines.synthesis)
        course.synthesis = wrote

    def champion() -> Given:
        """Given where nobody wrote an answer; else the gate may hold what was written against it."""
        return own_words(best(answers, verdict.judgement, labelled), labelled)

    given = (wrote and wrote.given) or champion()
    if "verification" in run.stages:
        given, course.checks = await check(desk, given, champion(), labelled, evidence.pages, deadlines.verification)
    course.given, course.evidence = examine_answer(given, evidence)
    return report(desk, course)


def _present(run: Run, answers: Sequence[MemberAnswer]) -> list[ModelRef]:
    """The models that are known to be there, since they have answered."""
    answered = {answer.seat: answer.served_by for answer in answers}
    return [answered[seat.name] or seat.member.model for seat in run.seats if seat.name in answered]
