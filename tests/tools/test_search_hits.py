"""What a backend sent becomes fit to be shown: words without markup, addresses that can be visited, each page once."""

import time

import pytest

from fusion_mcp.domains import Domains
from fusion_mcp.tools.search.hits import Hit, best, make_hit

URL = "https://example.org/page"


def hit(url: str = URL, **fields: object) -> Hit:
    made = make_hit(**{"title": "A page", "snippet": "Words.", **fields, "url": url})
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("The <strong>Moon</strong> &amp; tides", "The Moon & tides"),
        ("one<br/>two<p>three</p>", "one two three"),
        ("&lt;b&gt;bold&lt;/b&gt; and &amp;lt;i&amp;gt;so&amp;lt;/i&amp;gt; on", "bold and so on"),
        ("<!-- hidden --><script src='x'>", ""),
        ("3 < 4 and 5 > 2", "3 < 4 and 5 > 2"),
        ("a\u202eb\x1b[31mc\u200bd\n\te", "abcd e"),
        ("x" * 900, "x" * 499 + "…"),
        (None, ""),
        (["a list"], ""),
    ],
)
def test_snippets_are_plain_words_on_one_line(sent: object, shown: str) -> None:
    assert hit(snippet=sent).snippet == shown


def test_a_page_without_a_title_is_called_by_its_host() -> None:
    assert hit(title=None).title == "example.org"
    assert hit(title="<b></b> ").title == "example.org"


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("2026-03-01", "2026-03-01"),
        ("2026-03-01T07:30:12.000Z", "2026-03-01"),
        ("Sun, 01 Mar 2026 07:30:12 GMT", "2026-03-01"),
        ("2026-13-01", None),
        ("2026-03-011", None),
        ("3 days ago", None),
        ("", None),
        ("9" * 5000, None),
        (20260301, None),
        (None, None),
    ],
)
def test_a_date_is_a_day_or_nothing(sent: object, day: str | None) -> None:
    assert hit(date=sent).date == day


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "ftp://example.org/",
        "javascript:alert(1)",
        "https://user@example.org/",
        "https://example.org/a b",
        "https://exa\u202emple.org/",
        "https://example.org/" + "x" * 4000,
        None,
        7,
        {"href": URL},
    ],
)
def test_what_has_no_web_address_is_no_hit(url: object) -> None:
    assert make_hit(title="A page", url=url, snippet="Words.") is None


def test_each_page_comes_once_however_it_is_spelled() -> None:
    hits = [hit("https://Example.org:443"), hit("https://example.org/#part"), hit("https://example.org/other")]
    assert [each.url for each in best(hits, Domains())] == ["https://Example.org:443", "https://example.org/other"]


def test_at_most_eight_are_kept_and_only_where_the_run_may_go() -> None:
    hits = [hit(f"https://{host}/{number}") for number in range(20) for host in ("example.org", "example.com")]
    kept = best(hits, Domains(excluded=("example.com",)))
    assert [each.url for each in kept] == [f"https://example.org/{number}" for number in range(8)]


@pytest.mark.parametrize("piece", ["<", "<a", "<a<", "</p", "&amp;", "&lt;", "<br ", "&#60;", "<!--"])
def test_hostile_markup_costs_no_more_than_its_length(piece: str) -> None:
    start = time.process_time()
    hit(title=piece * 200_000, snippet=piece * 200_000)
    assert time.process_time() - start < 0.5
