"""Feeds and other XML are read for what they say, whichever of their names it stands under."""

import pytest

from tools.readings import Readings


def test_a_feed_is_read_entry_by_entry(readings: Readings) -> None:
    feed = (
        "<?xml version='1.0' encoding='windows-1252'?><rss><channel><title>The Post</title><item><title>Low &amp; dry"
        "</title><link>/n/1</link><pubDate>Tue, 11 Aug 2026</pubDate><description>&lt;p&gt;Für &lt;b&gt;alle&lt;/b&gt;"
        "&lt;p hidden&gt;SECRET&lt;/p&gt;</description></item><item><title>Next</title><description><![CDATA[<i>Two</i>"
        "<script>SECRET</script>]]></description></item></channel></rss>"
    ).encode("cp1252")
    read = readings.read(feed, "application/rss+xml")
    assert read.title == "The Post"
    assert read.text == ("## [Low & dry](https://site.example/n/1)\n\nTue, 11 Aug 2026\n\nFür alle\n\n## Next\n\nTwo")
    assert [(link.url, link.text) for link in read.links] == [("https://site.example/n/1", "Low & dry")]


def test_no_entry_of_a_feed_takes_the_place_of_all_others_even_if_it_is_one_paragraph(readings: Readings) -> None:
    long = "<item><description><![CDATA[word" + "<br>word" * 10_000 + "]]></description></item>"
    text = readings.read(
        f"<rss><channel>{long}<item><title>Next</title></item></channel></rss>".encode(), "text/xml"
    ).text
    assert text.endswith("\n\n## Next")
    assert len(text) < 21_000


def test_an_atom_feed_is_read_likewise(readings: Readings) -> None:
    feed = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Blog</title><entry><title>One</title>"
        "<link rel='self' href='/s'/><link href='https://blog.example/1'/><updated>2026-08-11</updated>"
        "<summary type='html'>Said.</summary></entry></feed>"
    )
    read = readings.read(feed.encode(), "application/atom+xml")
    assert read.text == "## [One](https://blog.example/1)\n\n2026-08-11\n\nSaid."


def test_other_xml_gives_its_text(readings: Readings) -> None:
    xml = (
        "<?xml version='1.0'?><!-- SECRET --><a><b x='SECRET'>One</b> and <c>two</c><script>SECRET</script>"
        "<d hidden=''>SECRET</d></a>"
    )
    assert readings.read(xml.encode(), "text/xml").text == "One\n\nand\n\ntwo"


@pytest.mark.parametrize(
    "xml",
    [
        "<a><b></a>",
        "<!DOCTYPE a [<!ENTITY x 'xxxxxxxx'><!ENTITY y '&x;&x;&x;'>]><a>&y;</a>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        "<a/>",
    ],
)
def test_xml_that_is_broken_empty_or_defines_its_own_words_is_unreadable(readings: Readings, xml: str) -> None:
    assert readings.outcome(xml.encode(), "application/xml") == "unreadable"


def test_every_field_of_other_xml_is_read(readings: Readings) -> None:
    xml = "<movies><movie><title>Alien</title><source>A</source></movie><movie><title>Heat</title></movie></movies>"
    text = readings.read(xml.encode(), "application/xml").text
    assert ["Alien" in text, "Heat" in text, "A" in text.split()] == [True, True, True]
