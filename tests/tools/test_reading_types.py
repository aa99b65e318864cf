"""What a document is, in which letters it is written, and what it says if it is no page of HTML."""

import json
import random

import pytest

from fusion_mcp.tools.reading.readable import ReadingLimits
from fusion_mcp.tools.reading.reader import Reader
from tools.readings import URL, WITHIN_S, Readings, linked, locked, pdf

UMLAUTS = "Grüße aus Zürich – für 5 €"
CYRILLIC = "Вода в реке низкая"
JAPANESE = "川の水位が低い"
CHINESE = "河水水位很低，今天"


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html",
        "TEXT/HTML; charset=utf-8",
        "text/plain",
        "",
        "application/octet-stream",
        "application/json",
        "image/png",
        "application/xhtml+xml",
        "text/xml",
        "nonsense",
    ],
)
def test_a_page_is_a_page_whatever_its_header_says(readings: Readings, content_type: str) -> None:
    body = b" \n<!-- x --><!DOCTYPE html><title>T</title><p>Seen<p hidden>Unseen"
    read = readings.read(body, content_type)
    assert (read.title, read.text) == ("T", "Seen")


@pytest.mark.parametrize("content_type", ["text/html", "text/plain", "application/octet-stream", "", "image/png"])
def test_a_pdf_is_a_pdf_whatever_its_header_says(readings: Readings, content_type: str) -> None:
    assert readings.read(pdf("Low water."), content_type).text == "Low water."


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "text/html"),
        (b"GIF89a\x01\0\x01\0", "text/plain"),
        (b"PK\x03\x04\x14\0\0\0\x08\0", "application/zip"),
        (b"PK\x03\x04\x14\0\0\0\x08\0", "application/octet-stream"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "text/plain"),
        (b"\x7fELF\x02\x01\x01\0", ""),
        (b"text with a \0 in it", "text/plain"),
        (bytes(range(256)) * 20, "text/html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><text>x</text></svg>", "image/svg+xml"),
        (b"<?xml version='1.0'?><svg><text>x</text></svg>", "text/xml"),
        (b"words", "audio/mpeg"),
        (b"words", "application/msword"),
        (b"p { color: red }", "text/css"),
        (b"alert(1)", "text/javascript"),
        (b"alert(1)", "application/javascript"),
        (b"{\\rtf1 words}", "text/rtf"),
    ],
)
def test_what_is_no_document_is_refused_by_its_type(readings: Readings, body: bytes, content_type: str) -> None:
    assert readings.outcome(body, content_type) == "unsupported_type"


@pytest.mark.parametrize(
    ("text", "charset", "content_type", "meta"),
    [
        (UMLAUTS, "utf-8", "text/html", ""),
        (UMLAUTS, "utf-8", "text/html; charset=iso-8859-1", ""),
        (UMLAUTS, "utf-8-sig", "text/html; charset=windows-1251", ""),
        (UMLAUTS, "cp1252", "text/html", ""),
        (UMLAUTS, "cp1252", "text/html; charset=ISO-8859-1", ""),
        (UMLAUTS, "cp1252", "text/html; charset=utf-8", ""),
        (UMLAUTS, "cp1252", "text/html; charset=utf-8", "<meta charset=utf-8>"),
        (UMLAUTS, "cp1252", "text/html; charset=no-such-thing", ""),
        (UMLAUTS, "utf-16", "text/html", ""),
        (UMLAUTS, "utf-16-le", "text/html; charset=utf-16", ""),
        (UMLAUTS, "utf-16-be", "text/html; charset='utf-16be'", ""),
        (UMLAUTS, "utf-8", "text/html; charset=utf-16", "<meta charset=utf-16>"),
        (CYRILLIC, "cp1251", "text/html; charset=windows-1251", ""),
        (CYRILLIC, "koi8-r", "text/html", "<meta charset='koi8-r'>"),
        (CYRILLIC, "cp1251", "text/html", "<meta http-equiv=content-type content='text/html; charset=Windows-1251'>"),
        (CYRILLIC, "cp1251", "text/html; charset=utf-8", "<meta charset=windows-1251>"),
        (JAPANESE, "cp932", "text/html; charset=Shift_JIS", ""),
        (JAPANESE, "euc_jp", "text/html", "<meta charset=euc-jp>"),
        (JAPANESE, "iso2022_jp", "text/html; charset=iso-2022-jp", ""),
        (CHINESE, "gb18030", "text/html; charset=gb2312", ""),
        (CHINESE, "big5", "text/html", "<meta charset=big5>"),
        (CHINESE, "utf-8", "text/html; charset=gbk", ""),
    ],
)
def test_letters_are_read_as_they_were_written(
    readings: Readings, text: str, charset: str, content_type: str, meta: str
) -> None:
    assert readings.read(f"<!doctype html>{meta}<p>{text}</p>".encode(charset), content_type).text == text


def test_a_few_broken_bytes_do_not_change_how_the_others_are_read(readings: Readings) -> None:
    body = (UMLAUTS * 30).encode() + b"\xff" + UMLAUTS.encode()[:-1]
    text = readings.read(body, "text/plain; charset=utf-8").text
    assert text.count("Grüße") == 31


@pytest.mark.parametrize("charset", ["utf-7", "rot13", "base64", "unicode_escape", "idna", "../../etc"])
def test_what_is_no_charset_of_pages_is_none_here(readings: Readings, charset: str) -> None:
    body = f"<meta charset={charset}><p>+ADw-script+AD4- \\x41 ~{{".encode()
    assert readings.read(body, f"text/html; charset={charset}").text == "+ADw-script+AD4- \\x41 ~{"


@pytest.mark.parametrize("charset", ["hz-gb-2312", "ISO-2022-KR", "iso-2022-cn", "replacement"])
def test_a_charset_that_browsers_do_not_read_is_not_read(readings: Readings, charset: str) -> None:
    assert readings.outcome(b"<p>Words", f"text/html; charset={charset}") == "unreadable"


def test_any_bytes_are_read_or_refused_as_any_type(readings: Readings) -> None:
    chance = random.Random(3)
    heads = [b"", b"<", b"<!doctype html>", b"%PDF-1.4\n", b"<?xml version='1.0'?><a>", b"{", b"\xff\xfe", b"# x\n"]
    for number in range(150):
        body = heads[number % len(heads)] + chance.randbytes(chance.choice([0, 1, 9, 300]))
        if number % 2:
            body = body.replace(b"\0", b"x")
        for content_type in (
            "text/html; charset=" + chance.choice(["utf-8", "utf-16", "big5", "\udc80"]),
            "",
            "text/xml",
        ):
            assert readings.outcome(body, content_type) in ("read", "unreadable", "unsupported_type")


def test_a_pdf_is_read_page_by_page(readings: Readings) -> None:
    read = readings.read(pdf("First page.", "Second page.", title="Levels"), "application/pdf")
    assert (read.title, read.text, read.date) == ("Levels", "First page.\n\nSecond page.", None)


def test_a_pdfs_links_are_taken_up_as_a_pages_are(readings: Readings) -> None:
    body = linked(pdf("See the tables."), "https://data.example/tables", "mailto:jo@data.example", "notes.pdf")
    links = readings.read(body, "application/pdf").links
    assert [link.url for link in links] == ["https://data.example/tables", "https://site.example/dir/notes.pdf"]


async def test_a_long_pdf_is_read_as_far_as_it_is_reasonable() -> None:
    async with Reader(environ={}, limits=ReadingLimits(pdf_pages=2)) as reader:
        read = await reader.read(pdf("One.", "Two.", "Three."), "application/pdf", URL, within=WITHIN_S)
    assert read.text == "One.\n\nTwo.\n\n[The document is longer. Only this much of it was read.]"


def test_a_pdf_that_asks_for_no_password_is_read_though_it_is_encrypted(readings: Readings) -> None:
    assert readings.read(locked(pdf("Low water."), ""), "application/pdf").text == "Low water."


@pytest.mark.parametrize(
    "body",
    [
        locked(pdf("Low water."), "secret"),
        pdf(""),
        pdf(),
        b"%PDF-1.4\n",
        b"%PDF-1.7\n" + b"garbage " * 500,
        pdf("Low water.")[:200],
        b"",
        b"no PDF at all",
    ],
    ids=["locked", "pictures only", "no pages", "empty", "garbage", "cut off", "nothing", "text"],
)
def test_a_pdf_without_text_for_us_is_unreadable(readings: Readings, body: bytes) -> None:
    assert readings.outcome(body, "application/pdf") == "unreadable"


def test_plain_text_stays_as_it_is(readings: Readings) -> None:
    text = "Name,Level\nTorva,1.31\n\n  <b>indented</b>\tcell   \nSee https://data.example/x(y)."
    read = readings.read(text.encode(), "text/csv")
    assert read.text == text.replace("cell   ", "cell")
    assert "https://data.example/x(y)" in [link.url for link in read.links]


def test_markdown_is_read_without_what_it_hides_and_with_its_links(readings: Readings) -> None:
    text = "# Title\n<!-- SECRET -->\nSee [docs](a.md).\n```\n<!-- kept -->\n```\n<!-- SECRET\n"
    for content_type, url in (("text/markdown", URL), ("text/plain", "https://site.example/dir/README.md")):
        read = readings.read(text.encode(), content_type, url)
        assert (read.title, "SECRET" in read.text, "kept" in read.text) == ("Title", False, True)
        assert [link.url for link in read.links] == ["https://site.example/dir/a.md"]


def test_json_is_shown_line_by_line_with_its_letters(readings: Readings) -> None:
    value = {"river": UMLAUTS, "levels": [1.31, 10**20, None], "url": "https://data.example/x"}
    read = readings.read(json.dumps(value).encode(), "application/json; charset=utf-8")
    assert json.loads(read.text) == value
    assert f'"river": "{UMLAUTS}",\n' in read.text
    assert [link.url for link in read.links] == ["https://data.example/x"]


@pytest.mark.parametrize("text", ['{"a": 1}\n{"a": 2}', '{"a": [1, 2', "[" * 50_000 + "1", "[" + "9" * 5_000 + "]x1"])
def test_what_is_no_json_is_shown_as_it_is(readings: Readings, text: str) -> None:
    assert readings.read(text.encode(), "application/json").text == text


def test_json_without_a_letter_or_a_number_is_unreadable(readings: Readings) -> None:
    assert readings.outcome(b"[" * 50_000, "application/json") == "unreadable"


def test_an_empty_text_is_unreadable(readings: Readings) -> None:
    for content_type in ("text/plain", "text/markdown", "application/json", ""):
        assert readings.outcome(b" \n\t ", content_type) == "unreadable"


def test_xhtml_is_read_as_a_page_whatever_its_prefix(readings: Readings) -> None:
    page = "<x:html xmlns:x='http://www.w3.org/1999/xhtml'><x:p>One&nbsp;<x:b>two</x:b><x:br/>three</x:p></x:html>"
    assert readings.read(page.encode(), "application/xml").text == "One two\nthree"


@pytest.mark.parametrize("content_type", ["text/plain", "application/json"])
def test_a_piece_of_a_page_is_read_as_one_whatever_it_is_declared(readings: Readings, content_type: str) -> None:
    body = b"<!-- SECRET --><p>Seen</p><p hidden>SECRET</p>\n"
    assert readings.read(body, content_type).text == "Seen"


@pytest.mark.parametrize(
    "text",
    [
        "Write <!-- a comment --> and <p hidden>so</p>.",
        "<template>\n <p>{{ x }}</p>\n</template>\n<script>\nlet x\n</script>",
        "<p>This is how a paragraph begins, and <script>this</script> a script.",
        "#include <map>\nstd::map<int, std::vector<int>>",
    ],
)
def test_code_in_plain_text_stays_as_it_is(readings: Readings, text: str) -> None:
    assert readings.read(text.encode(), "text/plain").text == text


def test_markdown_keeps_its_code_and_what_only_looks_like_html(readings: Readings) -> None:
    text = (
        "# Use\n\nA `<script>` in ``a ` <p hidden>b</p>`` of Generic<T>, 1 < 2 &amp; <https://a.example/>.\n\n"
        "```html\n<p hidden>\n<!-- x -->\n```\n\n    <div hidden>x</div>\n\n- item\n\n  ~~~\n  <style>\n  ~~~\n\n"
        "See [a].\n\n[a]: https://b.example/\n[Ann]: hello there"
    )
    assert readings.read(text.encode(), "text/markdown").text == text


def test_json_that_hides_nothing_keeps_its_markup(readings: Readings) -> None:
    value = {"a": "<b>x</b> < y", "b": "a\n\n<!-- SECRET -->\n`<!-- kept -->`"}
    shown = json.loads(readings.read(json.dumps(value).encode(), "application/json").text)
    assert shown == {"a": "<b>x</b> < y", "b": "a\n\n\n`<!-- kept -->`"}
