"""What follows from the quotations for and against a claim: pure rules."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion_mcp.pipeline.verification.exhibits import Exhibit, Quote
from fusion_mcp.pipeline.verification.naming import doubts
from fusion_mcp.pipeline.verification.verdicts import judged, twice_judged
from fusion_mcp.result import Claim, Verdict, Verification
from scripted.desks import page
from scripted.weighing import LONG, OTHER, checked

RANKS: tuple[Verdict, ...] = ("contradicted", "disputed", "unsupported", "single_member", "supported")
"""From the worst that can be said of a claim to the best."""
SEATS = ("alpha", "beta", "gamma", "delta")
ANSWERS = [Exhibit(label=f"Response {seat}", kind="answer", text="", seats=(seat,)) for seat in SEATS]

hands = st.sets(st.sampled_from(SEATS), min_size=1).map(sorted).map(tuple)
pages = st.builds(
    Exhibit,
    label=st.sampled_from(["S1", "S2", "S3"]),
    kind=st.just("page"),
    text=st.just(""),
    seats=hands,
    is_given=st.booleans(),
)
quotes = st.builds(Quote, exhibit=st.sampled_from(ANSWERS) | pages, text=st.sampled_from(["some words", "others"]))
sides = st.lists(quotes, max_size=5)


def rank(for_it: list[Quote], against: list[Quote]) -> int:
    return RANKS.index(judged("It is so.", for_it, against).verdict)


@given(sides, sides, quotes)
def test_more_evidence_for_a_claim_never_makes_its_verdict_worse_and_more_against_it_never_better(
    for_it: list[Quote], against: list[Quote], more: Quote
) -> None:
    assert rank([*for_it, more], against) >= rank(for_it, against) >= rank(for_it, [*against, more])


@pytest.mark.parametrize(
    ("supports", "contradicts", "verdict"),
    [
        ([], [], "unsupported"),
        (["A"], [], "single_member"),
        (["A", "forged by A"], [], "single_member"),
        (["A", "read by B"], [], "supported"),
        (["read by A and B"], [], "supported"),
        (["named by the person"], [], "supported"),
        ([], ["C"], "contradicted"),
        (["A"], ["C"], "disputed"),
        (["A"], ["C", "D"], "contradicted"),
        (["A"], ["forged by C"], "contradicted"),
        (["A", "forged by A"], ["forged by C"], "disputed"),
        (["A", "B"], ["C"], "supported"),
        (["A", "B"], ["C", "D"], "disputed"),
        (["A", "B"], ["C", "forged by C"], "supported"),
        (["A", "B", "read by A and B"], ["C"], "supported"),
        (["read by A and B"], ["C"], "supported"),
        (["A", "B"], ["named by the person"], "contradicted"),
        (["A", "B"], ["read by A and B"], "supported"),
        (["A"], ["forged by A"], "contradicted"),
        (["named by the person"], ["C"], "supported"),
        (["named by the person"], ["C", "D"], "disputed"),
        (["named by the person"], ["B", "C", "D"], "disputed"),
        (["named by the person"], ["B", "C", "D", "forged by C"], "contradicted"),
    ],
)
def test_the_stronger_side_decides_and_a_page_decides_between_equals(
    supports: list[str], contradicts: list[str], verdict: Verdict
) -> None:
    brought = {
        "forged by A": ("alpha",),
        "read by A and B": ("alpha", "beta"),
        "read by B": ("beta",),
        "forged by C": ("gamma",),
        "named by the person": ("alpha",),
    }
    for_it, against = (
        [
            Quote(
                exhibit=Exhibit(
                    label=name,
                    kind="page" if name in brought else "answer",
                    text="",
                    seats=brought.get(name) or (SEATS["ABCD".index(name)],),
                    is_given=name == "named by the person",
                ),
                text="some words",
            )
            for name in side
        ]
        for side in (supports, contradicts)
    )
    found = judged("It is so.", for_it, against)
    assert found.verdict == verdict
    assert ("Against it: " in found.reason) == bool(contradicts)


def test_what_one_member_alone_brought_is_told_to_be_one_source() -> None:
    found = checked((LONG, "No idea."), [("A", LONG), ("S1", LONG)], pages=(page(LONG, "alpha"),))
    assert "That is one source: one member alone brought it." in found.reason
    assert found.reason.endswith("Nobody else confirms it.")


def test_members_who_agree_after_reading_the_same_page_are_told_to() -> None:
    shared = (page(LONG, "alpha", "beta"),)
    found = checked((LONG, LONG), [("A", LONG), ("B", LONG)], pages=shared)
    assert (found.verdict, "may be one source" in found.reason) == ("supported", True)
    found = checked((LONG, LONG), [("A", LONG), ("B", LONG), ("S1", LONG)], pages=shared)
    assert (found.verdict, "may be one source" in found.reason) == ("supported", True)
    apart = (page("Something else.", "alpha"), page("Something.", "beta", url="https://two.example/"))
    assert "may be" not in checked((LONG, LONG), [("A", LONG), ("B", LONG)], pages=apart).reason


def test_a_page_that_the_person_named_is_enough() -> None:
    named = page(LONG, "alpha")
    assert checked(("No idea.",), [("S1", LONG)], pages=(named,), given=(named.url,)).verdict == "supported"


def test_a_contradiction_that_one_of_two_judges_sees_is_a_dispute() -> None:
    contradicted = checked((LONG, OTHER, OTHER), [("A", LONG)], [("B", OTHER), ("C", OTHER)])
    fine = checked((LONG, OTHER, OTHER), [("A", LONG)])
    for first, second in ((contradicted, fine), (fine, contradicted)):
        assert twice_judged(first, second).verdict == "disputed"
    assert twice_judged(contradicted, contradicted).verdict == "contradicted"
    assert twice_judged(fine, checked((OTHER, LONG), [("B", LONG)])).verdict == "supported"


def test_a_judge_that_found_nothing_is_not_said_to_disagree() -> None:
    contradicted = checked((OTHER,), contradicts=[("A", OTHER)])
    silent, other = checked((OTHER,)), checked((OTHER, LONG), [("B", LONG)])
    assert "the second judge found nothing" in twice_judged(contradicted, silent).reason
    assert "the verifier found nothing" in twice_judged(silent, contradicted).reason
    assert "the second judge does not" in twice_judged(contradicted, other).reason


def test_claims_for_which_something_speaks_are_counted_in_one_warning_and_not_named() -> None:
    claims = [Claim(claim=f"The {verdict} one.", verdict=verdict) for verdict in get_args(Verdict) for _ in range(2)]
    told = list(doubts(Verification(claims=claims, verifier="work:checker")))
    assert [line for line in told if line.startswith("The answer's claim ")] == [
        "The answer's claim “The unsupported one.” is borne out by nothing that was found.",
        "The answer's claim “The unsupported one.” is borne out by nothing that was found.",
        "The answer's claim “The contradicted one.” is contradicted.",
        "The answer's claim “The contradicted one.” is contradicted.",
    ]
    assert told[4:] == [
        "Disputed: 2 of the answer's claims, as what was found does not decide (see verification).",
        "Not checked: 2 of the answer's claims.",
    ]
