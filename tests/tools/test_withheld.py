"""What a run must not see: neither a search's list nor a page gives it away, however it is set."""

import json
from dataclasses import replace

import pytest

from fusion_mcp.tools.search.hits import Found, Hit
from fusion_mcp.withheld import Withheld
from scripted.steps import MemorySteps
from tools.small_web import HOME, OTHER, Run, readable, reason, small_web

SECRET = "States that the moon Ganymede is larger than the planet Mercury, by about 8%"
LEFT_OUT = "Search results were left out, since they hold words that this run must not see (withheld)."
NOT_READ = f"`{HOME}` was not read, since it holds words that this run must not see (withheld)."


def page_of(text: str, *links: str, title: str = "A page") -> Run:
    web = small_web()
    web.pages[HOME] = readable(text, *links, title=title)
    return Run(web, HOME, withheld=[SECRET])


@pytest.mark.parametrize(
    "text",
    [
        f"Criterion 7. {SECRET}. Weight 10.",
        SECRET.upper(),
        SECRET.replace(" ", "\n> "),
        SECRET.replace("Ganymede", "**Gany\u00admede**").replace("8%", "8 %"),
        SECRET.replace("larger", "lar-\nger"),
        SECRET.replace("planet Mercury", "[planet Mercury](https://example.org/a_(b)?c=1)"),
        SECRET.replace(" is ", "&nbsp;is&amp;nbsp;"),
        json.dumps({"answer": json.dumps({"requirement": SECRET.replace(" by", '\n"by"')})}),
        json.dumps(json.dumps(SECRET.replace("moon", "moon \u201c\u2013\u201d"))),
        SECRET.replace("Mercury", "\uff2dercury"),
    ],
)
async def test_a_page_that_holds_a_withheld_sentence_however_set_is_given_to_nobody(text: str) -> None:
    run = page_of(text, OTHER)
    shown = await run.fetch(HOME)
    assert reason(shown) == "withheld"
    assert "Ganymede" not in shown
    assert run.toolbox.pages() == ()
    assert run.toolbox.troubles() == (NOT_READ,)
    assert reason(await run.fetch(OTHER)) == "url_not_offered"


@pytest.mark.parametrize(
    "text",
    [
        "Ganymede is larger than the planet Mercury.",
        SECRET.replace("8%", "9%"),
        SECRET.replace("is larger", "is not larger"),
        " ".join(reversed(SECRET.split())),
    ],
)
async def test_a_page_that_says_something_of_the_kind_in_words_of_its_own_is_read(text: str) -> None:
    run = page_of(text)
    assert text in await run.fetch(HOME)
    assert run.toolbox.troubles() == ()


async def test_a_page_is_withheld_for_its_title_too_and_no_later_piece_of_it_is_given() -> None:
    run = page_of("Words.\n\n" * 5_000, title=SECRET)
    assert reason(await run.fetch(HOME)) == "withheld"
    assert reason(await run.fetch(HOME, offset=20_000, seat="beta")) == "withheld"
    assert run.web.asked == [HOME]


async def test_a_sentence_of_few_words_hides_nothing() -> None:
    web = small_web()
    web.pages[HOME] = readable("It cites a source.")
    run = Run(web, HOME, withheld=["cites a source", "", "  "])
    assert "It cites a source." in await run.fetch(HOME)


async def test_of_a_script_without_spaces_two_letters_count_as_a_word() -> None:
    assert Withheld(["木星の衛星ガニメデは水星より大きい"]).holds_any("...「木星の衛星 ガニメデは水星より大きい」...")
    assert not Withheld(["木星の衛星"]).holds_any("木星の衛星")


async def test_a_hit_that_shows_a_withheld_sentence_is_left_out_and_its_page_not_offered() -> None:
    web = small_web()
    plain = Hit(title="Moons", url=OTHER, snippet="Ganymede is a moon.", date=None)
    hits = (
        replace(plain, url=HOME, snippet=f"Rubric: {SECRET} ..."),
        replace(plain, url="https://example.org/2", title=SECRET),
        plain,
    )
    web.searches["moons"] = Found(hits=hits, troubles=())
    run = Run(web, withheld=[SECRET])
    listed = await run.search("moons")
    assert OTHER in listed
    assert HOME not in listed
    assert "Mercury" not in listed
    assert reason(await run.fetch(HOME)) == "url_not_offered"
    assert "Another page." in await run.fetch(OTHER)
    assert run.toolbox.troubles()[0] == LEFT_OUT
    assert not run.toolbox.search_was_down


async def test_an_address_may_be_withheld_as_well_as_words() -> None:
    web = small_web()
    copy = "https://hub.example/data/someone-else/moons-of-jupiter/raw/main/test.jsonl"
    web.pages[copy] = readable("Words.")
    web.pages[HOME] = readable("Words.")
    web.redirects = {HOME: copy}
    run = Run(web, HOME, copy, withheld=["hub.example/data/someone-else/moons-of-jupiter"])
    assert [reason(await run.fetch(url)) for url in (copy, HOME)] == ["withheld", "withheld"]


async def test_a_later_life_of_the_run_withholds_what_an_earlier_one_has_kept() -> None:
    web = small_web()
    web.pages[HOME] = readable(SECRET)
    steps = MemorySteps()
    for _ in range(2):
        run = Run(web, HOME, withheld=[SECRET], steps=steps)
        assert reason(await run.fetch(HOME, step="panel > alpha > web > 1")) == "withheld"
        assert run.toolbox.troubles() == (NOT_READ,)
    assert web.asked == [HOME]


async def test_without_sentences_nothing_is_withheld() -> None:
    run = Run(small_web(), HOME)
    assert "Home is here." in await run.fetch(HOME)
