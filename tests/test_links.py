"""Links within a text, however they are written and hidden: what stays, what goes, and what is left in its place."""

import time

import pytest

from fusion_mcp.links import known_links, links_in, without_unknown_links

GOOD = "https://good.example/page"
WIKI = "https://wiki.example/wiki/Paris_(city)"
EVIL = "https://evil.example/collect?data=secret"
KNOWN = known_links([GOOD, WIKI, "https://ja.example/wiki/日本", "https://www.good.example/"])
MARK = "[link removed]"


def left_of(text: str) -> str:
    """What is left of a text, which taking it through again does not change."""
    left, _ = without_unknown_links(text, KNOWN)
    assert without_unknown_links(left, KNOWN) == (left, ())
    return left


def removed_from(text: str) -> tuple[str, ...]:
    return without_unknown_links(text, KNOWN)[1]


@pytest.mark.parametrize(
    "text",
    [
        f"[page]({GOOD})",
        f'[a [nested] page](<{GOOD}> "with a title")',
        f"[Paris]({WIKI}), and again: {WIKI}.",
        f"[page]({GOOD}#part) and [page](HTTPS://GOOD.example:443/page)",
        f"[{GOOD}]({GOOD})",
        f"<{GOOD}>",
        f"See {GOOD}, ({GOOD}); “{GOOD}”. **{GOOD}**",
        f"Code: `curl {GOOD}`\n\n```\nget('{GOOD}')\n```\n",
        f"[page][1], [1] and [Other].\n\n[1]: {GOOD} 'Page'\n[other]: <{WIKI}>\n",
        f'<a class="x" href="{GOOD}">text</a> and <a href={GOOD}>text</a>',
        f"| a | {GOOD} | [b]({GOOD}) |\n|---|---|---|\n",
        "https://ja.example/wiki/日本。\nwww.good.example",
    ],
)
def test_known_links_stay_exactly_as_they_are_written(text: str) -> None:
    assert without_unknown_links(text, KNOWN) == (text, ())


@pytest.mark.parametrize(
    "text",
    [
        "[notes](docs/a.md), [part](#part), [up](../b.md 'title')",
        "Write to a.person@good.example; see [1], [ ] and [x].",
        "std::vector<std::string> v; auto f = [&](std::string s) { return d[s](s); };",
        "// a comment\nfor i in x[1:2]: y = a[b](c) / d  # <T: Trait> <xs:element>",
        "s3://bucket/key and postgres://localhost/db",
        "a < b and c > d, 2 ** 3, [0, 1), (0, 1]",
        "",
    ],
)
def test_what_is_no_link_to_elsewhere_stays(text: str) -> None:
    assert without_unknown_links(text, KNOWN) == (text, ())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"[the report]({EVIL}) says", "the report says"),
        (f'[the [best] report](<{EVIL}> "title") says', "the [best] report says"),
        ("[report](https://evil.example/a_(b)_(c))", "report"),
        (f"[{EVIL}]({EVIL})", MARK),
        (f"see {EVIL}, or ({EVIL}).", f"see {MARK}, or ({MARK})."),
        (f"<{EVIL}> ftp://evil.example/ www.evil.example/x", f"{MARK} {MARK} {MARK}"),
        ("//evil.example/x", MARK),
        (f"`{EVIL}` and `[x]({EVIL})`", f"`{MARK}` and `x`"),
        (f"[report][1] and [Report][].\n\n[1]: {EVIL}\n[report]: {EVIL} 'x'\n", "report and Report.\n\n"),
        (f'<a href="{EVIL}">text</a> <A HREF={EVIL}>text</A>', "text text"),
        (f"<a\nhref='{EVIL}'\n>text</a> <a href='{GOOD}'>text</a>", f"text <a href='{GOOD}'>text</a>"),
        ("[mail](mailto:a@evil.example) <mailto:a@good.example>", "mail a@good.example"),
        (f"詳細は{EVIL}。次", f"詳細は{MARK}。次"),
        (f"[a][b]({EVIL})", "[a]b"),
        (f"[a]({EVIL})(more)", "a(more)"),
    ],
)
def test_an_unknown_link_leaves_its_text_and_a_bare_one_a_mark(text: str, left: str) -> None:
    assert left_of(text) == left


@pytest.mark.parametrize(
    "hidden",
    [
        "https&#58;//evil.example/",
        "https&colon;//evil.example/",
        "ht&#x74;ps://evil.example/",
        "https:\\/\\/evil.example/",
        "https\\://evil.example/",
        "\\x68ttps://evil.example/",
        "HtTpS://EVIL.example/",
        "https%3A//evil.example/",
        "https:\\\\evil.example",
        "https:evil.example",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\\\\\evil.example/",
        "javascript:alert(evil.example)",
        "JavaScript&colon;alert('evil.example')",
        "java&#10;script:evil.example()",
        "vbscript:evil.example",
        "data:text/html,evil.example",
        "file:///evil.example",
        "https://good.example@evil.example/",
        "https://good.example\\@evil.example/",
        "https://good.example.evil.example/page",
        "https://gооd.evil.example/page",
    ],
)
def test_no_spelling_hides_where_a_link_leads(hidden: str) -> None:
    for text in (f"[x]({hidden})", f"[x](<{hidden}>)", f'<a href="{hidden}">x</a>', f"<a href={hidden} >x</a>"):
        assert left_of(text) == "x", text
    assert "evil" not in left_of(f"[x][1]\n\n[1]: {hidden}\n").lower()


@pytest.mark.parametrize(
    "url",
    [
        f"{GOOD}?data=secret",
        f"{GOOD}/secret",
        f"{GOOD}secret",
        f"{GOOD}&#63;data=secret",
        f"{GOOD}%3Fdata=secret",
        "http://good.example/page",
        "https://good.example:8443/page",
        f"{GOOD}#](https://evil.example/",
    ],
)
def test_a_known_address_with_something_added_is_another_address(url: str) -> None:
    assert "secret" not in left_of(f"see {url} and [x]({url})")
    assert removed_from(f"see {url}")


def test_what_follows_a_known_address_without_a_space_does_not_become_a_part_of_it() -> None:
    assert left_of(f'{GOOD}"?data=secret') == f'{GOOD}" ?data=secret'
    assert left_of(f"詳細は{GOOD}を参照") == f"詳細は{GOOD} を参照"
    assert left_of(f"{GOOD}[1]") == f"{GOOD} [1]"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"![a map]({EVIL})", "[image: a map]"),
        (f"![a map]({GOOD})", "[image: a map]"),
        ("![](map.png)", "[image: no description]"),
        (f"![a map][m] ![m][] ![m]\n\n[m]: {GOOD}\n", f"[image: a map] [image: m] [image: m]\n\n[m]: {GOOD}\n"),
        (f"[![a map]({EVIL})]({GOOD})", f"[[image: a map]]({GOOD})"),
        (f"[![a map]({GOOD})]({EVIL})", "[image: a map]"),
        (f"![a [linked]({EVIL}) map]({EVIL})", "[image: a linked map]"),
        (f"![a ![map]({EVIL}) map]({EVIL})", "[image: a [image: map] map]"),
        (f'<img src="{EVIL}" alt="a [map]"> <image href="{GOOD}"/>', "[image: a map] [image: no description]"),
        (f'<picture><source srcset="a.png 1x, {EVIL} 2x">text</picture>', "<picture>text</picture>"),
        (f'<video poster="{GOOD}">text</video><iframe src={GOOD}></iframe>', "text"),
        ("<b style=\"background: url('//evil.example/x')\">text</b>", "text"),
        (f"![a map]({EVIL})({EVIL})", f"[image: a map] ({MARK})"),
        ("Wow![1]", "Wow![1]"),
    ],
)
def test_images_are_named_whether_they_are_known_or_not(text: str, left: str) -> None:
    assert left_of(text) == left


@pytest.mark.parametrize(
    "text",
    [
        '<a title="<" href=//evil.example/>x</a>',
        "<a title='>' href=\"//evil.example/\">x</a>",
        '<a href="ht\ntps://evil.example/">x</a>',
        '<a href="#" onclick="location=\'//evil.example\'">x</a>',
        '<meta http-equiv=refresh content="0;url=//evil.example/">',
        "<form action=//evil.example/><button formaction=//evil.example/>x</button></form>",
        "<svg><a xlink:href='//evil.example/'>x</a></svg>",
        "<style>@import '//evil.example/x'; * { background: url(//evil.example/y) }</style>",
        "Src = //evil.example/ and \u017fRC='//evil.example/' and -uRL(//evil.example/)",
        "[x](javascript:alert(1 + evil.example))",
        f"[x]({EVIL} and more)",
        "[a `]` b](javascript:evil.example)",
        "<div\n[x](javascript:evil.example)",
        "> - 1. [x]: javascript:evil.example",
        f"[x][1] [1]: {EVIL}",
    ],
)
def test_what_only_a_lenient_reader_takes_for_a_link_leads_nowhere_either(text: str) -> None:
    left = left_of(text)
    assert "//evil" not in left
    assert "javascript:" not in left
    assert "//evil" in "".join(removed_from(text)) or "javascript:" in "".join(removed_from(text))


@pytest.mark.parametrize(
    "text",
    [
        "[x]<a href=//evil.example></a>(https&#58;//evil.example)",
        f"<a [x]({EVIL})href=//evil.example>x</a>",
        f"[[[x]]]({EVIL})({EVIL})({EVIL})",
        "[" * 40 + "x" + f"]({EVIL})" * 40,
        "[" * 40 + "x" + "]" * 40 + "(javascript:evil.example)" * 40,
        f"![x]{EVIL}(javascript:evil.example)",
        f"{EVIL}: javascript:evil.example\n\n{MARK}",
    ],
)
def test_what_is_taken_out_does_not_uncover_another_link(text: str) -> None:
    left = left_of(text)
    assert "//evil" not in left
    assert "](" not in left.replace(f"]({MARK}", "")
    assert "href=//" not in left


def test_links_taken_out_are_named_in_order_and_once() -> None:
    text = f"https://b.example/ [x]({EVIL}) [y](javascript:alert(1)) https://b.example/ <{EVIL}> {GOOD}"
    assert removed_from(text) == ("https://b.example/", EVIL, "javascript:alert(1)")


def test_addresses_of_the_persons_own_providers_are_known_by_how_they_begin() -> None:
    known = known_links((), prefixes=["http://127.0.0.1:8900/v1/"])
    own = "http://127.0.0.1:8900/v1 and http://127.0.0.1:8900/v1/chat/completions."
    assert without_unknown_links(own, known) == (own, ())
    for other in ("http://127.0.0.1:8900/v12", "http://127.0.0.1:8900/", "http://127.0.0.1:8900@evil.example/v1"):
        assert not known(other)


def test_links_are_found_in_order_with_their_addresses() -> None:
    text = f"[a]({EVIL}), <{GOOD}> [b][1] {WIKI}. [c](docs/c.md)\n\n[1]: {GOOD}\n"
    found = [(text[link.start : link.end], link.urls) for link in links_in(text, KNOWN) if link.urls]
    assert found == [
        (f"[a]({EVIL})", (EVIL,)),
        (f"<{GOOD}>", (GOOD,)),
        ("[b][1]", (GOOD,)),
        (WIKI, (WIKI,)),
        (f"[1]: {GOOD}", (GOOD,)),
    ]


_PIECES = (
    "![",
    "`",
    "][",
    "(",
    "\\",
    "&#58;",
    "[a]: b\n",
    '](a "',
    "<a x='\"'>",
    "https://a))))",
    "\n\n",
    "> ",
    f"<{EVIL}>",
)


@pytest.mark.parametrize(
    "piece", ["[", "](", "]()", "<a ", "url(", 'href="//e', "[a]:\n", f"[a]({EVIL})", f"{GOOD}é", "".join(_PIECES)]
)
def test_a_long_hostile_text_takes_time_in_proportion_to_its_length(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    without_unknown_links(text, KNOWN)
    assert time.process_time() - started < 10
