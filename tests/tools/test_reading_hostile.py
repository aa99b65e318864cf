"""Documents that were made to keep their reader busy: they are read in the time that their length takes, or refused."""

import pytest

from tools.readings import Readings

HOSTILE = {
    "blanks within a line": ("text/plain", "x" + " " * 400_000 + "y"),
    "comments that nobody closes": ("text/markdown", "a <!-- " * 200_000),
    "comments in styles": ("text/html", f"<p style='{'display/*' * 11_000}'>x</p>" * 20 + "Words"),
    "comments in comments in styles": ("text/html", f"<p style='{'x:y/*display/*' * 7_000}'>x</p>" * 20 + "Words"),
    "anchors without an address": ("text/html", "<p>" + "<a>x</a>" * 60_000),
    "headers in headers": ("text/html", "<header>" * 3_000 + "<h1>Title</h1>" + "<i></i>" * 60_000),
    "tables in tables": ("text/html", "<table><tr><td>x" * 3_000),
    "blanks before a declaration": ("text/xml", " " * 4_000_000 + "<?xml version='1.0'?><a>x</a>"),
    "pages in a feed": (
        "text/xml",
        "<a>" + "<item><description>" * 300 + "&lt;i&gt;x&lt;/i&gt; " * 10_000 + "</description></item>" * 300 + "</a>",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_document_that_was_made_to_be_slow_is_read_all_the_same(readings: Readings, what: str) -> None:
    content_type, text = HOSTILE[what]
    assert readings.outcome(text.encode(), content_type) == "read"


def test_a_page_that_is_nested_without_end_is_refused_before_it_is_parsed(readings: Readings) -> None:
    assert readings.outcome(b"<div>" * 190_000 + b"Words") == "too_large"
    assert readings.outcome(b"<div><p>Words</div>" * 11_000) == "read"
    assert readings.outcome(b"<table>" + b"<tr><td>Words<br>" * 11_000) == "read"


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("Write `<!--` first.\n\nMore.", "Write `<!--` first.\n\nMore."),
        ("Write `<!--` first.\n\n  <!-- SECRET\n\nSECRET", "Write `<!--` first."),
        ("a <!-- SECRET\nSECRET --> b <!-- c\n```\nd", "a  b <!-- c\n```\nd"),
        ("<!-- SECRET", "Title"),
    ],
)
def test_a_comment_in_markdown_that_nobody_closes_hides_only_where_it_begins_a_line(
    readings: Readings, written: str, seen: str
) -> None:
    assert readings.read(f"Title\n\n{written}".encode(), "text/markdown").text.removeprefix("Title\n\n") == seen


@pytest.mark.parametrize("between", ["/**/" * 5, f"/*{'x' * 61}*/", "/* SECRET", "/* * ** */ /*:*/"])
@pytest.mark.parametrize("style", ["display{}:none", "display:{}none", "visibility{}: hidden"])
def test_comments_in_a_style_show_nothing_however_many_there_are(readings: Readings, style: str, between: str) -> None:
    assert readings.text(f"<p style='{style.format(between)}'>SECRET</p>Words") == "Words"
