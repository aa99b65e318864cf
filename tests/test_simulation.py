"""The simulated panel of `proofs/simulation.py`: its models read the real prompts, and its figures are fair."""

from dataclasses import replace

import pytest

from simulated.batch import Cell, Rows, play_all
from simulated.cases import (
    ALL,
    HONEST,
    LABELS,
    LIAR,
    MECHANISMS,
    MORE,
    NOTHING,
    RHO,
    VERIFIER,
    Mechanism,
    Scene,
    scenes,
)
from simulated.minds import Checker, Judge, Writer, beliefs
from simulated.numbers import EARNS, HARMS, LESS, SAME, Difference, Worth, difference
from simulated.rules import violations
from simulated.run import Played, play, score
from simulated.tables import mark_rows, obedience_rows, scene_rows, size_rows
from simulated.verdicts import summary_rows, verdicts
from simulated.words import contested, hedged, quoted, stated, statements
from simulated.world import world

LIARS = Scene(name="a liar", members=(HONEST, HONEST, LIAR))
PERFECT_MEMBER = replace(HONEST, accuracy=1.0, coverage=1.0)
PERFECT = Writer(accuracy=1.0, attention=1.0, loses=0.0, garbles=0.0)


async def _points(scene: Scene, mechanism: Mechanism, worlds: int = 12) -> float:
    played = [await play(scene, mechanism, seed) for seed in range(worlds)]
    return sum(Worth().points(each.score) for each in played) / worlds


def _difference(points: float, calls: float, margin: float = 0.01) -> Difference:
    return Difference(points=points, low=points - margin, high=points + margin, calls=calls)


def test_a_seed_is_one_world_whose_falsehoods_are_false() -> None:
    known = world(7, 10)
    assert known == world(7, 10) != world(8, 10)
    assert all(not known.is_true(topic, lie) for topic, lies in known.falsehoods.items() for lie in lies)


def test_what_is_written_is_read_back() -> None:
    lines = (
        stated("depth of Marlo", "4821"),
        hedged("age of Tirosk", "1200"),
        contested("width of Wimbel", "1001", "1002"),
        quoted("load of Danhal", "7000", "Page", "https://page.example/1"),
    )
    found = statements("\n".join(("Some words of no weight.", *lines)))
    assert [(line.topic, line.value, line.is_certain) for line in found] == [
        ("depth of Marlo", "4821", True),
        ("age of Tirosk", "1200", False),
        ("width of Wimbel", "1001", False),
        ("width of Wimbel", "1002", False),
        ("load of Danhal", "7000", True),
    ]
    assert found[-1].url == "https://page.example/1"


def test_a_score_tells_right_wrong_named_and_missed_apart() -> None:
    known = world(1, 4)
    right, wrong, named, _ = known.truths
    text = "\n".join(
        (
            stated(right, known.truths[right]),
            stated(wrong, known.falsehoods[wrong][0]),
            hedged(named, known.truths[named]),
        )
    )
    found = score(known, text)
    assert (found.right, found.wrong, found.named, found.hedged, found.missed) == (0.25, 0.25, 0.25, 0.25, 0.25)


def test_two_members_that_are_wrong_say_the_same_as_often_as_real_models_do() -> None:
    both, same = 0, 0
    for seed in range(400):
        known = world(seed, 10)
        one, other = (beliefs(known, name, HONEST.accuracy, RHO) for name in ("one", "other"))
        wrong = [topic for topic in known.truths if known.truths[topic] not in (one[topic], other[topic])]
        both, same = both + len(wrong), same + sum(one[topic] == other[topic] for topic in wrong)
    assert 0.5 < same / both < 0.7


def test_members_that_share_their_luck_err_alike() -> None:
    known = world(3, 10)
    assert beliefs(known, "one", 0.5, rho=1.0) == beliefs(known, "other", 0.5, rho=1.0)
    assert beliefs(known, "one", 0.5, rho=0.0) != beliefs(known, "other", 0.5, rho=0.0)
    assert beliefs(known, "one", 1.0, rho=0.5) == known.truths


@pytest.mark.parametrize("scene", scenes(liars=1), ids=lambda scene: scene.name)
async def test_no_law_is_broken_whoever_lies(scene: Scene) -> None:
    for mechanism in MECHANISMS:
        assert list(violations(await play(scene, mechanism, 5))) == []


async def test_a_run_depends_on_its_world_alone() -> None:
    first, again = [await play(LIARS, ALL, 11) for _ in range(2)]
    assert (first.score, first.result.usage.calls) == (again.score, again.result.usage.calls)


async def test_a_panel_of_perfect_members_and_staff_gives_the_whole_truth() -> None:
    played = await play(Scene(name="perfect", members=(PERFECT_MEMBER,) * 3, writer=PERFECT), LABELS, 2)
    assert played.score.right == 1.0
    assert played.result.answered_by == "synthesizer"


async def test_an_obedient_synthesizer_hedges_what_the_prompt_labels_as_one_answers_alone() -> None:
    scene = Scene(name="patchy", members=(replace(HONEST, coverage=0.3),) * 3)
    deaf, obedient = [
        [await play(scene, replace(LABELS, obedience=degree), seed) for seed in range(8)] for degree in (0.0, 1.0)
    ]
    assert _named(obedient) > _named(deaf)


async def test_a_quotation_that_a_verifier_makes_up_never_counts() -> None:
    scene = Scene(name="inventive", checker=Checker(finds=0.0, invents=1.0, misreads=0.0))
    verification = (await play(scene, VERIFIER, 4)).result.verification
    assert verification is not None
    assert {claim.verdict for claim in verification.claims} <= {"supported", "single_member"}
    assert all("Against it" not in claim.reason for claim in verification.claims)


async def test_a_verifier_makes_up_for_a_lazy_judge() -> None:
    scene = replace(LIARS, judge=Judge(is_lazy=True))
    assert await _points(scene, VERIFIER) > await _points(scene, LABELS)


async def test_a_selected_answer_is_the_preferred_members_and_costs_no_synthesis() -> None:
    select = Mechanism(name="select", select=True)
    played = await play(Scene(name="first", judge=Judge(position=1.0)), select, 6)
    assert played.result.answered_by in {response.model for response in played.result.responses}
    assert played.result.usage.calls == 4


async def test_a_selected_answer_may_be_checked_and_is_never_rewritten() -> None:
    everything = Mechanism(name="select and check", select=True, verifier=True, second=True, gate=True)
    played = [await play(LIARS, everything, seed) for seed in range(4)]
    assert [fault for each in played for fault in violations(each)] == []
    assert {each.result.verification is not None for each in played} == {True}


async def test_warnings_that_nobody_reads_leave_the_text_as_it_stands() -> None:
    unread = replace(VERIFIER, is_unread=True)
    read, bare = await play(LIARS, VERIFIER, 1), await play(LIARS, unread, 1)
    assert read.result.answer == bare.result.answer
    assert read.score.named > bare.score.named


async def test_a_claim_that_is_disputed_is_not_taken_back_from_the_person() -> None:
    scene = replace(LIARS, members=(PERFECT_MEMBER, LIAR), writer=PERFECT)
    played = await play(scene, VERIFIER, 3)
    assert played.marks["claim disputed", True] + played.marks["claim disputed", False] > 0
    assert not any(warning.startswith("The answer's claim ") for warning in played.result.warnings)
    assert any("disputed" in warning.casefold() for warning in played.result.warnings)


def test_a_difference_is_paired_and_its_verdict_asks_what_calls_bring_elsewhere() -> None:
    rows = play_all([Cell(LIARS, LABELS), Cell(LIARS, MORE)], range(4), processes=1)
    same = difference(rows[Cell(LIARS, LABELS)], rows[Cell(LIARS, LABELS)], Worth())
    assert (same.points, same.low, same.high, same.per_call) == (0.0, 0.0, 0.0, None)
    assert difference(rows[Cell(LIARS, MORE)], rows[Cell(LIARS, LABELS)], Worth()).calls == 2.0
    assert _difference(0.2, 2).verdict(price=0.05) == EARNS
    assert _difference(0.2, 2).verdict(price=0.15) == LESS
    assert _difference(-0.2, 2).verdict(price=0.0) == HARMS
    assert _difference(0.2, 2, margin=0.3).verdict(price=0.0) == SAME
    assert _difference(0.2, 0).verdict(price=9.0) == EARNS


def test_every_cell_has_its_row_in_the_tables() -> None:
    played: Rows = play_all([Cell(LIARS, mechanism) for mechanism in MECHANISMS], range(2), processes=1)
    worth = Worth()
    judged = verdicts([LIARS], MECHANISMS, played, worth)
    assert len(list(size_rows([LIARS], played, worth))) == 1
    assert len(list(scene_rows([LIARS], MECHANISMS, played, judged, worth))) == len(MECHANISMS) + 2
    assert len(list(obedience_rows([LIARS], [NOTHING, LABELS], played, worth))) == 2
    assert len(list(summary_rows([LIARS], MECHANISMS, played, judged, worth))) == len(MECHANISMS)
    assert {str(mark).split()[0] for mark, *_ in mark_rows(played)} == {"claim", "confidence"}


def _named(played: list[Played]) -> float:
    return sum(each.score.named for each in played)
