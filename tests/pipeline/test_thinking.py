"""Reasoning that leaks into a reply is taken out; what merely speaks of it stays."""

import pytest

from fusion_mcp.pipeline.calling.thinking import without_thinking


@pytest.mark.parametrize(
    "text",
    [
        "<think>Hmm.</think>42",
        "<THINK>\nHmm.\n</THINK>\n\n42",
        "Hmm, let me see.\n</think>\n42",
        "</think>\n\n42",
        "<think>İİİ</think>42",
    ],
)
def test_reasoning_at_the_head_of_a_reply_is_taken_out(text: str) -> None:
    assert without_thinking(text) == "42"


@pytest.mark.parametrize("text", ["<think>\nHmm, and on and on", "<think>"])
def test_reasoning_that_never_ends_leaves_nothing(text: str) -> None:
    assert without_thinking(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Here is how tags work:\n```\n<think>\nfoo\n</think>\n```\nDone",
        "<reasoning> is a tag that some models emit. The answer is 42.",
        "The `</think>` token ends it.",
        "An example:\n\n<think>\nfoo\n</think>\n\nThat was it.",
    ],
)
def test_an_answer_that_speaks_of_such_tags_stays_whole(text: str) -> None:
    assert without_thinking(text) == text
