"""What `clean` takes out of a text, what it leaves, and how long it takes."""

import sys
import time

import pytest

from fusion_mcp.cleaning import clean, one_line


@pytest.mark.parametrize(
    ("dirty", "kept"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hgone", "gone"),
        ("\x9b31mred", "red"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9d52;c;ZXZpbA==\x9ctext", "text"),
        ("\x1bP1;2|abc\x1b\\text", "text"),
        ("\x1b_private\x1b\\text", "text"),
        ("\x1b(Btext\x1b=\x1bM", "text"),
    ],
)
def test_an_escape_sequence_goes_with_everything_that_belongs_to_it(dirty: str, kept: str) -> None:
    assert clean(dirty) == kept


def test_an_escape_string_that_never_ends_does_not_take_the_rest_of_the_text_with_it() -> None:
    assert clean("before \x1b]0;open\nafter") == "before 0;open\nafter"
    assert clean("before \x1b[3") == "before "


def test_controls_go_but_newline_and_tab_stay() -> None:
    controls = "".join(chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0)) if code not in (0x1B, 0x9B))
    cleaned = clean(f"a{controls}b")
    assert set(cleaned) <= {"a", "b", "\t", "\n"}
    assert clean("one\ttwo\nthree") == "one\ttwo\nthree"


def test_every_line_end_becomes_a_newline() -> None:
    assert clean("one\r\ntwo\rthree\r\r\nfour") == "one\ntwo\nthree\nfour"


def test_what_is_clean_at_a_glance_is_so_when_looked_at_closely() -> None:
    looked_at = "\x00"  # which makes `clean` look at every sign
    for sign in map(chr, range(sys.maxunicode + 1)):
        if sign.isprintable():
            assert clean(f"a{sign}b") == clean(f"a{sign}b{looked_at}")


@pytest.mark.parametrize(
    "code",
    [
        *(0x200B, 0x2060, 0xFEFF),
        *(0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)),
        *(0xE0000, 0xE0041, 0xE007F),
        *(0xD800, 0xDFFF),
    ],
)
def test_what_cannot_be_seen_but_steers_goes(code: int) -> None:
    assert clean(f"a{chr(code)}b") == "ab"


@pytest.mark.parametrize(
    "text",
    [
        "نمی\u200cخواهم",  # Persian needs the non-joiner
        "👩\u200d🔬",  # a scientist, joined
        "क्\u200dष",
        "e\u0301",
        "❤\ufe0f",
        "中文 and 日本語",
        "soft\u00adhyphen and no-break\u00a0space",
    ],
)
def test_joiners_and_marks_that_a_script_needs_stay(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("hidden", "kept"),
    [
        ("a\u200cb\u200d\u200cc", "abc"),
        ("1\u200d 2", "1 2"),
        ("\u200d\u200cstart", "start"),
        ("日\u200d本", "日本"),
        ("خ\u200c\u200d\u200c\u200dو", "خ\u200cو"),
    ],
)
def test_joiners_that_join_nothing_go(hidden: str, kept: str) -> None:
    assert clean(hidden) == kept


def test_cleaning_twice_changes_nothing_more() -> None:
    dirty = "a\x1b\x1b[31m]0;\u200bx\x07\r\r\n\x9b\u202e[\ud800m b\x1b c\u061c\u200d\u1160\u200cd"
    assert clean(clean(dirty)) == clean(dirty)


@pytest.mark.parametrize(
    "piece", ["\x1b]", "\x1b[1;", "\x1b[", "\x1b]8;;é", "\x9d", "\r", "plain é text\n", "\x1bP" + "a" * 100, "\x1b    "]
)
def test_a_long_text_takes_time_in_proportion_to_its_length(piece: str) -> None:
    text = piece * (2_000_000 // len(piece))
    started = time.process_time()
    clean(text)
    assert time.process_time() - started < 2


def test_one_line_folds_white_space_and_cuts_with_an_ellipsis() -> None:
    assert one_line(" a\n\n b\t\x1b[1mc ", 20) == "a b c"
    assert one_line("abcdefghij", 10) == "abcdefghij"
    assert one_line("abcdefghijk", 10) == "abcdefghi…"
    assert len(one_line("word " * 1_000_000, 80)) <= 80
