"""What the web brought to a run, written down and taken up again: it is as it was."""

import pytest

from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.record import Record
from fusion_mcp.tools.snapshot import Snapshot, read_snapshot, written_snapshot
from scripted.steps import MemorySteps
from tools.small_web import HOME, OTHER, SEARCH_FAULT, Run, SmallWeb, found, readable, small_web

NONE = "https://example.org/none"


def same(one: Run, other: Run) -> bool:
    a, b = one.toolbox, other.toolbox
    return (a.pages(), a.troubles(), a.search_was_down) == (b.pages(), b.troubles(), b.search_was_down)


def restored(run: Run, *given: str, web: SmallWeb | None = None) -> Run:
    """The next life of a run, on the same steps."""
    after = Run(web or run.web, *given, steps=run.steps)
    after.toolbox.restore(run.toolbox.snapshot())
    return after


async def test_pages_troubles_and_searches_are_as_they_were() -> None:
    web = small_web()
    web.searches["stars"] = SEARCH_FAULT
    web.searches["moons"] = found(HOME, troubles=["SearXNG turns us away (status 403)."])
    run = Run(web, OTHER, NONE)
    await run.search("stars")
    assert same(restored(run), run)
    assert restored(run).toolbox.search_was_down
    await run.search("moons")
    for url, seat in [(OTHER, "beta"), (HOME, "alpha"), (NONE, "alpha"), (f"{HOME}?made-up", "beta"), (OTHER, "alpha")]:
        await run.fetch(url, seat=seat)
    nowhere = SmallWeb()
    after = restored(run, web=nowhere)
    assert same(after, run)
    assert [(page.text, page.used_by) for page in after.toolbox.pages()] == [
        ("Another page.", ("beta", "alpha")),
        ("Home is here.", ("alpha",)),
    ]
    assert len(after.toolbox.troubles()) == 4
    assert nowhere.asked == []


async def test_a_run_that_has_brought_nothing_comes_back_with_nothing() -> None:
    run = Run(small_web())
    assert same(restored(run), run)


async def test_a_trouble_of_before_is_forgotten_when_its_page_is_read_after_all() -> None:
    web = small_web()
    web.pages[HOME] = RuntimeError("once")
    run = Run(web, HOME)
    await run.fetch(HOME)
    assert len(run.toolbox.troubles()) == 1
    web.pages[HOME] = readable("Home is here.")
    after = restored(run, HOME)
    assert "Home is here." in await after.fetch(HOME)
    assert after.toolbox.troubles() == ()


def test_text_that_was_cut_for_want_of_room_is_cut_in_the_same_place_and_takes_the_same_room() -> None:
    texts = {"a": "A" * 60, "b": "B" * 60, "c": "C"}
    record = Record(100)
    for key, text in texts.items():
        record.read(key, f"https://example.org/{key}", readable(text), "alpha")
    after = Record(100)
    after.restore(read_snapshot(written_snapshot(record.snapshot())), texts.__getitem__)
    assert after.pages() == record.pages()
    assert [(len(page.text), page.whole) for page in after.pages()] == [(60, True), (40, False), (0, False)]
    after.read("d", "https://example.org/d", readable("D"), "beta")
    assert after.pages()[-1].text == ""


async def test_a_page_whose_text_is_lost_is_still_a_source_of_which_not_all_is_known() -> None:
    run = Run(small_web(), HOME)
    await run.fetch(HOME)
    run.steps = MemorySteps()
    [page] = restored(run).toolbox.pages()
    assert (page.url, page.title, page.used_by, page.text, page.whole) == (HOME, "A page", ("alpha",), "", False)


@pytest.mark.parametrize("made_up", ["https://example.org/\ud800", "\ud800", "https://example.org/\x00"])
def test_what_a_model_made_up_for_an_address_can_be_written_down(made_up: str) -> None:
    record = Record()
    record.not_read(made_up, ToolFault("address_refused", "No."))
    after = Record()
    after.restore(read_snapshot(written_snapshot(record.snapshot())), lambda _: "")
    assert after.troubles() == record.troubles()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pages": [1]}'])
def test_a_snapshot_that_nobody_can_read_any_more_restores_nothing(text: str) -> None:
    assert read_snapshot(text) == Snapshot()
