"""What nobody sees reaches nobody, in documents that are no HTML as well."""

import json

import pytest

from tools.readings import Readings

SECRET = "SECRET"
HIDING = "<p hidden=''>SECRET</p><p style='display:none'>SECRET</p><script>SECRET</script><!-- SECRET -->"
ESCAPED = HIDING.replace("<", "&lt;")
XHTML = "http://www.w3.org/1999/xhtml"


def leaks(readings: Readings, body: str | bytes, content_type: str) -> bool:
    read = readings.read(body if isinstance(body, bytes) else body.encode(), content_type)
    assert "Seen" in repr(read)
    return SECRET in repr(read)


@pytest.mark.parametrize(
    "entry",
    [
        f"<title>Seen</title><content type='xhtml'><div xmlns='{XHTML}'>{HIDING}</div></content>",
        (
            f"<title>Seen</title><c:encoded xmlns:c='x' xmlns:h='{XHTML}'><h:p hidden=''><h:p>SECRET</h:p></h:p>"
            "</c:encoded>"
        ),
        f"<title>Seen <![CDATA[{HIDING}]]></title>",
        f"<title>Seen {ESCAPED}</title><link href='/x'/>",
        f"<title type='xhtml'><div xmlns='{XHTML}'>Seen {HIDING}</div></title>",
        f"<title>Seen</title><description>{HIDING} {ESCAPED}</description>",
        "<title>Seen</title><description>&lt;p hidden>a <b>SECRET</b>&lt;/p></description>",
        "<title>Seen</title><pubDate>&lt;b hidden>SECRET&lt;/b></pubDate>",
        "<title>Seen</title><link hidden='' href='/SECRET'/>",
        "<title>Seen</title></item><item hidden=''><title>SECRET</title>",
    ],
)
def test_a_feed_hides_what_its_pages_would(readings: Readings, entry: str) -> None:
    assert not leaks(readings, f"<rss><item>{entry}</item></rss>", "application/rss+xml")


@pytest.mark.parametrize(
    "xml",
    [
        (
            f"<h:html xmlns:h='{XHTML}'><h:body>Seen<h:p hidden=''>SECRET</h:p><h:script>SECRET</h:script></h:body>"
            "</h:html>"
        ),
        f"<html xmlns='{XHTML}'><body>Seen&nbsp;<p hidden=''><p>SECRET</p></p></body></html>",
        f"<html xmlns='{XHTML}' xmlns:h='{XHTML}'><body>Seen<h:script>SECRET</h:script></body></html>",
        f"<div xmlns='{XHTML}'>Seen<b style='display:none'><div>SECRET</div></b></div>",
        (
            "<a>Seen<x:script xmlns:x='y'>SECRET</x:script><b xmlns:x='y' x:hidden=''>SECRET</b>"
            "<TEMPLATE>SECRET</TEMPLATE></a>"
        ),
    ],
)
@pytest.mark.parametrize("content_type", ["application/xml", "application/xhtml+xml"])
def test_xml_hides_by_names_and_not_by_prefixes(readings: Readings, xml: str, content_type: str) -> None:
    assert not leaks(readings, f"<?xml version='1.0'?>{xml}", content_type)


@pytest.mark.parametrize(
    "markdown",
    [
        "[//]: # (SECRET)",
        '[//]: # "SECRET"',
        "[//]: #\n(SECRET\nSECRET)",
        "[x]: <> (SECRET)",
        "[comment]: # SECRET words",
        "> [//]: # 'SECRET'",
        "[unused]: https://a.example/SECRET",
        "[Seen]: /x 'SECRET'",
        "[](/SECRET)",
        "<a href='/SECRET'></a>",
        "<div hidden>\n\nSECRET\n\n```\nSECRET\n```\n\n</div>",
        "<div hidden><!-- </div> -->SECRET</div>",
        "<div hidden><script></div></script>SECRET</div>",
        "<div>`<p hidden>SECRET</p>`</div>",
        '<div a"b hidden>SECRET</div>',
        "<p style=display:none>SECRET</p>",
        "a <span\nhidden>SECRET</span> b",
        "<x-y hidden>SECRET</x-y>",
        "<script>\n\nSECRET\n</script>",
        "a <script>SECRET",
        "<style>SECRET</style><template>SECRET</template><title>SECRET</title>",
        "a <!-- b\n\nSECRET -->",
        "<?SECRET?>",
        "``` a`b\n<p hidden>SECRET</p>\n```",
        "- a\n\n    <div hidden>SECRET</div>",
        "- ```\n<p hidden>SECRET</p>\n```",
        "<div hidden>\n\n`SECRET`\n\n</div>\n\n<p>&#x82;0&#x83;</p>",
    ],
)
def test_markdown_hides_what_its_readers_do_not_see(readings: Readings, markdown: str) -> None:
    assert not leaks(readings, f"[Seen]\n\n{markdown}", "text/markdown")


def test_text_within_json_is_read_without_what_it_hides(readings: Readings) -> None:
    assert not leaks(readings, f'{{"html": "Seen {HIDING}", "list": ["\\u003cp hidden>SECRET"]}}', "application/json")
    assert not leaks(readings, f'{{"a": "Seen {HIDING}"}}\n{{"a": "{HIDING}"}}', "application/x-ndjson")


@pytest.mark.parametrize("escape", [b"\x1b$B", b"\x1b(I", b"\x1b$@"])
@pytest.mark.parametrize("header", ["text/html; charset=iso-2022-jp", "text/html"])
def test_a_comment_ends_where_its_charset_says(readings: Readings, escape: bytes, header: str) -> None:
    body = b"<meta charset=iso-2022-jp><p>Seen</p><!-- " + escape + b" -->SECRET \x1b(B-->"
    assert not leaks(readings, body, header)
    swallowed = b"<meta charset=iso-2022-jp><p>Seen</p>" + escape + b"<!-- \x1b(BSECRET -->"
    assert not leaks(readings, swallowed, "text/html; charset=utf-8")


def test_a_link_without_anything_to_see_is_none(readings: Readings) -> None:
    for within in ("", " \u200b", "<img>", "<span hidden>x</span>", "<!-- x -->"):
        assert not leaks(readings, f"<p>Seen <a href='/SECRET'>{within}</a></p>", "text/html")


@pytest.mark.parametrize(
    "words",
    ["How do I load a <script> tag lazily?", "<template> tag is nice", "put <style> last. The end", "a < b > c"],
)
def test_words_about_elements_in_json_and_in_titles_of_feeds_are_words(readings: Readings, words: str) -> None:
    assert words in readings.read(json.dumps({"title": words}).encode(), "application/json").text
    escaped = words.replace("<", "&lt;")
    feed = f"<rss><channel><item><title>{escaped}</title><link>https://a.example/</link></item></channel></rss>"
    assert words in readings.read(feed.encode(), "application/rss+xml").text
