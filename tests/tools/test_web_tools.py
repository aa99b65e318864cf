"""The parts together against a scripted web: searching, reading, following, and failing."""

import anyio

from fusion_mcp.domains import Domains
from fusion_mcp.tools.download import Downloader
from fusion_mcp.tools.reading.reader import Reader
from fusion_mcp.tools.web_tools import WebTools
from scripted import ScriptedWeb
from scripted.steps import MemorySteps
from scripted.web import article, endless, held, result, searxng, searxng_fails, status
from tools.fetching import PUBLIC, Resolver, Sockets
from tools.small_web import FENCE, SmallWeb, found, reason
from tools.whole_web import run_on, use

MOONS = "Jupiter has ninety-five known moons, the largest of which is Ganymede, as astronomers have long agreed."


async def test_a_member_searches_reads_what_was_found_and_follows_its_links(internet: ScriptedWeb) -> None:
    more = internet.serve("/more", article("More moons", "Ganymede is larger than the planet Mercury, and lighter."))
    found = internet.serve("/moons", article("Moons", MOONS, f'Read <a href="{more}">more about it</a> elsewhere.'))
    internet.serve("/search", searxng([result(found, "Moons of Jupiter", date="2026-03-01T00:00:00")]))
    async with run_on(internet) as toolbox:
        listed = await use(toolbox, "web_search", query="moons of Jupiter")
        read = await use(toolbox, "web_fetch", url=found)
        followed = await use(toolbox, "web_fetch", "beta", url=more)
        pages = toolbox.pages()
    assert f"1. Moons of Jupiter\n   {found}\n   2026-03-01" in listed
    assert MOONS in read
    assert more in read
    assert "larger than the planet Mercury" in followed
    assert [(page.url, page.used_by) for page in pages] == [(found, ("alpha",)), (more, ("beta",))]
    assert toolbox.troubles() == ()


async def test_a_url_with_data_in_it_never_leaves(internet: ScriptedWeb) -> None:
    page = internet.serve("/moons", article("Moons", MOONS))
    async with run_on(internet, page) as toolbox:
        await use(toolbox, "web_fetch", url=page)
        assert reason(await use(toolbox, "web_fetch", url=f"{page}?prompt=secret")) == "url_not_offered"
    assert [request.target for request in internet.requests] == ["/moons"]


async def test_two_members_at_once_share_a_download_and_one_that_leaves_hands_it_over(internet: ScriptedWeb) -> None:
    gate = internet.gate("page")
    url = internet.serve("/moons", held(gate, article("Moons", MOONS)))
    texts: list[str] = []
    async with run_on(internet, url) as toolbox, anyio.create_task_group() as members:
        late = anyio.CancelScope()

        async def leave() -> None:
            with late:
                await use(toolbox, "web_fetch", url=url)

        async def stay(seat: str) -> None:
            texts.append(await use(toolbox, "web_fetch", seat, url=url))

        members.start_soon(leave)
        await internet.until(lambda web: web.in_flight == 1)
        members.start_soon(stay, "beta")
        members.start_soon(stay, "gamma")
        await anyio.wait_all_tasks_blocked()
        assert len(internet.requests) == 1
        late.cancel()
        await internet.until(lambda web: len(web.requests) == 2 and web.requests[0].closed_by_client)
        gate.open()
    assert [MOONS in text for text in texts] == [True, True]
    assert len(internet.requests) == 2


async def test_only_pages_inside_link_to_what_was_let_through(internet: ScriptedWeb) -> None:
    inside = internet.serve("/inside", article("Inside", MOONS))
    start = internet.serve("/start", article("Start", MOONS, f'See <a href="{inside}">inside</a>.'))
    outside = "http://pages.example/start"
    downloads = Downloader(
        allow_private=[internet.host_port],
        resolve=Resolver({"pages.example": [[PUBLIC]]}),
        connect=Sockets(internet.port),
    )
    async with Reader(environ={}) as reader:
        searches = SmallWeb()
        searches.searches = {"moons": found(inside)}
        tools = WebTools(downloads=downloads, reads=reader, searches=searches)
        for given, codes in ((outside, [None, "address_refused"]), (start, [None, None])):
            toolbox = tools.for_run(given=[given], fence=FENCE, domains=Domains(), steps=MemorySteps())
            assert [reason(await use(toolbox, "web_fetch", url=url)) for url in (given, inside)] == codes
        assert len(internet.requests_to("/inside")) == 1
        toolbox = tools.for_run(given=[outside], fence=FENCE, domains=Domains(), steps=MemorySteps())
        await use(toolbox, "web_fetch", url=outside)
        assert reason(await use(toolbox, "web_fetch", url=inside)) == "address_refused"
        await use(toolbox, "web_search", query="moons")
        assert MOONS in await use(toolbox, "web_fetch", url=inside)


async def test_what_fails_is_told_to_the_model_and_named_for_the_person(internet: ScriptedWeb) -> None:
    missing = internet.serve("/missing", status(404))
    flood = internet.serve("/flood", endless())
    internet.serve("/search", searxng_fails("throttled"))
    inside = "http://169.254.169.254/latest/meta-data/"
    async with run_on(internet, missing, flood, inside) as toolbox:
        codes = [reason(await use(toolbox, "web_fetch", url=url)) for url in (missing, flood, inside)]
        assert codes == ["http_error", "too_large", "address_refused"]
        assert reason(await use(toolbox, "web_search", query="moons")) == "search_failed"
        assert toolbox.search_was_down
        searching, *reading = toolbox.troubles()
    assert searching.startswith("Nothing could be searched: SearXNG")
    assert reading == [
        f"`{missing}` was not read, since it answered with an error (http_error 404).",
        f"`{flood}` was not read, since it is too large (too_large).",
        "169.254.169.254 was not read, since its address is not one that may be visited (address_refused).",
    ]
