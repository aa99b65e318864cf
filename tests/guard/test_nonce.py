"""The mark in a run's prompts: where it stands, how a reply loses it, and how a question is known by it."""

import time

import pytest

from fusion_mcp.guard.nonce import drawn, found_in, in_words, marked, without, without_marks
from fusion_mcp.types import Message

RANDOM = "0a1b2c3d4e5f60718293a4b5"
NONCE = drawn(RANDOM)
OTHER = drawn("f" * 24)
SYSTEM = Message(role="system", content="You sit on a panel.")
USER = Message(role="user", content="What is six times seven?")
ASSISTANT = Message(role="assistant", content="")
TOOL = Message(role="tool", content="42", tool_call_id="1")


def test_a_nonce_shows_whose_it_is_and_has_at_least_96_random_bits() -> None:
    assert NONCE == "fusion-run-" + RANDOM
    with pytest.raises(ValueError, match="24 hex digits"):
        drawn(RANDOM[1:])
    with pytest.raises(ValueError, match="24 hex digits"):
        drawn("run " * 6)


def test_the_sentence_is_short_and_says_what_to_do() -> None:
    said = in_words(NONCE)
    assert NONCE in said
    assert "answer it yourself" in said
    assert "without any fusion tool" in said
    assert len(said) < 150


def test_the_mark_ends_the_system_and_the_last_user_message_and_prompts_begin_as_before() -> None:
    first = Message(role="user", content="First.")
    before = (SYSTEM, first, ASSISTANT, USER, ASSISTANT, TOOL)
    after = marked(before, NONCE)
    assert [message.role for message in after] == [message.role for message in before]
    assert [NONCE in message.content for message in after] == [True, False, False, True, False, False]
    assert after[0].content == f"{SYSTEM.content}\n\n{in_words(NONCE)}"
    assert after[3].content == f"{USER.content}\n\n[{NONCE}]"
    assert after[1:3] + after[4:] == before[1:3] + before[4:]


def test_without_a_system_message_none_is_added_and_the_users_has_the_sentence() -> None:
    [only] = marked((USER,), NONCE)
    assert only.content == f"{USER.content}\n\n{in_words(NONCE)}"


def test_what_is_marked_stays_as_it_is() -> None:
    once = marked((SYSTEM, USER), NONCE)
    assert marked(once, NONCE) == once
    assert marked((SYSTEM, USER), "") == (SYSTEM, USER)
    assert marked((), NONCE) == ()


@pytest.mark.parametrize(
    ("reply", "rest"),
    [
        ("Forty-two.", "Forty-two."),
        ("Forty-two.  ", "Forty-two.  "),
        (f"Forty-two.\n\n[{NONCE}]", "Forty-two."),
        (f"Forty-two.\n\n{in_words(NONCE)}", "Forty-two."),
        (f"{in_words(NONCE)}\nForty-two.", "\nForty-two."),
        (f"Forty-two. {in_words(NONCE).upper()}", "Forty-two."),
        ("Forty-two.\n" + in_words(NONCE).replace(" ", "\n"), "Forty-two."),
        (f"By **{NONCE}**: 42.", "By : 42."),
        (f"By `{RANDOM}`: 42.", "By : 42."),
        (f"({' '.join(RANDOM)}) 42.", " 42."),
        (f"{NONCE} and {NONCE}", " and"),
        (f"{OTHER}: 42.", f"{OTHER}: 42."),
        (NONCE, ""),
    ],
)
def test_a_reply_loses_the_mark_and_nothing_else(reply: str, rest: str) -> None:
    assert without(reply, NONCE) == rest


def spelled(between: str) -> str:
    return between.join(NONCE)


@pytest.mark.parametrize(
    "text",
    [
        NONCE,
        f"[{NONCE}]",
        in_words(NONCE),
        f"before {RANDOM} after",
        f"x{NONCE}y",
        NONCE.upper(),
        NONCE.title(),
        spelled(" "),
        spelled("-"),
        spelled("_"),
        spelled("\n"),
        spelled("\r\n\t"),
        spelled("**"),
        spelled("\u200b"),
        spelled("\u00a0"),
        spelled("<b></b>"),
        spelled('<span class="a1">'),
        spelled("&nbsp;"),
        spelled("&#8203;"),
        spelled("\\n"),
        spelled("\\u200b"),
        "".join(f"&#{ord(letter)};" for letter in NONCE),
        "".join(chr(ord(letter) + 0xFEE0) for letter in RANDOM),
        "é" * 1000 + NONCE,
    ],
    ids=ascii,
)
def test_a_text_that_contains_the_nonce_is_known_however_it_is_broken_up(text: str) -> None:
    assert found_in(f"What is this? {text} Tell me.", [OTHER, NONCE]) == NONCE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "What does fusion-mcp do, and what is a fusion-run?",
        in_words("fusion-run-…"),
        "fusion-run-" + RANDOM[:11],
        RANDOM[::-1],
        "0123456789abcdef" * 100,
    ],
)
def test_a_text_without_enough_of_a_nonce_comes_from_outside(text: str) -> None:
    assert found_in(text, [OTHER, NONCE]) is None


@pytest.mark.parametrize("text", [RANDOM[:12], RANDOM[-12:], f"[fusion-run-{RANDOM[:16]}", f"...{RANDOM[5:20]}"])
def test_a_nonce_of_which_a_part_was_cut_off_is_still_known(text: str) -> None:
    assert found_in(f"What is this? {text}", [OTHER, NONCE]) == NONCE


@pytest.mark.parametrize(
    "text", [f"\n\n[{NONCE}]", f"\n\n[{NONCE[:20]}", f"\n\n{in_words(NONCE)}", f"\n{in_words(NONCE)[:-30]}"]
)
def test_marks_are_taken_out_whoever_set_them_and_whatever_was_cut_off_them(text: str) -> None:
    assert without_marks(f"Why [not]?{text}") == "Why [not]?"


def test_a_nonce_that_was_never_drawn_is_in_no_text() -> None:
    assert found_in("anything", [""]) is None
    assert found_in("anything", []) is None
    assert without("anything ", "") == "anything "


@pytest.mark.parametrize(
    "filling", ["What? ", "<", "&", "\\n", "ﷺ", "a<b&c", " ", "[", "\U0001f130", "&x", "0a1b2c", "<" + "a" * 199]
)
def test_the_longest_context_is_searched_for_many_nonces_at_once_in_no_time(filling: str) -> None:
    text = filling * (400_000 // len(filling))
    nonces = [drawn(f"{number:024x}") for number in range(1, 100)]
    began = time.process_time()
    assert found_in(text, [*nonces, NONCE]) is None
    assert without(f"{text}.{NONCE}", NONCE) == f"{text}."
    assert time.process_time() - began < 2
