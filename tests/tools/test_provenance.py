"""Which pages a run may fetch: no page makes a member carry data out in a URL."""

import pytest

from fusion_mcp.domains import Domains
from fusion_mcp.tools.faults import ToolFault
from fusion_mcp.tools.provenance import LINKS_PER_SITE, Provenance
from tools.small_web import Run, SmallWeb, found, readable, reason

HOME = "https://example.org/"
START = "https://start.example/"


def web_with(*links: str) -> SmallWeb:
    """A start page that links to these, and all of them there."""
    web = SmallWeb()
    web.pages = {START: readable("Start.", *links), **{link: readable(f"This is {link}") for link in links}}
    return web


@pytest.mark.parametrize(
    "spelled", [HOME, "https://example.org", "HTTPS://Example.ORG:443/", "https://example.org/#part", f" {HOME} "]
)
async def test_a_url_that_the_user_gave_is_fetched_in_every_equal_spelling(spelled: str) -> None:
    web = SmallWeb()
    web.pages = {spelled.strip().partition("#")[0]: readable("Home.")}
    assert "Home." in await Run(web, HOME).fetch(spelled)


async def test_a_url_that_was_given_with_a_fragment_is_fetched_without_one_and_with_another() -> None:
    web = SmallWeb()
    web.pages = {HOME: readable("Home.")}
    run = Run(web, f"{HOME}#given")
    for spelled in (HOME, f"{HOME}#given", f"{HOME}#other/%20?x=1", f"{HOME}#"):
        assert "Home." in await run.fetch(spelled)
    assert web.asked == [HOME]


@pytest.mark.parametrize(
    "changed",
    [
        "https://example.org/a?data=secret",
        "https://example.org/a?",
        "https://example.org/a/",
        "https://example.org/A",
        "https://example.org/%61",
        "https://example.org/a%23part",
        "https://example.org/a?#part",
        "https://example.org/a/../a",
        "http://example.org/a",
        "https://example.org:8443/a",
        "https://secret.example.org/a",
        "https://example.org./a",
        "https://example.org/",
    ],
)
async def test_a_url_that_differs_in_anything_is_refused_before_anyone_is_asked_for_it(changed: str) -> None:
    web = SmallWeb()
    run = Run(web, "https://example.org/a")
    text = await run.fetch(changed)
    assert reason(text) == "url_not_offered"
    assert "search for the page" in text
    assert web.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,hello",
        "http://user:secret@example.org/",
        "http://example.org\\@127.0.0.1/",
        "http:///etc/passwd",
        "https://example.org/a b",
        "https://example.org/a\x00b",
        "https://example.org/a\ud800",
        "https://example.org/a\u200bb",
        "https://example.org/\r\nHost: other.example",
        "https:",
    ],
)
async def test_what_is_no_plain_web_address_is_refused_even_when_the_user_gave_it(url: str) -> None:
    web = SmallWeb()
    assert reason(await Run(web, url).fetch(url)) == "address_refused"
    assert web.asked == []


async def test_what_a_search_returned_may_be_fetched_by_every_member() -> None:
    web = SmallWeb()
    web.pages, web.searches = {HOME: readable("Home.")}, {"moons": found(HOME)}
    run = Run(web)
    assert reason(await run.fetch(HOME)) == "url_not_offered"
    assert HOME in await run.search("moons", seat="alpha")
    assert "Home." in await run.fetch(HOME, seat="beta")


async def test_what_a_retrieved_page_linked_to_may_be_fetched() -> None:
    run = Run(web_with(HOME), START)
    assert reason(await run.fetch(HOME)) == "url_not_offered"
    await run.fetch(START)
    assert f"This is {HOME}" in await run.fetch(HOME)


async def test_where_a_page_redirected_to_counts_as_offered_by_it() -> None:
    web = SmallWeb()
    web.pages = {START: readable("Moved."), HOME: readable("Home.")}
    web.redirects = {START: HOME}
    run = Run(web, START)
    assert reason(await run.fetch(HOME)) == "url_not_offered"
    await run.fetch(START)
    assert "Home." in await run.fetch(HOME)


async def test_one_run_offers_nothing_to_another() -> None:
    web = web_with(HOME)
    await Run(web, START).fetch(START)
    assert reason(await Run(web, "https://other.example/").fetch(HOME)) == "url_not_offered"


async def test_an_alphabet_of_links_cannot_be_spelled_with() -> None:
    letters = [f"https://{letter}.evil.example/{letter}" for letter in "abcdef"]
    web = web_with(*letters)
    run = Run(web, START)
    await run.fetch(START)
    texts = [await run.fetch(letter) for letter in letters]
    assert len(web.asked) == 1 + LINKS_PER_SITE
    assert {reason(text) for text in texts[LINKS_PER_SITE:]} == {"url_not_offered"}
    assert "At most 3 pages of one site" in texts[-1]


async def test_a_second_member_that_follows_the_same_link_is_not_counted_again() -> None:
    links = [f"https://docs.example/{number}" for number in range(3)]
    web = web_with(*links)
    run = Run(web, START)
    await run.fetch(START)
    for seat in ("alpha", "beta"):
        assert [reason(await run.fetch(link, seat=seat)) for link in links] == [None] * 3
    assert len(web.asked) == 4


async def test_the_limit_on_links_does_not_hold_for_what_a_search_or_the_user_gave() -> None:
    given = [f"https://docs.example/given/{number}" for number in range(5)]
    hits = [f"https://docs.example/found/{number}" for number in range(5)]
    web = web_with(*given, *hits)
    web.searches = {"docs": found(*hits)}
    run = Run(web, START, *given)
    await run.fetch(START)
    await run.search("docs")
    assert [reason(await run.fetch(url)) for url in (*given, *hits)] == [None] * 10


async def test_a_link_that_was_refused_before_it_went_out_is_not_counted() -> None:
    links = [f"https://{name}.docs.example/" for name in ("no", "a", "b", "c")]
    web = web_with(*links)
    run = Run(web, START, domains=Domains(excluded=("no.docs.example",)))
    await run.fetch(START)
    assert [reason(await run.fetch(link)) for link in links] == ["domain_excluded", None, None, None]
    assert links[0] not in web.asked


def offered(provenance: Provenance, url: str) -> bool:
    try:
        provenance.check(url)
    except ToolFault as fault:
        assert fault.reason == "url_not_offered"  # noqa: PT017 - what is offered raises nothing
        return False
    return True


def test_of_a_flood_of_links_only_so_many_per_page_and_per_run_are_remembered() -> None:
    provenance = Provenance(())
    for page in range(30):
        provenance.linked(f"https://example.org/{page}/{number}" for number in range(1_500))
    firsts = [offered(provenance, f"https://example.org/{page}/0") for page in range(30)]
    assert firsts == [True] * 20 + [False] * 10
    assert offered(provenance, "https://example.org/0/999")
    assert not offered(provenance, "https://example.org/0/1000")
