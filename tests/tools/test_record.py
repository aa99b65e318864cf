"""What one run brought home from the web: its pages, who read them, and what failed, for the person."""

import subprocess
import sys

from fusion_mcp.domains import Domains
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.record import Record
from tools.small_web import HOME, OTHER, SEARCH_FAULT, Run, found, readable, reason, small_web

# What was brought home


async def test_pages_are_listed_in_the_order_and_spelling_of_their_first_request_with_everyone_who_read_them() -> None:
    run = Run(small_web(), HOME, OTHER)
    for url, seat in [(OTHER, "beta"), (HOME, "beta"), ("https://OTHER.example", "alpha"), (OTHER, "beta")]:
        await run.fetch(url, seat=seat)
    assert [(page.url, page.used_by) for page in run.toolbox.pages()] == [
        (OTHER, ("beta", "alpha")),
        (HOME, ("beta",)),
    ]
    assert all(page.whole for page in run.toolbox.pages())


async def test_a_page_that_redirects_is_listed_and_shown_as_it_was_asked_for() -> None:
    web = small_web()
    web.redirects = {HOME: "https://elsewhere.example/secret-path"}
    run = Run(web, HOME)
    assert "elsewhere" not in await run.fetch(HOME)
    assert [page.url for page in run.toolbox.pages()] == [HOME]


async def test_a_page_of_nothing_but_white_space_is_no_source() -> None:
    web = small_web()
    web.pages[HOME] = readable(" \n\t ")
    run = Run(web, HOME)
    assert reason(await run.fetch(HOME)) == "unreadable"
    assert run.toolbox.pages() == ()


def test_of_more_text_than_a_run_keeps_there_is_the_beginning_and_it_is_called_an_excerpt() -> None:
    record = Record(most_text=10)
    for name, text in (("a", "12345"), ("b", "1234567"), ("c", "1"), ("b", "1234567")):
        record.read(name, f"https://{name}.example/", readable(text), "alpha")
    assert [(page.text, page.whole) for page in record.pages()] == [("12345", True), ("12345", False), ("", False)]


def test_the_record_and_what_is_shown_know_nothing_of_how_pages_come_here() -> None:
    program = (
        "import sys, fusion_mcp.tools.presenting, fusion_mcp.tools.record\n"
        "print(*{'anyio', 'asyncio', 'httptools', 'httpx2', 'selectolax', 'subprocess'} & set(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=20)
    assert loaded.stdout.split() == []


# Troubles


async def test_everything_that_failed_is_told_once_with_its_reason() -> None:
    web = small_web()
    web.pages[OTHER] = ToolFault("address_refused", "This address is not public.")
    missing = ["https://example.org/1", "https://example.org/2"]
    run = Run(web, *missing, OTHER, "https://no.example/", domains=Domains(excluded=("no.example",)))
    for url in (*missing, OTHER, "https://no.example/", "https://made-up.example/?data=secret", "ftp://old.example/"):
        await run.fetch(url)
    assert run.toolbox.troubles() == (
        "`https://example.org/1` was not read, since it answered with an error (http_error 404).",
        "`https://example.org/2` was not read, since it answered with an error (http_error 404).",
        "other.example was not read, since its address is not one that may be visited (address_refused).",
        "no.example was not read, since its domain is excluded (domain_excluded).",
        "made-up.example was not read, since neither the question nor a search gave its URL (url_not_offered).",
        "A page was not read, since its address is not one that may be visited (address_refused).",
    )


async def test_of_many_troubles_the_first_are_told_and_the_rest_counted() -> None:
    run = Run(small_web())
    for number in range(20):
        await run.fetch(f"https://host-{number}.{'x' * 3_000}.example/")
    troubles = run.toolbox.troubles()
    assert troubles[15].startswith("host-15.xxx")
    assert troubles[16:] == ("And 4 more like these.",)
    assert all(len(trouble) < 200 for trouble in troubles)


async def test_when_every_search_failed_it_is_told_that_nothing_could_be_searched_and_why() -> None:
    web = small_web()
    web.searches = {"moons": SEARCH_FAULT}
    run = Run(web)
    await run.search("moons")
    assert run.toolbox.search_was_down
    assert run.toolbox.troubles() == ("Nothing could be searched: SearXNG does not answer.",)


async def test_a_search_that_failed_beside_others_that_worked_is_told_as_such() -> None:
    web = small_web()
    web.searches["stars"] = SEARCH_FAULT
    web.searches["moons"] = found(HOME, troubles=["SearXNG turns us away (status 403)."])
    run = Run(web)
    await run.search("stars")
    await run.search("moons")
    assert not run.toolbox.search_was_down
    assert run.toolbox.troubles() == (
        "A search failed: SearXNG does not answer.",
        "SearXNG turns us away (status 403).",
    )


async def test_a_search_that_found_nothing_has_not_failed() -> None:
    run = Run(small_web())
    assert "found nothing" in await run.search("nothing of the kind")
    assert (run.toolbox.search_was_down, run.toolbox.troubles()) == (False, ())
