"""A question that may come from below a live run is joined to it, though it comes with another preset or limits."""

from dataclasses import replace
from pathlib import Path

import pytest

from fusion_mcp.codes import Kind
from fusion_mcp.config import Store
from fusion_mcp.journal.journal import Journal
from fusion_mcp.records import Claim, NewRun
from journal.booking import die, new_run, processes


def asked(number: int, key: str, *, likeness: str = "why", may_call_back: bool = False, kind: Kind = "ask") -> NewRun:
    return replace(new_run(number, key), likeness=likeness, may_call_back=may_call_back, kind=kind, joins_alike=True)


async def begun(journal: Journal) -> Claim:
    """A live run whose models could ask its question again."""
    return await journal.claim(asked(1, "outer", may_call_back=True))


async def test_a_question_like_a_live_runs_own_is_joined_here_and_elsewhere(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        assert ((await begun(here)).how, (await begun(here)).is_alike) == ("new", False)
        for number, journal in enumerate((here, there), 2):
            claim = await journal.claim(asked(number, f"inner {number}"))
            assert (claim.run_id, claim.how, claim.is_alike) == ("run-1", "joined", True)
            assert claim.owner_is_us == (journal is here)
        assert not await here.is_shared("run-1")  # what may be a part of the run does not keep it alive
        assert not await there.is_known("inner")  # so that a person is asked before it could begin anew


@pytest.mark.parametrize("store", ["metadata", "off"])
async def test_where_words_are_not_stored_only_its_own_process_can_join_it(tmp_path: Path, store: Store) -> None:
    async with processes(tmp_path, store=store) as [here, there]:
        await begun(here)
        assert (await here.claim(asked(2, "inner"))).is_alike
        assert (await there.claim(asked(3, "inner"))).how == "new"


async def test_a_run_that_nothing_can_call_back_from_is_never_joined_so(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        await here.claim(asked(1, "one"))
        other = await there.claim(asked(2, "other", may_call_back=True))
    assert (other.how, other.is_alike) == ("new", False)


@pytest.mark.parametrize("other", [asked(2, "other", likeness="how"), asked(2, "other", likeness="")])
async def test_another_question_is_another_run(tmp_path: Path, other: NewRun) -> None:
    async with processes(tmp_path) as [here, there]:
        await begun(here)
        assert (await there.claim(other)).how == "new"


async def test_once_the_run_has_ended_the_question_is_a_run_of_its_own(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        await begun(here)
        await here.finish("run-1", status="finished", result="{}", result_status="ok")
        assert (await there.claim(asked(2, "second"))).how == "new"
        await here.claim(asked(3, "third", may_call_back=True))
        await die(here)
        assert (await there.claim(asked(4, "fourth"))).how == "new"


async def test_a_finished_answer_is_given_and_an_interrupted_run_is_not_taken_up_below_one_like_it(
    tmp_path: Path,
) -> None:
    async with processes(tmp_path, 3) as [here, there, gone]:
        await there.claim(asked(2, "finished"))
        await there.finish("run-2", status="finished", result="{}", result_status="ok")
        await gone.claim(asked(3, "interrupted"))
        await die(gone)
        await begun(here)
        finished, other = await there.claim(asked(4, "finished")), await there.claim(asked(5, "interrupted"))
    assert (finished.run_id, finished.how, finished.is_alike) == ("run-2", "finished", False)
    assert (other.run_id, other.how, other.is_alike) == ("run-1", "joined", True)


async def test_a_run_that_was_taken_up_again_is_still_known(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        await begun(here)
        await die(here)
        assert (await there.claim(asked(2, "outer"))).how == "resumed"
        assert (await there.claim(asked(3, "inner"))).is_alike


async def test_a_comparison_joins_a_run_that_is_answered_and_not_the_other_way_round(tmp_path: Path) -> None:
    async with processes(tmp_path) as [here, there]:
        await begun(here)
        assert (await there.claim(asked(2, "compared", kind="compare"))).is_alike
    async with processes(tmp_path / "other") as [here, there]:
        await here.claim(asked(1, "outer", may_call_back=True, kind="compare"))
        assert (await there.claim(asked(2, "inner"))).how == "new"
        assert (await there.claim(asked(3, "again", kind="compare"))).is_alike
