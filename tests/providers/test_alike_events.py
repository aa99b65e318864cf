"""Events that are alike but for their words: read without being decoded, they say what decoding says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion_mcp.providers.chat.alike import Alike
from fusion_mcp.providers.chat.reply import MOST_IDLE, Reply


def event(words: object, separators: tuple[str, str] = (",", ":"), **more: object) -> str:
    choice = {"index": 0, "delta": {"content": words}, "finish_reason": None}
    return json.dumps({"id": "c1", "choices": [choice], **more}, ensure_ascii=False, separators=separators)


def learnt(*events: str) -> Alike:
    alike = Alike()
    for each in events:
        alike.learn(each, json.loads(each)["choices"][0]["delta"]["content"])
    return alike


def test_what_stands_where_the_words_stood_is_words() -> None:
    assert learnt(event("Two")).run([event(" moons")]) == [" moons"]
    assert learnt(event("Two", (", ", ": "))).run([event(" moons", (", ", ": "))]) == [" moons"]


def test_words_that_json_writes_in_another_way_are_words() -> None:
    said = ['a "quoted" word', "a\nline", "a\\b", "\\", '","content":"x', "\u2028"]
    assert learnt(event("Two")).run([*map(event, said)]) == said
    assert learnt(event('{"two": [')).run([*map(event, said)]) == said
    assert learnt(event("Two")).run([event("Two").replace("Two", "\\u00e4\\/")]) == ["ä/"]


def test_more_than_a_text_is_not_taken() -> None:
    alike = learnt(event("Two"))
    for written in ('x","role":"user', "x\\", 'x" ', "\\ud83d", "\\x", '"'):
        assert alike.run([event("Two").replace("Two", written)]) == []


def test_whatever_is_different_beside_the_words_is_not_taken() -> None:
    alike = learnt(event("Two"))
    for other in (
        event("Two", usage={"prompt_tokens": 5}),
        event(["Two"]),
        event(""),
        event("x")[:-1],
        '{"error": "x"}',
        "[DONE]",
        "",
    ):
        assert alike.run([other]) == []


def test_an_event_with_two_places_for_words_is_no_pattern() -> None:
    assert learnt(event("Two", content="Two")).run([event(" moons", content="Two")]) == []


def test_events_that_never_repeat_are_soon_not_looked_at() -> None:
    events = [event("Two", number=number) for number in range(10)]
    assert learnt(*events).run([event("Two", number=9)]) == []


PLAIN = st.sampled_from(["Two", " moons", "ä", "中文", "😀", "…"])
ODD = st.sampled_from(["", '"', "\\", "\n", '"}', '","content":"x', "\u2028", "\x00", "[DONE]", "\xa0"])


@given(st.lists(st.one_of(PLAIN, ODD, st.text(max_size=8))), st.sampled_from([(",", ":"), (", ", ": ")]))
def test_a_reply_says_what_its_events_say(said: list[str], separators: tuple[str, str]) -> None:
    reply = Reply()
    heard = [reply.take(event(words, separators)) for words in said]
    assert heard == said
    assert reply.text == "".join(said).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def test_words_after_the_end_are_read_as_before() -> None:
    reply = Reply()
    reply.take(event("Two"))
    reply.take(json.dumps({"id": "c1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
    assert reply.take(event(" moons")) == " moons"
    reply.take("[DONE]")
    assert reply.take(event(" and more")) == ""


def chunk(delta: dict[str, object], finish: str | None = None, **more: object) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return json.dumps({"id": "c1", "choices": [choice], **more}, ensure_ascii=False)


EVENTS = st.one_of(
    st.one_of(PLAIN, ODD).map(lambda words: chunk({"content": words})),
    st.sampled_from(
        [
            chunk({"reasoning_content": "hm"}),
            chunk({}, "stop"),
            chunk({"content": "x"}, usage={"completion_tokens": 3}),
            chunk({"content": "Two"}, error="overloaded"),
            "[DONE]",
            "",
        ]
    ),
)


@given(st.lists(EVENTS))
def test_what_comes_at_once_says_what_it_says_one_by_one(events: list[str]) -> None:
    at_once, one_by_one = Reply(), Reply()
    said = at_once.take_all(events)
    assert said == "".join(one_by_one.take_all([event]) for event in events if not one_by_one.error)
    assert at_once.completion() == one_by_one.completion()
    assert (at_once.usage, at_once.error, at_once.idle) == (one_by_one.usage, one_by_one.error, one_by_one.idle)
    assert (at_once.spoken, at_once.ended, at_once.closed) == (one_by_one.spoken, one_by_one.ended, one_by_one.closed)


def test_events_without_an_end_and_without_words_are_no_reply() -> None:
    reply = Reply()
    with pytest.raises(ValueError, match="nothing"):
        reply.take_all([chunk({})] * (MOST_IDLE + 1))
