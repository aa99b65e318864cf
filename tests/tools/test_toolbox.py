"""One run's toolbox: everything is done once for everybody, and a member always gets something to read."""

import json
import logging

import anyio
import pytest

from fusion_mcp.protocols import Toolbox
from fusion_mcp.tools.retrieval import PAGES_AT_ONCE
from fusion_mcp.types import ToolCall
from tools.small_web import BOTH, HOME, OTHER, SEARCH_FAULT, Run, SmallWeb, readable, reason, small_web


def call(name: str, arguments: object) -> ToolCall:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return ToolCall(id="call-1", name=name, arguments=text)


def test_a_run_toolbox_is_what_the_pipeline_asks_for() -> None:
    toolbox: Toolbox = Run(small_web()).toolbox
    assert [tool.name for tool in toolbox.tools(["web_fetch"])] == ["web_fetch"]
    assert (toolbox.pages(), toolbox.troubles(), toolbox.search_was_down) == ((), (), False)


# Sharing


async def test_two_members_that_ask_for_a_page_at_once_share_one_download() -> None:
    web = small_web()
    web.hold()
    run = Run(web, HOME)
    texts: list[str] = []

    async def fetch(seat: str, url: str) -> None:
        texts.append(await run.fetch(url, seat=seat))

    async with anyio.create_task_group() as members:
        members.start_soon(fetch, "alpha", HOME)
        members.start_soon(fetch, "beta", "https://EXAMPLE.org:443/home#part")
        await web.until(lambda web: web.under_way == 1)
        web.let_through()
    assert web.asked == [HOME]
    assert all("Home is here." in text for text in texts)
    [page] = run.toolbox.pages()
    assert (page.url, page.used_by) == (HOME, ("alpha", "beta"))


async def test_two_members_that_search_for_the_same_words_at_once_share_one_search() -> None:
    web = small_web()
    web.hold()
    run = Run(web)
    async with anyio.create_task_group() as members:
        members.start_soon(run.search, "moons")
        members.start_soon(run.search, "  MOONS ")
        await web.until(lambda web: web.under_way == 1)
        web.let_through()
    assert HOME in await run.search("Moons")
    assert web.asked == ["moons"]


async def test_a_member_that_is_cut_off_hands_its_download_over_to_the_next() -> None:
    web = small_web()
    web.hold()
    run = Run(web, HOME)
    first = anyio.CancelScope()
    texts: list[str] = []

    async def alpha() -> None:
        with first:
            await run.fetch(HOME, seat="alpha")

    async def beta() -> None:
        texts.append(await run.fetch(HOME, seat="beta"))

    async with anyio.create_task_group() as members:
        members.start_soon(alpha)
        await web.until(lambda web: web.under_way == 1)
        members.start_soon(beta)
        await anyio.wait_all_tasks_blocked()
        first.cancel()
        await web.until(lambda web: len(web.asked) == 2)
        web.let_through()
    assert "Home is here." in texts[0]
    assert [page.used_by for page in run.toolbox.pages()] == [("beta",)]


async def test_a_member_that_waits_for_another_ones_download_may_be_cut_off_too() -> None:
    web = small_web()
    web.hold()
    run = Run(web, HOME)
    async with anyio.create_task_group() as members:
        members.start_soon(run.fetch, HOME)
        await web.until(lambda web: web.under_way == 1)
        assert reason(await run.fetch(HOME, seat="beta", within=0.05)) == "timed_out"
        web.let_through()
    assert web.asked == [HOME]
    assert run.toolbox.troubles() == ()


async def test_a_page_that_failed_is_not_asked_for_again() -> None:
    web = small_web()
    run = Run(web, "https://example.org/none")
    texts = [await run.fetch("https://example.org/none", seat=seat) for seat in ("alpha", "beta")]
    assert texts[0] == texts[1]
    assert json.loads(texts[0])["error"]["status_code"] == 404
    assert len(web.asked) == 1
    assert run.toolbox.pages() == ()


async def test_a_search_that_failed_is_not_tried_again_with_the_same_words() -> None:
    web = small_web()
    web.searches = {"moons": SEARCH_FAULT}
    run = Run(web)
    assert [reason(await run.search("moons")) for _ in range(2)] == ["search_failed"] * 2
    assert web.asked == ["moons"]


async def test_a_failure_for_want_of_a_members_own_time_is_not_kept_for_the_others() -> None:
    web = small_web()
    web.hold()
    run = Run(web, HOME)
    assert reason(await run.fetch(HOME, within=0.05)) == "timed_out"
    assert reason(await run.search("moons", within=0.05)) == "timed_out"
    web.let_through()
    assert "Home is here." in await run.fetch(HOME, seat="beta")
    assert HOME in await run.search("moons", seat="beta")


@pytest.mark.parametrize("within", [0, -1])
async def test_a_member_without_time_goes_without_but_gets_what_is_there_already(within: float) -> None:
    web = small_web()
    run = Run(web, HOME, OTHER)
    await run.fetch(HOME)
    assert "Home is here." in await run.fetch(HOME, within=within)
    web.hold()
    assert reason(await run.fetch(OTHER, within=within)) == "timed_out"
    assert reason(await run.search("moons", within=within)) == "timed_out"


async def test_a_run_asks_for_only_so_many_pages_at_once() -> None:
    web = SmallWeb()
    urls = [f"https://example.org/{number}" for number in range(2 * PAGES_AT_ONCE)]
    web.pages = {url: readable("Words.") for url in urls}
    web.hold()
    run = Run(web, *urls)
    async with anyio.create_task_group() as members:
        for url in urls:
            members.start_soon(run.fetch, url)
        await web.until(lambda web: web.under_way == PAGES_AT_ONCE)
        await anyio.wait_all_tasks_blocked()
        web.let_through()
    assert (web.most_under_way, len(run.toolbox.pages())) == (PAGES_AT_ONCE, len(urls))


# Reading on


async def test_a_long_page_is_read_on_without_a_second_download_until_its_end() -> None:
    web = small_web()
    whole = "\n\n".join(f"Paragraph {number} of a long page." for number in range(1_000))
    web.pages[HOME] = readable(whole)
    run = Run(web, HOME)
    text, offset, pieces = await run.fetch(HOME), 0, 1
    while "To read on" in text:
        offset = int(text.rpartition("offset=")[2].rstrip("."))
        text = await run.fetch(HOME, offset=offset)
        pieces += 1
    assert pieces > 2
    assert "Paragraph 999 of" in text
    assert text.endswith("This is the end of what was read of the page.")
    assert web.asked == [HOME]
    [page] = run.toolbox.pages()
    assert (page.text, page.used_by) == (whole, ("alpha",))


async def test_reading_on_past_the_end_is_told_with_the_pages_length() -> None:
    run = Run(small_web(), HOME)
    text = await run.fetch(HOME, offset=13)
    assert reason(text) == "invalid_arguments"
    assert "This page has 13 characters" in text
    assert run.toolbox.troubles() == ()


# What goes wrong


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("web_browse", "{}", "unknown_tool"),
        ("web_fetch", '{"url": "https://example.org/home"}', "unknown_tool"),
        ("web_search", "moons", "invalid_arguments"),
        ("web_search", "[" * 15_000, "invalid_arguments"),
        ("web_search", '{"query": "\ud800"}', "invalid_arguments"),
    ],
)
async def test_a_call_that_nobody_can_carry_out_is_told_to_the_model_alone(
    name: str, arguments: str, code: str
) -> None:
    web = small_web()
    run = Run(web, HOME)
    text = await run.use(name, arguments, seat="alpha", allowed=["web_search"], within=5)
    assert reason(text) == code
    assert text.encode()
    assert (web.asked, run.toolbox.troubles()) == ([], ())


async def test_a_mistake_of_our_own_becomes_a_fault_and_is_logged_without_what_it_was_about(
    caplog: pytest.LogCaptureFixture,
) -> None:
    web = small_web()
    web.pages[HOME] = ValueError("cannot read 'the page and its secret'")
    run = Run(web, HOME)
    with caplog.at_level(logging.DEBUG):
        assert reason(await run.fetch(HOME)) == "unexpected_error"
    assert "ValueError" in caplog.text
    assert "in get" in caplog.text
    assert "secret" not in caplog.text
    assert "example.org" not in caplog.text
    assert run.toolbox.troubles() == (f"`{HOME}` was not read, since an unexpected error occurred (unexpected_error).",)


async def test_a_mistake_of_our_own_is_not_kept_for_the_next_who_asks() -> None:
    web = small_web()
    web.pages[HOME] = RuntimeError("once")
    run = Run(web, HOME)
    await run.fetch(HOME)
    web.pages[HOME] = readable("Home is here.")
    assert "Home is here." in await run.fetch(HOME)
    assert run.toolbox.troubles() == ()


# Progress


@pytest.mark.parametrize(
    ("asked", "purpose"),
    [
        (call("web_search", {"query": "a secret"}), "searching the web"),
        (call("web_search", "nonsense"), "searching the web"),
        (call("web_fetch", {"url": "https://example.org/secret?of=mine", "offset": 5}), "reading example.org"),
        (call("web_fetch", {"url": "https://EXAMPLE.org:8443/"}), "reading example.org"),
        (call("web_fetch", {"url": "https://user:secret@example.org/"}), "reading a page"),
        (call("web_fetch", {"url": "secret"}), "reading a page"),
        (call("web_fetch", "[" * 15_000), "reading a page"),
        (call("web_fetch", {"url": "https://exa\x1b[31mmple.org\u202e/"}), "reading example.org"),
        (call("web_fetch", {"url": f"https://{'a' * 200}.org/"}), f"reading {'a' * 59}…"),
        (call("format\x1b[2J_disk", {}), "calling format_disk"),
        (call("", {}), "calling a tool"),
        (call("x" * 500, {}), f"calling {'x' * 39}…"),
    ],
)
def test_the_purpose_of_a_call_names_a_host_at_most(asked: ToolCall, purpose: str) -> None:
    assert Run(small_web()).toolbox.purpose(asked) == purpose


def test_every_tool_that_a_member_may_have_has_a_purpose() -> None:
    toolbox = Run(small_web()).toolbox
    assert all(not toolbox.purpose(call(name, "")).startswith("calling") for name in BOTH)
