"""Task by task, for the page: what was asked, what was wanted, each configuration's score, and its transcript. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from fusion_mcp.cleaning import one_line
from fusion_mcp.evaluation.records import Answer, Grade
from fusion_mcp.evaluation.reporting import figures
from fusion_mcp.evaluation.reporting.markup import box, bullets, details, isolated, table
from fusion_mcp.evaluation.reporting.summary import Summary
from fusion_mcp.evaluation.reporting.tally import has_text
from fusion_mcp.evaluation.reporting.transcripts import transcript, verdict_word, weight
from fusion_mcp.evaluation.tasks import LETTERS, ChoiceTask, CodeTask, Criterion, ExactTask, RubricTask, Task

_HEADING = 110

_AnswerKey = tuple[str, str]


def anchors(tasks: Sequence[Task]) -> dict[str, str]:
    """Name each task's place on the page."""
    return {task.id: f"task-{number}" for number, task in enumerate(tasks, 1)}


def task_pages(summary: Summary) -> Iterator[str]:
    """Show every task, closed."""
    answers: dict[_AnswerKey, list[Answer]] = defaultdict(list)
    grades: dict[_AnswerKey, list[Grade]] = defaultdict(list)
    for answer in summary.comparison.answers:
        answers[answer.task_id, answer.configuration].append(answer)
    for grade in summary.comparison.grades:
        grades[grade.task_id, grade.configuration].append(grade)
    places = anchors(summary.comparison.tasks)
    for number, task in enumerate(summary.comparison.tasks, 1):
        mark = " <strong>contaminated</strong>" if task.id in summary.contaminated else ""
        heading = (
            f"{number}. {isolated(one_line(task.id, _HEADING))}{mark}: {isolated(one_line(task.problem, _HEADING))}"
        )
        content = f'<h3 id="{places[task.id]}">{isolated(task.id)}</h3>{"".join(_task(summary, task, answers, grades))}'
        yield details(f"{heading} <span class='scores'>{_in_brief(summary, task)}</span>", content, class_="task")


def _in_brief(summary: Summary, task: Task) -> str:
    scores = [(line.name, line.scores[task.id]) for line in summary.configurations if task.id in line.scores]
    return " · ".join(f"{isolated(name)} {figures.points(score)}" for name, score in scores)


def _task(
    summary: Summary,
    task: Task,
    answers: Mapping[_AnswerKey, Sequence[Answer]],
    grades: Mapping[_AnswerKey, Sequence[Grade]],
) -> Iterator[str]:
    names = [line.name for line in summary.configurations]
    domain = f", {isolated(task.domain)}" if task.domain else ""
    yield f"<p class='facts'>Format {task.format}{domain}</p>{box(task.problem, 'Problem')}"
    yield _wanted(task, names, grades)
    rows = [_row(summary, name, task, answers.get((task.id, name), ())) for name in names]
    yield table("Scores", ("configuration", "score", "answers", "cost", "time"), rows)
    criteria = {each.id: each for each in task.criteria} if isinstance(task, RubricTask) else {}
    for name in names:
        for answer in answers.get((task.id, name), ()):
            graded = [each for each in grades.get((task.id, name), ()) if each.repeat == answer.repeat]
            again = f", answer {answer.repeat}" if answer.repeat > 1 else ""
            scored = ", ".join(figures.points(each.score) for each in graded) or "not graded"
            yield details(
                f"{isolated(name)}{again}: {scored}", transcript(answer, graded, criteria), class_="transcript"
            )


def _row(summary: Summary, name: str, task: Task, answers: Sequence[Answer]) -> list[str]:
    line = next(each for each in summary.configurations if each.name == name)
    states = ", ".join(_state(answer) for answer in answers) or "not asked yet"
    costs = ", ".join(figures.amount(answer.cost_usd) for answer in answers) or figures.NONE
    times = ", ".join(figures.seconds(answer.seconds) for answer in answers) or figures.NONE
    return [isolated(name), figures.points(line.scores.get(task.id)), states, costs, times]


def _state(answer: Answer) -> str:
    if answer.result is None or not has_text(answer):
        return f"failed {isolated(answer.reason)}".rstrip()
    return "degraded" if answer.result.status == "degraded" else "answered"


def _wanted(task: Task, names: Sequence[str], grades: Mapping[_AnswerKey, Sequence[Grade]]) -> str:
    match task:
        case RubricTask():
            head = ("criterion", "weight", *map(isolated, names))
            rows = [_criterion(each, [grades.get((task.id, name), ()) for name in names]) for each in task.criteria]
            return details(f"Criteria ({len(rows)})", table("Criteria and verdicts", head, rows, is_prose=True))
        case ExactTask():
            return details("Right answer", bullets(map(isolated, task.targets)))
        case ChoiceTask():
            choices = (f"{letter}) {isolated(text)}" for letter, text in zip(LETTERS, task.choices, strict=False))
            return details("Choices and right answer", f"{bullets(choices)}<p>Right: {isolated(task.target)}</p>")
        case CodeTask():
            return details("Tests", box(task.tests, "Tests"))


def _criterion(criterion: Criterion, graded: Sequence[Sequence[Grade]]) -> list[str]:
    said = [
        [verdict.met for grade in grades for verdict in grade.verdicts if verdict.id == criterion.id]
        for grades in graded
    ]
    requirement = f"<bdi>{isolated(criterion.id)}: {isolated(criterion.requirement)}</bdi>"
    return [requirement, weight(criterion.weight), *(_verdicts(each, criterion.weight < 0) for each in said)]


def _verdicts(met: Sequence[bool | None], is_negative: bool) -> str:
    if not met:
        return figures.NONE
    if len(set(met)) == 1:
        return verdict_word(met=met[0], is_negative=is_negative)
    return f"met {sum(each is True for each in met)} of {len(met)} times"
