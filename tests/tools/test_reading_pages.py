"""What a page of HTML says: its text without the site around it, readable, with its links."""

from urllib.parse import urljoin

import pytest

from fusion_mcp.tools.reading.addresses import Addresses
from fusion_mcp.tools.reading.readable import ReadingLimits
from fusion_mcp.tools.reading.reader import Reader
from fusion_mcp.tools.web_address import LONGEST_URL
from tools.readings import PROSE, URL, WITHIN_S, Readings

NAV = "<nav><ul><li><a href=/a>Home</a><li><a href=/b>World news</a></ul></nav>"
FOOTER = "<footer><p>© The Post</p><a href=/terms>Terms</a></footer>"
COOKIES = "<div id='cookie-banner'><p>We use cookies to follow you around.</p><button>Accept</button></div>"


def page(content: str, head: str = "") -> str:
    return f"<!doctype html><html><head><title>Low water</title>{head}</head><body>{COOKIES}{NAV}{content}{FOOTER}"


ARTICLE = page(
    f"<main><article><h1>River falls</h1><p>By <a href='../jo'>Jo</a></p><p>{PROSE}</p><h2>Farms</h2><p>{PROSE}</p>"
    "<ul><li>Torva: 1.31 m<li>Lind: <b>0.87</b> m</ul></article>"
    "<aside class=related><h3>More</h3><ul><li><a href=/x>Ferries stop</a></ul></aside></main>"
)


def test_an_article_is_read_without_the_site_around_it(readings: Readings) -> None:
    assert readings.html(ARTICLE).title == "Low water"
    assert readings.blocks(ARTICLE) == [
        "# River falls",
        "By [Jo](https://site.example/jo)",
        PROSE,
        "## Farms",
        PROSE,
        "- Torva: 1.31 m\n- Lind: 0.87 m",
    ]


def test_links_come_from_the_text_first_and_from_the_site_around_it_after(readings: Readings) -> None:
    assert [link.url.removeprefix("https://site.example/") for link in readings.html(ARTICLE).links] == [
        "jo",
        "a",
        "b",
        "x",
        "terms",
    ]


def test_documentation_keeps_its_code_its_table_and_its_chapters_called_cookies(readings: Readings) -> None:
    blocks = readings.blocks(
        page(
            "<div role=main><h1>retry<a href='#retry'>¶</a></h1><section id=cookies><h2 id=cookies>Cookies</h2>"
            f"<p>{PROSE}</p></section><pre><span>def</span> main():\n    <button>Copy</button>return 1 &lt; 2\n</pre>"
            "<table><caption>Options</caption><tr><th>Name<th>Default<tr><td>times<td>3<tr><td>a|b<td></table></div>"
        )
    )
    assert blocks == [
        "# retry",
        "## Cookies",
        PROSE,
        "```\ndef main():\n    return 1 < 2\n```",
        "Options",
        "| Name | Default |\n| --- | --- |\n| times | 3 |\n| a\\|b |  |",
    ]


def test_every_answer_of_a_thread_is_there(readings: Readings) -> None:
    posts = [
        f"<div class=post><a href=/u/{n}>user{n}</a><div>Answer {n}: {PROSE[: 20 * n]}</div></div>" for n in range(6)
    ]
    text = readings.text(page(f"<div class=thread><h1>Pump</h1>{''.join(posts)}</div>"))
    assert all(f"Answer {n}" in text for n in range(6))
    assert "cookies" not in text
    assert "World news" not in text


def test_a_page_that_is_a_list_of_links_is_not_empty(readings: Readings) -> None:
    cards = "".join(
        f"<div class=card><a href=/r/{n}><h3>Recipe {n}</h3></a><span>{n} min</span></div>" for n in range(9)
    )
    text = readings.text(page(f"<div class=grid>{cards}</div>"))
    assert text.startswith("### [Recipe 0](https://site.example/r/0)\n\n0 min")
    assert "### [Recipe 8](https://site.example/r/8)" in text


def test_a_short_page_is_read_whole(readings: Readings) -> None:
    assert readings.text("<h1>OK</h1>All systems work.") == "# OK\n\nAll systems work."
    assert readings.text(f"<body>{NAV}") == "- [Home](https://site.example/a)\n- [World news](https://site.example/b)"


def test_a_list_of_links_beside_a_long_text_is_left_out(readings: Readings) -> None:
    teasers = "".join(f"<li><a href=/t{n}>Teaser {n} about something else</a>" for n in range(9))
    text = readings.text(f"<div><div class=left><ul>{teasers}</ul></div><div><p>{'<p>'.join([PROSE] * 5)}</div></div>")
    assert "Teaser" not in text
    assert text.count(PROSE) == 5


def test_links_behind_a_list_that_is_left_out_come_before_its_own(readings: Readings) -> None:
    teasers = "".join(f"<li><a href=/t{n}>Teaser {n} about something else</a>" for n in range(9))
    listed = f"<div><nav><a href=/menu>Menu</a></nav><ul>{teasers}</ul></div>"
    links = readings.html(f"{listed}<div><p>{'<p>'.join([PROSE] * 5)} <a href=/source>Source</a></div>").links
    assert [link.url for link in links[:3]] == [f"https://site.example/{path}" for path in ("source", "menu", "t0")]


def test_a_price_beside_a_long_description_stays(readings: Readings) -> None:
    text = readings.text(page(f"<h1>Widget</h1><div class=price>€19.90</div><div>{'<p>'.join([PROSE] * 5)}</div>"))
    assert "€19.90" in text


def test_questions_that_open_at_a_click_stay_and_other_buttons_go(readings: Readings) -> None:
    text = readings.text(
        f"<p>{PROSE}</p><h3><button>How long?</button></h3><p>Three minutes.</p><button>Reply</button>"
    )
    assert text.endswith("### How long?\n\nThree minutes.")


def test_words_that_would_mean_something_else_are_marked(readings: Readings) -> None:
    text = readings.text(
        "<p>10<sup>6</sup> H<sub>2</sub>O<sup>[1]</sup> <s>€30</s> €20 <q>so</q> <b>bold</b>&nbsp;&amp;  <i>slanted</i>"
        "<p><math><mfrac><mn>1</mn> <mn>2</mn></mfrac></math>"
    )
    assert text == '10^6 H2O[1] ~~€30~~ €20 "so" bold & slanted\n\n1 /2'


def test_lists_and_quotations_keep_their_shape(readings: Readings) -> None:
    text = readings.text(
        "<ol start=3><li>Three<ul><li>inner<li>other</ul><li>Four<p>more</ol><blockquote><p>Said<p>twice</blockquote>"
        "<p>one<br>two"
    )
    assert text == ("3. Three\n  - inner\n  - other\n4. Four\n\n  more\n\n> Said\n\n> twice\n\none\ntwo")


def test_a_table_that_holds_a_page_together_is_no_table(readings: Readings) -> None:
    text = readings.text(f"<table><tr><td>{NAV}<td><h1>Title</h1><p>{PROSE}</table>")
    assert "|" not in text
    assert text.endswith(f"# Title\n\n{PROSE}")


def test_a_cell_that_is_for_sharing_is_empty(readings: Readings) -> None:
    rows = "<tr><td>Torva<td>1.31 m<td class=share>Tell a friend<tr><td>Lind<td>0.87 m<td>low"
    assert readings.blocks(page(f"<p>{PROSE}</p><table>{rows}</table>"))[1] == (
        "| Torva | 1.31 m |  |\n| --- | --- | --- |\n| Lind | 0.87 m | low |"
    )


def test_links_are_absolute_by_the_base_of_the_page_and_once_each(readings: Readings) -> None:
    links = readings.html(
        "<base href='https://other.example/b/'><p>Links <a href='one two#x'>one</a><a href=''>self</a>"
        "<a href=#part>part</a><a href='javascript:alert(1)'>js</a><a href='JAVA\tSCRIPT:x'>js</a>"
        "<a href='mailto:a@b.c'>mail</a><a href='//user:pass@evil.example/'>user</a><a href='http://[bad'>bad</a>"
        "<a href='https://other.example/b/one%20two'></a><a href='/r\noot'><img alt=picture></a><a href='ftp://x/'>f</a>"
        "<a hidden href=/hidden>h</a><div style='display:none'><a href=/hidden2>h</a></div>"
    ).links
    assert [(link.url, link.text) for link in links] == [
        ("https://other.example/b/one%20two", "one"),
        ("https://other.example/root", ""),
    ]


HREFS = """
/a / /a/ /a/b.html?q=/../x&y=1 /.well-known /a/./b /a/../../b /a//b /a? /?q /%7e /a;b /é /a(b)'c a ../a ?q ;p https:a
//other.example/a https://other.example https://other.example/ https://other.example:443/a/../b https://o.example/a@b:c
HTTPS://other.example/a https://OTHER.example/a http://other.example/a;b?c https://other.example?q
"""


@pytest.mark.parametrize("base", ["https://site.example/dir/page", "https://SITE.example/dir/page", "rel/", "?q"])
@pytest.mark.parametrize("href", HREFS.split())
def test_every_spelling_of_a_link_is_joined_as_the_standard_says(base: str, href: str) -> None:
    where = urljoin(URL, base)
    for written in (href, f"{href}#part", f" {href}\n"):
        assert Addresses(URL, base).absolute(written) == urljoin(where, href)


def test_a_base_that_is_no_web_address_counts_for_nothing(readings: Readings) -> None:
    for base in ("javascript:x", "data:text/html,x", "file:///etc/", "//u@h/"):
        (link,) = readings.html(f"<base href='{base}'>See <a href=one>one</a>.").links
        assert link.url == "https://site.example/dir/one"


def test_at_most_two_hundred_links_are_kept(readings: Readings) -> None:
    assert len(readings.html("x" + "".join(f"<a href=/{n}>n</a>" for n in range(500))).links) == 200


def test_the_day_of_publication_is_what_the_page_states(readings: Readings) -> None:
    stated = "<meta property='article:published_time' content='2026-08-11T09:12:00+02:00'>"
    assert readings.html(page("<p>x", stated)).date == "2026-08-11"
    assert readings.html("<p>On <time datetime='2026-02-03 10:00'>Tuesday</time>").date == "2026-02-03"
    assert readings.html("<meta name=date content='2026-02-31'><p>On <time datetime='yesterday'>x</time>").date is None
    assert readings.html("<meta name=date content='0012-01-01'><p>Words").date is None
    assert readings.html("<p hidden><time datetime=2026-01-01>x</time></p>Words").date is None


def test_a_link_is_taken_up_as_far_as_an_address_may_be_long(readings: Readings) -> None:
    longest = "https://site.example/" + "x" * (LONGEST_URL - 21)
    hrefs = f"<a href={longest}>longest</a> <a href={longest}x>longer</a>"
    assert [link.url for link in readings.html(f"<p>{hrefs}").links] == [longest]
    markdown = f"[longest]({longest}) and [longer]({longest}x)".encode()
    assert [link.url for link in readings.read(markdown, "text/markdown").links] == [longest]


def test_without_a_title_the_first_heading_is_one(readings: Readings) -> None:
    assert readings.html("<h1>Tea\n  time</h1><p>Words").title == "Tea time"
    assert readings.html("<svg><title>Icon</title></svg><p>Words").title == ""


def test_a_very_long_page_is_cut_and_says_so(readings: Readings) -> None:
    text = readings.text("<p>" + f"{PROSE}<p>" * 3_000)
    assert 480_000 < len(text) <= 500_100
    assert text.endswith("\n\n[The document is longer. Only this much of it was read.]")


async def test_a_page_of_too_many_elements_is_read_as_far_as_it_is_reasonable() -> None:
    async with Reader(environ={}, limits=ReadingLimits(elements=100)) as reader:
        read = await reader.read(b"<table>" + b"<tr><td>x" * 9_000, "text/html", URL, within=WITHIN_S)
    assert read.text.startswith("x\n\nx")
    assert read.text.count("x") < 60
    assert read.text.endswith("Only this much of it was read.]")


def test_what_leaves_is_clean(readings: Readings) -> None:
    read = readings.html(
        "<title>a\u202eb\x1b[31mc</title><p>zero\u200bwidth \u202eturn \x1b]0;x\x07 tag\U000e0041\ufeff</p>"
        "<pre>co\u2066de</pre><a href='/x\u202ey'>bad</a><a href=/ok>li\u2060nk</a>"
    )
    assert read.title == "abc"
    assert read.text == "zerowidth turn tag\n\n```\ncode\n```\n\nbad[link](https://site.example/ok)"
    assert [link.text for link in read.links] == ["link"]


def test_a_page_without_words_is_unreadable(readings: Readings) -> None:
    for markup in (
        "",
        " \n ",
        "<!doctype html><title>App</title><noscript>Turn on scripts.</noscript><div id=root></div><script>x</script>",
        "<body hidden>words",
        "<html style='display:none'><body>words",
        "<frameset><frame src=x></frameset>",
        "<p>\u200b — … </p>",
    ):
        assert readings.outcome(markup.encode()) == "unreadable"
