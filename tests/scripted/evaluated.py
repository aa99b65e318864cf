"""An invented evaluation of any size: plan, answers and grades as they lie in a folder, from a seed."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from random import Random

from fusion_mcp.evaluation.grading.answer_text import text_digest
from fusion_mcp.evaluation.grading.yardsticks import yardstick_of
from fusion_mcp.evaluation.records import Answer, Configuration, CriterionVerdict, Grade, Plan
from fusion_mcp.evaluation.reporting.comparison import Evaluated
from fusion_mcp.evaluation.task_files.reading import digest_of
from fusion_mcp.evaluation.tasks import Criterion, RubricTask, Task
from fusion_mcp.presets.schema import PanelMember, Preset, Role
from fusion_mcp.result import CostLine, FusionResult, Seconds
from fusion_mcp.types import ModelRef, Usage
from scripted.results import a_full_result, a_response

GRADER = "work:grader"
HOSTILE = (
    "</pre></details></main><script>document.title='owned'</script><img src=x onerror=alert(1)>"
    "<style>body{display:none}</style><a href='https://evil.example/'>here</a> [here](https://evil.example/) "
    "\u202egnisrever\u202c \x1b[31mred\x00 &lt; ]]> <!-- <svg onload=alert(1)> " + "W" * 3000 + " Z\u0335" * 40
)
"""Everything that has ever broken a page, in one answer."""

_OF_NO_PANEL: dict[str, object] = {
    "analysis": None,
    "confidence": [],
    "verification": None,
    "failed_models": [],
    "warnings": [],
}
"""What a model that answers alone has not."""

_PROSE = (
    "Storage can be provided by reservoirs, by batteries or by heat kept in the ground. Over a season the price of "
    "each kilowatt-hour depends on how often it is used: once a year for the first, every day for the second. "
)


def model(name: str) -> ModelRef:
    """Name a model of an invented provider."""
    return ModelRef("work", name)


def configurations(solos: Sequence[str] = ("alpha", "beta")) -> tuple[Configuration, ...]:
    """Make a fusion of some models, each of them alone, and the first of them several times."""
    fusion = _preset([model(name) for name in solos])
    return (
        Configuration(name="mix", role="fusion", preset_of="mix", preset=fusion),
        *(
            Configuration(name=f"solo work:{name}", role="solo", preset_of="mix", preset=_preset([model(name)]))
            for name in solos
        ),
        Configuration(name="self mix", role="self", preset_of="mix", preset=_preset([model(solos[0])] * 3)),
    )


def _preset(panel: Sequence[ModelRef]) -> Preset:
    return Preset(panel=tuple(PanelMember(model=each) for each in panel), judge=Role(model=model("judge")))


def tasks(count: int, criteria: int = 3) -> tuple[Task, ...]:
    """Make rubric tasks: the last criterion of each is a negative one."""
    return tuple(
        RubricTask(
            id=f"task {number}",
            problem=f"How is heat of number {number} kept from summer to winter, and what does it cost?",
            domain=("Energy", "Law")[number % 2],
            criteria=tuple(
                Criterion(
                    id=f"facts/{place}",
                    weight=-20 if place == criteria else 5 + place,
                    requirement=f"Names the price of storing a kilowatt-hour in way {place} and its source",
                )
                for place in range(1, criteria + 1)
            ),
        )
        for number in range(1, count + 1)
    )


def a_plan(asked: Sequence[Task], configured: Sequence[Configuration] = (), name: str = "heat.jsonl") -> Plan:
    """What an evaluation was to ask of whom; `name` is that of the file with the tasks."""
    return Plan(
        id="plan",
        created="2026-11-23T09:00:00Z",
        tasks_name=name,
        tasks_digest="d" * 64,
        chosen_digest=digest_of(asked),
        tasks=tuple(asked),
        configurations=tuple(configured),
    )


def evaluated(
    *,
    asked: Sequence[Task],
    configured: Sequence[Configuration],
    seed: int = 0,
    gradings: int = 1,
    label: str = "first",
    text: str = "",
) -> Evaluated:
    """Answer and grade every task in every configuration. `text` stands at the beginning of everything written."""
    chance = Random(seed)
    plan = a_plan(asked, configured)
    answers = [(task, each, an_answer(task, each, chance, text)) for task in asked for each in configured]
    return Evaluated(
        label=label,
        plan=plan,
        answers=[answer for _, _, answer in answers],
        grades=[
            a_grade(task, each, answer, chance, grading, text)
            for task, each, answer in answers
            for grading in range(1, gradings + 1)
        ],
    )


def an_answer(task: Task, configuration: Configuration, chance: Random, text: str = "") -> Answer:
    """Write one answer with everything that a result may hold."""
    cost = Decimal(len(configuration.preset.panel)) * Decimal("0.0113") + Decimal(chance.randint(0, 40)) / 10_000
    seconds = chance.uniform(4, 30) * len(configuration.preset.panel)
    return Answer(
        task_id=task.id,
        configuration=configuration.name,
        result=_result(configuration, text, cost, seconds, _PROSE * chance.randint(8, 30)),
        cost_usd=cost,
        seconds=seconds,
    )


def _result(configuration: Configuration, text: str, cost: Decimal, seconds: float, prose: str) -> FusionResult:
    seats = [str(each.model) for each in configuration.preset.panel]
    is_solo = configuration.role == "solo"
    answer = text + prose
    usage = Usage(calls=1)
    said = [answer if is_solo else f"{text}{seat} says: {prose}" for seat in seats]
    return a_full_result(
        seats,
        text,
        preset=configuration.preset_of,
        status="degraded" if len(seats) > 1 else "ok",
        answer=answer,
        answered_by=seats[0] if is_solo else "synthesizer",
        responses=[
            a_response(seat, content, cost_usd=cost, seconds=seconds) for seat, content in zip(seats, said, strict=True)
        ],
        usage=Usage(calls=len(seats)),
        cost_usd=cost,
        cost_breakdown=[CostLine(stage="panel", model=seats[0], usage=usage, cost_usd=cost)],
        cost_vs_single=None,
        seconds=Seconds(panel=seconds, total=seconds),
        **(_OF_NO_PANEL if is_solo else {}),
    )


def a_grade(
    task: Task, configuration: Configuration, answer: Answer, chance: Random, grading: int = 1, text: str = ""
) -> Grade:
    """Grade one answer by chance; fusions a little better."""
    verdicts = tuple(_verdicts(task, chance, text))
    score = min(max(chance.gauss(0.62 if configuration.role == "fusion" else 0.55, 0.17), 0), 1)
    return Grade(
        task_id=task.id,
        configuration=configuration.name,
        grading=grading,
        grader=GRADER,
        yardstick=yardstick_of(task, GRADER),
        answer_digest=text_digest(answer),
        score=score,
        pass_rate=score,
        verdicts=verdicts,
        note=text,
        cost_usd=Decimal("0.004"),
    )


def _verdicts(task: Task, chance: Random, text: str) -> Iterator[CriterionVerdict]:
    for criterion in task.criteria if isinstance(task, RubricTask) else ():
        met = chance.choice((True, True, False, None))
        why = text + "The answer names a price of a kilowatt-hour, but no source for it, as the second sentence shows."
        yield CriterionVerdict(id=criterion.id, met=met, why=why)
