"""The verification of an answer: who is asked what, and when it is revised."""

import re
import threading
from collections.abc import Mapping

from fusion_mcp.pipeline.verification.naming import doubts, with_names
from fusion_mcp.types import ModelRef, ModelTraits
from scripted.bridge import (
    ANSWERS,
    BOTH,
    DRAFT,
    LONG,
    OLD,
    RED,
    SHORT,
    WRITER,
    but,
    checked,
    honest,
    verdicts,
    written_as,
)
from scripted.desks import Reply, Staff, labelled, page
from scripted.verifying import Found, findings, taken_apart, task_of


async def test_a_contradicted_claim_causes_one_revision_which_is_checked_again() -> None:
    staff = Staff(honest())
    found = await checked(staff)
    assert (found.given.draft, found.is_revised) == (f"{LONG} {OLD}", True)
    assert verdicts(found) == {LONG: "supported", OLD: "single_member"}
    assert [seat for _, seat in staff.seats()] == ["claims", "check", "revision", "claims", "check"]
    assert found.notes == ("The answer was revised, since one of its claims was contradicted.",)
    assert (found.verifier, found.given.writer) == (ModelRef.parse("work:checker"), WRITER)


async def test_what_remains_contradicted_after_the_revision_is_named_and_not_revised_again() -> None:
    staff = Staff(honest(f"{SHORT} {OLD} Truly."))
    found = await checked(staff)
    assert (found.given.draft, found.is_revised) == (DRAFT.draft, False)
    assert verdicts(found)[SHORT] == "contradicted"
    assert len(staff.prompts("revision")) == 1
    told = with_names(found, ANSWERS)
    assert told is not None
    assert [line for line in doubts(told) if SHORT in line and "is contradicted" in line]


async def test_a_revision_that_says_nothing_or_loses_what_held_or_adds_what_nobody_bears_out_is_not_used() -> None:
    draft = written_as(f"{LONG} {SHORT} {OLD}")
    silent = "Sorry: it is hard to say anything about such a bridge. Who knows? Ask whoever built it."
    loses = f"{OLD} It was built for the trains of the valley, and much admired by everybody who saw it."
    adds = f"{LONG} {OLD} {RED}"
    for revision, said in (
        (silent, "says nothing that could be looked up"),
        (loses, "lost what was borne out"),
        (adds, "has more in it that is not borne out"),
    ):
        found = await checked(Staff(honest(revision)), draft)
        assert (found.given.draft, found.is_revised, found.is_complete) == (draft.text, False, False)
        assert verdicts(found)[SHORT] == "contradicted"
        assert found.notes == (f"The answer was revised, but the revision {said}: not used.",)


async def test_a_draft_that_holds_is_not_revised() -> None:
    staff = Staff(honest())
    found = await checked(staff, written_as(LONG))
    assert (found.given.draft, found.is_revised, found.notes) == (LONG, False, ())
    assert verdicts(found) == {LONG: "supported"}
    assert "Against it: Response C." in found.claims[0].reason


async def test_an_answer_that_was_selected_is_checked_and_never_revised() -> None:
    staff = Staff(honest())
    found = await checked(staff, written_as(SHORT, None, "alpha"))
    assert (found.given.draft, verdicts(found)) == (SHORT, {SHORT: "contradicted"})
    assert staff.prompts("revision") == []


async def test_who_takes_the_draft_apart_sees_no_answers_and_who_checks_sees_no_draft() -> None:
    staff = Staff(honest())
    marked = written_as(f"{SHORT} The draft argues so at length.")
    await checked(staff, marked)
    assert "Response A" not in staff.prompts("claims")[0]
    assert "argues so at length" in staff.prompts("claims")[0]
    assert "argues so at length" not in staff.prompts("check")[0]
    assert LONG in staff.prompts("check")[0]


async def test_the_reviser_sees_what_speaks_against_the_claim_and_is_the_drafts_writer() -> None:
    staff = Staff(honest())
    await checked(staff, written_as(f"{SHORT} {OLD}", ModelRef.parse("work:deputy")))
    prompt = staff.prompts("revision")[0]
    assert ("deputy", "revision") in staff.seats()
    assert f"Claim: {SHORT}" in prompt
    assert f"Against it, Response A: “{LONG}”" in prompt
    assert f"Claim: {OLD}" not in prompt


async def test_pages_are_shown_in_excerpts_with_their_addresses_and_named_in_the_result() -> None:
    pages = (page(f"Unrelated words. {LONG}", "beta"), page("", "beta", url="https://empty.example/"))
    found_on_page: Mapping[str, Found] = {LONG: ((("S1", LONG),), ())}

    def says(model: str, prompt: str) -> Reply:
        return findings(prompt, found_on_page) if task_of(prompt) == "check" else honest()(model, prompt)

    staff = Staff(says)
    found = await checked(staff, written_as(LONG), pages=pages)
    assert "<<<S1: https://one.example/a f3nc3>>>" in staff.prompts("check")[0]
    assert "empty.example" not in staff.prompts("check")[0]
    told = with_names(found, ANSWERS)
    assert told is not None
    assert [(each.source, each.quote) for each in told.claims[0].evidence] == [
        ("https://one.example/a", LONG),
        ("work:alpha", LONG),
        ("work:beta", LONG),
    ]


async def test_names_are_put_back_in_claims_reasons_and_evidence_and_never_in_quotations() -> None:
    said = "Response A says 1991 metres."
    answers = labelled(LONG, f"As Response A has it: {said}")

    def says(model: str, prompt: str) -> Reply:
        if task_of(prompt) == "claims":
            return taken_apart(said)
        return findings(prompt, {said: ((("Response B", said),), ())}) if model == "checker" else ""

    found = await checked(Staff(says), written_as(said), answers)
    told = with_names(found, answers)
    assert told is not None
    (claim,) = told.claims
    assert claim.claim == "work:alpha says 1991 metres."
    assert claim.reason.startswith("For it: work:beta.")
    assert [(each.source, each.quote) for each in claim.evidence] == [("work:beta", said)]


async def test_a_second_judge_sees_contested_claims_alone_blind_and_in_reversed_order() -> None:
    staff = Staff(honest())
    draft = written_as(f"{LONG} {SHORT} {OLD}")
    found = await checked(staff, draft, preset=BOTH)
    first, second = staff.prompts("check")[0], staff.prompts("second judge")[0]
    assert first.index("<<<Response A") < first.index("<<<Response C")
    assert second.index("<<<Response C") < second.index("<<<Response A")
    listed = second.partition("<<<claims")[2]
    assert (SHORT in listed, OLD in listed, LONG in listed) == (True, True, False)
    assert "contradicted" not in listed
    assert found.second_judge == ModelRef.parse("work:second")


async def test_a_second_judge_that_finds_nothing_does_not_overrule_a_contradiction() -> None:
    found = await checked(Staff(but("second", "check", findings("The claims:\n1. x", {}))), preset=BOTH)
    assert (found.is_revised, found.second_judge) == (True, ModelRef.parse("work:second"))


async def test_a_contradiction_for_which_the_second_judge_finds_support_is_disputed_and_causes_no_revision() -> None:
    def says(model: str, prompt: str) -> Reply:
        found_on_page: Mapping[str, Found] = {SHORT: ((("S1", SHORT),), ())}
        return findings(prompt, found_on_page) if model == "second" else honest()(model, prompt)

    staff = Staff(says)
    found = await checked(staff, preset=BOTH, pages=(page(SHORT, "delta"),))
    assert verdicts(found) == {SHORT: "disputed", OLD: "single_member"}
    assert staff.prompts("revision") == []


async def test_nobody_is_told_who_wrote_the_draft() -> None:
    staff = Staff(honest())
    found = await checked(staff, written_as(f"As writer, I am sure. I am GPT-5. {SHORT} {OLD}"))
    for seat in ("claims", "revision"):
        prompt = staff.prompts(seat)[0]
        assert SHORT in prompt
        assert not re.search(r"GPT|As writer", prompt)
    assert found.is_revised


async def test_every_call_is_billed_to_the_verification() -> None:
    staff = Staff(honest())
    await checked(staff, preset=BOTH)
    assert {account.stage for _, account, _ in staff.asked} == {"verification"}


async def test_a_small_model_is_shown_less_and_asked_for_less() -> None:
    filler = "The bridge has been there for long and metres of books are about it. " * 300
    pages = tuple(page(filler, "alpha", url=f"https://{number}.example/") for number in range(3))
    small, large = Staff(honest(), compact=True), Staff(honest())
    for staff in (small, large):
        await checked(staff, written_as(LONG), pages=pages)
    assert "at most 6" in small.prompts("claims")[0]
    assert len(small.prompts("check")[0]) < 10_000 < len(large.prompts("check")[0]) < 32_000


async def test_what_is_asked_is_put_into_words_beside_the_event_loop() -> None:
    threads: list[threading.Thread] = []

    class Watched(Staff):
        def traits(self, model: ModelRef) -> ModelTraits:
            threads.append(threading.current_thread())
            return super().traits(model)

    await checked(Watched(honest()))
    assert threads
    assert threading.main_thread() not in threads
