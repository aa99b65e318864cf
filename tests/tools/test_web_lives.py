"""The web of a run that is taken up again: nothing is fetched or paid twice, and nobody is told something else."""

from decimal import Decimal

import anyio
import pytest

from fusion_mcp.domains import Domains
from fusion_mcp.ledger import Account, Ledger, Line
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.provenance import LINKS_PER_SITE
from fusion_mcp.tools.retrieval import PAGES_AT_ONCE
from fusion_mcp.tools.web_tools import WebTools
from fusion_mcp.types import ModelRef, ToolCall
from scripted.steps import MemorySteps
from scripted.web import ScriptedWeb, article, result, searxng
from tools.searching import PATHS, Searching, gives, sample
from tools.small_web import BOTH, FENCE, HOME, OTHER, SEARCH_FAULT, Run, SmallWeb, found, readable, reason, small_web
from tools.whole_web import run_on, use

MOONS = "Jupiter has ninety-five known moons, the largest of which is Ganymede, as astronomers have long agreed."
START = "https://start.example/"


async def test_a_page_is_downloaded_and_a_search_made_once_over_two_lives(internet: ScriptedWeb) -> None:
    url = internet.serve("/moons", article("Moons", MOONS))
    internet.serve("/search", searxng([result(url, "Moons of Jupiter", date="2026-03-01T00:00:00")]))
    steps, lives = MemorySteps(), list[tuple[object, ...]]()
    for _ in range(2):
        async with run_on(internet, steps=steps) as toolbox:
            listed = await use(toolbox, "web_search", query="moons of Jupiter")
            read = await use(toolbox, "web_fetch", url=url)
            lives.append((listed, read, toolbox.pages(), toolbox.troubles()))
    assert MOONS in str(lives[0])
    assert lives[0] == lives[1]
    assert [request.path for request in internet.requests] == ["/search", "/moons"]
    assert set(steps.values) == {f"page:{url}", "search:moons of jupiter"}


async def test_a_link_that_the_first_life_found_is_followed_in_the_second(internet: ScriptedWeb) -> None:
    more = internet.serve("/more", article("More moons", "Ganymede is larger than the planet Mercury, and lighter."))
    start = internet.serve("/start", article("Start", MOONS, f'Read <a href="{more}">more about it</a> elsewhere.'))
    steps = MemorySteps()
    async with run_on(internet, start, steps=steps) as toolbox:
        await use(toolbox, "web_fetch", url=start)
    async with run_on(internet, start, steps=steps) as toolbox:
        await use(toolbox, "web_fetch", url=start)
        assert "larger than the planet Mercury" in await use(toolbox, "web_fetch", url=more)
    assert [request.path for request in internet.requests] == ["/start", "/more"]


async def test_a_billed_search_is_paid_once_over_two_lives(internet: ScriptedWeb) -> None:
    internet.serve(PATHS["brave"], gives(sample("brave")))
    steps, ledger = MemorySteps(), Ledger()
    account = Account(ledger=ledger, stage="panel", seat="alpha")
    call = ToolCall(id="call-1", name="web_search", arguments='{"query": "tides"}')
    texts: list[str] = []
    for _ in range(2):
        searcher, rest = Searching(internet=internet, backends=("brave",)).open(), small_web()
        async with WebTools(downloads=rest, reads=rest, searches=searcher) as tools:
            toolbox = tools.for_run(given=(), fence=FENCE, domains=Domains(), steps=steps)
            texts.append(await toolbox.use(call, seat="alpha", allowed=BOTH, within=5, account=account))
    assert len(internet.requests) == 1
    assert [line.cost_usd for line in ledger.lines] == [Decimal("0.005")]
    assert texts[0] == texts[1]
    assert "search results" in texts[0]


async def test_a_search_that_was_cut_off_in_two_lives_is_not_made_in_a_third(internet: ScriptedWeb) -> None:
    internet.serve(PATHS["brave"], gives(sample("brave")))
    step, brave = "panel/alpha/tool/1", ModelRef("web_search", "brave")
    lost = [Line(id=life, stage="panel", seat="alpha", model=brave, step=step, life=life) for life in range(2)]
    ledger = Ledger(lines=lost, life=2)
    async with Searching(internet=internet, backends=("brave",)).open() as searcher:
        account = Account(ledger=ledger, stage="panel", seat="alpha", step=step)
        with pytest.raises(ToolFault, match="not asked a third time"):
            await searcher.search("tides", domains=Domains(), within=5, account=account)
        other = Account(ledger=ledger, stage="panel", seat="alpha", step="panel/alpha/tool/2")
        assert (await searcher.search("tides", domains=Domains(), within=5, account=other)).hits


async def test_a_fault_that_lasts_is_not_asked_for_again_in_a_later_life() -> None:
    web = small_web()
    web.searches = {"moons": SEARCH_FAULT}
    steps, lives = MemorySteps(), list[tuple[object, ...]]()
    for _ in range(2):
        run = Run(web, "https://example.org/none", steps=steps)
        texts = (await run.fetch("https://example.org/none"), await run.search("moons"))
        lives.append((texts, run.toolbox.troubles(), run.toolbox.search_was_down))
    assert lives[0] == lives[1]
    assert web.asked == ["https://example.org/none", "moons"]


async def test_a_member_that_was_hurried_is_told_the_same_in_the_second_life_and_the_next_one_is_not() -> None:
    web = small_web()
    web.hold()
    steps = MemorySteps()

    async def life() -> tuple[Run, tuple[str, str]]:
        run = Run(web, HOME, steps=steps)
        page = await run.fetch(HOME, within=0.05, step="panel/alpha/tool/1")
        return run, (page, await run.search("moons", within=0.05, step="panel/alpha/tool/2"))

    (first, told), (second, told_again) = await life(), await life()
    assert [reason(text) for text in told] == ["timed_out"] * 2
    assert told_again == told
    assert second.toolbox.troubles() == first.toolbox.troubles()
    assert len(web.asked) == 2
    web.let_through()
    assert "Home is here." in await second.fetch(HOME, seat="beta", step="panel/beta/tool/1")


async def test_a_refusal_is_the_same_in_the_second_life_whatever_was_found_before_it_there() -> None:
    web = small_web()
    first = Run(web)
    told = await first.fetch(HOME, seat="beta", step="panel/beta/tool/1")
    await first.search("moons")
    second = Run(web, steps=first.steps)
    await second.search("moons")
    assert reason(told) == "url_not_offered"
    assert await second.fetch(HOME, seat="beta", step="panel/beta/tool/1") == told
    assert web.asked == ["moons"]


async def test_a_page_that_was_read_on_past_its_end_is_a_source_in_the_second_life_too() -> None:
    web = small_web()
    first = Run(web, HOME)
    told = await first.fetch(HOME, offset=99, step="panel/alpha/tool/1")
    second = Run(web, HOME, steps=first.steps)
    assert await second.fetch(HOME, offset=99, step="panel/alpha/tool/1") == told
    assert reason(told) == "invalid_arguments"
    assert second.toolbox.pages() == first.toolbox.pages() != ()


async def test_a_page_that_was_read_is_read_again_whatever_order_a_second_life_has() -> None:
    web = small_web()
    first = Run(web)
    await first.search("moons")
    await first.fetch(HOME, seat="beta")
    second = Run(web, steps=first.steps)
    assert "Home is here." in await second.fetch(HOME, seat="beta")
    assert reason(await second.fetch(OTHER)) == "url_not_offered"


async def test_links_that_were_followed_in_the_first_life_count_in_the_second() -> None:
    letters = [f"https://{letter}.evil.example/{letter}" for letter in "abcd"]
    web = SmallWeb()
    web.pages = {START: readable("Start.", *letters), **{letter: readable("A letter.") for letter in letters}}
    web.pages[letters[1]] = RuntimeError("which is not kept for anyone else")
    first = Run(web, START)
    await first.fetch(START)
    assert len(letters) == LINKS_PER_SITE + 1
    for number, letter in enumerate(letters[:-1]):
        await first.fetch(letter, step=f"panel/alpha/tool/{number}")
    second = Run(web, START, steps=first.steps)
    for number, letter in enumerate(letters[:-1]):
        await second.fetch(letter, step=f"panel/alpha/tool/{number}")
    await second.fetch(START)
    assert reason(await second.fetch(letters[-1])) == "url_not_offered"
    assert len(web.asked) == 1 + LINKS_PER_SITE


async def test_a_page_that_a_search_found_counts_as_found_even_if_it_is_read_first_in_a_second_life() -> None:
    links = [f"https://docs.example/{number}" for number in range(LINKS_PER_SITE)]
    hits = [f"https://docs.example/found/{number}" for number in range(LINKS_PER_SITE)]
    web = SmallWeb()
    web.pages = {START: readable("Start.", *links), **{url: readable("Words.") for url in (*links, *hits)}}
    web.searches = {"docs": found(*hits)}
    first = Run(web, START)
    await first.search("docs")
    for url in hits:
        await first.fetch(url)
    second = Run(web, START, steps=first.steps)
    for url in (*hits, START):
        await second.fetch(url)
    await second.search("docs")
    assert [reason(await second.fetch(link)) for link in links] == [None] * LINKS_PER_SITE


async def test_what_is_kept_is_kept_before_anyone_gets_it_also_if_its_member_is_cut_off_meanwhile() -> None:
    web = small_web()
    web.hold()
    steps = HeldSteps()
    run = Run(web, HOME, steps=steps)
    texts: list[str] = []

    async def fetch() -> None:
        texts.append(await run.fetch(HOME))

    async with anyio.create_task_group() as members:
        members.start_soon(fetch)
        await web.until(lambda web: web.under_way == 1)
        web.let_through()
        with anyio.fail_after(5):
            await steps.begun.wait()
        members.start_soon(fetch)
        await anyio.wait_all_tasks_blocked()
        assert texts == []
        members.cancel_scope.cancel()
        steps.go_on.set()
    assert "Home is here." in await Run(web, HOME, steps=steps).fetch(HOME)
    assert web.asked == [HOME]


async def test_a_slow_disk_keeps_no_other_page_from_being_downloaded() -> None:
    web = SmallWeb()
    urls = [f"https://example.org/{number}" for number in range(PAGES_AT_ONCE + 1)]
    web.pages = {url: readable("Words.") for url in urls}
    steps = HeldSteps()
    run = Run(web, *urls, steps=steps)
    async with anyio.create_task_group() as members:
        for url in urls:
            members.start_soon(run.fetch, url)
        await web.until(lambda web: len(web.asked) == len(urls))
        steps.go_on.set()
    assert len(run.toolbox.pages()) == len(urls)


class HeldSteps(MemorySteps):
    """Steps on a slow disk: what is kept is there only after `go_on`."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = anyio.Event(), anyio.Event()

    async def keep(self, key: str, value: str) -> None:
        with anyio.fail_after(2, shield=True):
            self.begun.set()
            await self.go_on.wait()
        await super().keep(key, value)


async def test_what_cannot_be_read_any_more_is_asked_for_again() -> None:
    web = small_web()
    first = Run(web, HOME)
    await first.fetch(HOME)
    for written in ("", "{}", "null", '{"page": 1}'):
        first.steps.values[f"page:{HOME}"] = written
        assert "Home is here." in await Run(web, HOME, steps=first.steps).fetch(HOME)
    assert web.asked == [HOME] * 5
