"""One simulated run: a scene, a mechanism and a world go through the real pipeline, and the answer is scored."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from fusion_mcp.clock import now
from fusion_mcp.ledger import Ledger
from fusion_mcp.pipeline.desk import Desk
from fusion_mcp.pipeline.fuse import fuse
from fusion_mcp.pipeline.run import Run
from fusion_mcp.presets.schema import PanelMember, Preset, Role
from fusion_mcp.result import FusionResult
from fusion_mcp.types import ModelRef
from scripted.steps import MemorySteps
from simulated.cases import Mechanism, Scene
from simulated.members import Speaker
from simulated.minds import beliefs
from simulated.models import SimulatedModels, Staff
from simulated.web import SimulatedWeb
from simulated.words import statements
from simulated.world import Text, World, chance, poisoned_page, true_pages, world

_DOUBT = "The answer's claim "
"""How a warning begins that names a claim of the answer as not borne out."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """Shares of a world's facts, as an answer has them.

    `right` and `wrong` are stated as fact, and no warning of the result names them; `named` is stated as uncertain, or
    a warning says that it is; `missed` is not there. `hedged` is that part of `named` which is true.
    """

    right: float
    wrong: float
    named: float
    missed: float
    hedged: float


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of one run: its result, what every model was sent, and the scores.

    `marks` counts what the result says of single claims and points (a verdict, a level of confidence), by whether they
    are true.
    """

    scene: Scene
    mechanism: Mechanism
    known: World
    result: FusionResult
    models: SimulatedModels
    score: Score
    members: tuple[Score, ...]
    marks: Mapping[tuple[str, bool], int]


async def play(scene: Scene, mechanism: Mechanism, seed: int) -> Played:
    """Put the question of a world to a panel."""
    scene = scene.with_more(mechanism.more)
    known = world(seed, scene.facts)
    pages = _pages(scene, known)
    run = _run(scene, mechanism, known)
    models = _models(scene, mechanism, known, pages, [seat.name for seat in run.seats])
    desk = Desk(
        run=run,
        deadline=now() + run.deadline_s,
        models=models,
        toolbox=SimulatedWeb(pages),
        on_progress=lambda _: None,
        ledger=Ledger(),
        steps=MemorySteps(),
    )
    result = await fuse(desk)
    return Played(
        scene=scene,
        mechanism=mechanism,
        known=known,
        result=result,
        models=models,
        score=score(known, result.answer or "", frozenset() if mechanism.is_unread else _doubted(result)),
        members=tuple(score(known, response.content) for response in result.responses),
        marks=_marks(known, result),
    )


def score(known: World, text: str, doubted: frozenset[tuple[str, str]] = frozenset()) -> Score:
    """Hold a text against the world, fact by fact; `doubted` are those that its check calls uncertain."""
    counted = Counter[str]()
    for topic in known.truths:
        said = [line for line in statements(text) if line.topic == topic]
        certain = [line for line in said if line.is_certain and (topic, line.value) not in doubted]
        if any(not known.is_true(topic, line.value) for line in certain):
            counted["wrong"] += 1
        elif certain:
            counted["right"] += 1
        else:
            counted["named" if said else "missed"] += 1
            counted["hedged"] += any(known.is_true(topic, line.value) for line in said)
    return Score(**{name: counted[name] / len(known.truths) for name in Score.__dataclass_fields__})


def _marks(known: World, result: FusionResult) -> Mapping[tuple[str, bool], int]:
    claims = result.verification.claims if result.verification else []
    marked = [(claim.claim, f"claim {claim.verdict}") for claim in claims]
    marked += [(point.point, f"confidence {point.level}") for point in result.confidence]
    return Counter((mark, known.is_true(line.topic, line.value)) for text, mark in marked for line in statements(text))


def _doubted(result: FusionResult) -> frozenset[tuple[str, str]]:
    """Read which of the answer's claims the result's warnings name."""
    warnings = (warning for warning in result.warnings if warning.startswith(_DOUBT))
    return frozenset((line.topic, line.value) for warning in warnings for line in statements(warning))


def _pages(scene: Scene, known: World) -> tuple[Text, ...]:
    if not scene.covered:
        return ()
    poisoned = (poisoned_page(known, scene.poisoned),) if scene.poisoned else ()
    return (*true_pages(known, scene.covered), *poisoned)


def _models(
    scene: Scene, mechanism: Mechanism, known: World, pages: tuple[Text, ...], seats: Sequence[str]
) -> SimulatedModels:
    speakers: dict[str, Speaker] = {}
    for number, (name, member) in enumerate(zip(seats, scene.members, strict=True)):
        readable = [page for page in pages if page.is_poisoned == member.obeys_pages]
        speakers[name] = Speaker(
            name=name,
            member=member,
            beliefs=beliefs(known, name, member.accuracy, scene.rho),
            known=known,
            url=readable[number % len(readable)].url if readable else None,
        )
    staff = Staff(
        judge=scene.judge,
        writer=replace(scene.writer, obedience=mechanism.obedience),
        checker=scene.checker,
        beliefs=_held(scene, known),
    )
    return SimulatedModels(speakers, staff, known.seed, pages)


def _held(scene: Scene, known: World) -> Mapping[str, Mapping[str, str]]:
    accuracies = {
        "judge": scene.judge.accuracy,
        "writer": scene.writer.accuracy,
        "checker": scene.judge.accuracy,
        "second": scene.judge.accuracy,
    }
    return {str(_ref(name)): beliefs(known, name, accuracy, scene.rho) for name, accuracy in accuracies.items()}


def _member(scene: Scene, number: int) -> ModelRef:
    return _ref("m1" if scene.is_self else f"m{number + 1}")


def _ref(name: str) -> ModelRef:
    return ModelRef("sim", name)


def _run(scene: Scene, mechanism: Mechanism, known: World) -> Run:
    preset = Preset(
        panel=tuple(PanelMember(model=_member(scene, number)) for number in range(len(scene.members))),
        judge=Role(model=_ref("judge")),
        synthesizer=Role(model=_ref("writer")),
        verifier=Role(model=_ref("checker")) if mechanism.verifier else None,
        second_judge=Role(model=_ref("second")) if mechanism.second else None,
        gate=mechanism.gate,
        aggregate="select" if mechanism.select else "synthesize",
        tools=("web_search", "web_fetch") if scene.covered else (),
    )
    return Run(
        id=f"{known.seed}",
        kind="ask",
        question=known.question,
        context=None,
        preset=preset,
        deadline_s=600,
        limit_usd=Decimal(1000),
        limit_from="the proof",
        assumed_usd=Decimal(0),
        seed=int(chance(known.seed, "order") * 2**31),
        fence=f"{int(chance(known.seed, 'fence') * 2**48):012x}",
        context_fence=f"{int(chance(known.seed, 'context fence') * 2**48):012x}",
        today="2026-01-01",
        web=bool(scene.covered),
    )
