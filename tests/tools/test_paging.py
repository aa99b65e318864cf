"""A long text in pieces."""

import pytest

from fusion_mcp.tools.reading.paging import cut

PARAGRAPH = "One sentence here. Another one there, with words in it. "


def pieces(text: str, size: int) -> list[str]:
    found: list[str] = []
    offset: int | None = 0
    while offset is not None:
        piece, onward = cut(text, offset, size)
        assert onward is None or onward == offset + len(piece)
        found.append(piece)
        offset = onward
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 333, 12_000])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "\n\n\n\n",
        "x" * 1_000,
        "word " * 300,
        "\n".join(f"row {number}" for number in range(200)),
        "\n\n".join([PARAGRAPH * 3] * 10),
        "日本語の文。" * 200,
        "\U0001f600\n\n \t" * 100,
    ],
)
def test_the_pieces_joined_are_the_text_and_none_is_too_long(text: str, size: int) -> None:
    found = pieces(text, size)
    assert "".join(found) == text
    assert all(0 < len(piece) <= size for piece in found) or text == ""


def test_a_piece_ends_behind_a_paragraph_where_there_is_one() -> None:
    text = "\n\n".join([PARAGRAPH * 2] * 10)
    assert all(piece.endswith("\n\n") for piece in pieces(text, 300)[:-1])


def test_a_paragraph_in_the_first_half_is_too_early_to_stop() -> None:
    assert cut("Title\n\n" + "word " * 100, 0, 100)[1] == 97


def test_a_long_paragraph_is_cut_behind_a_sentence() -> None:
    assert all(piece.endswith(". ") for piece in pieces(PARAGRAPH * 50, 200)[:-1])
    assert all(piece.endswith("。") for piece in pieces("これは文です。" * 50, 60)[:-1])


def test_a_table_is_cut_behind_a_row() -> None:
    rows = "\n".join(f"| a{number} | some words. And more | " for number in range(50))
    assert all(piece.endswith("\n") for piece in pieces(rows, 200)[:-1])


def test_a_long_sentence_is_cut_behind_a_word() -> None:
    assert all(piece.endswith(" ") for piece in pieces("word " * 100, 33)[:-1])


def test_the_last_piece_says_that_there_is_no_more() -> None:
    assert cut("All of it.", 0) == ("All of it.", None)
    assert cut("All of it.", 4) == ("of it.", None)


@pytest.mark.parametrize("offset", [-1, -(10**9), 10, 11, 10**9])
def test_an_offset_outside_of_the_text_gives_nothing(offset: int) -> None:
    assert cut("ten signs.", offset) == ("", None)


def test_a_size_of_nothing_still_goes_on() -> None:
    assert cut("abc", 0, 0) == ("a", 1)
    assert cut("abc", 1, -5) == ("b", 2)
