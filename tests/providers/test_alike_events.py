"""Events that are alike but for their words: read without being decoded, they say what decoding says."""

import json

from hypothesis import given
from hypothesis import strategies as st

from fusion_mcp.providers.chat.alike import Alike
from fusion_mcp.providers.chat.reply import Reply


def event(words: object, separators: tuple[str, str] = (",", ":"), **more: object) -> str:
    choice = {"index": 0, "delta": {"content": words}, "finish_reason": None}
    return json.dumps({"id": "c1", "choices": [choice], **more}, ensure_ascii=False, separators=separators)


def learnt(*events: str) -> Alike:
    alike = Alike()
    for each in events:
        alike.learn(each, json.loads(each)["choices"][0]["delta"]["content"])
    return alike


def test_what_stands_where_the_words_stood_is_words() -> None:
    assert learnt(event("Two")).words(event(" moons")) == " moons"
    assert learnt(event("Two", (", ", ": "))).words(event(" moons", (", ", ": "))) == " moons"


def test_whatever_is_different_beside_the_words_is_not_taken() -> None:
    alike = learnt(event("Two"))
    for other in (
        event("Two", usage={"prompt_tokens": 5}),
        event(["Two"]),
        event('a "quoted" word'),
        event("a\nline"),
        event("a\\b"),
        event(""),
        event("x")[:-1],
        '{"error": "x"}',
        "[DONE]",
        "",
    ):
        assert alike.words(other) is None


def test_an_event_with_two_places_for_words_is_no_pattern() -> None:
    assert learnt(event("Two", content="Two")).words(event(" moons", content="Two")) is None


def test_events_that_never_repeat_are_soon_not_looked_at() -> None:
    events = [event("Two", number=number) for number in range(10)]
    assert learnt(*events).words(event("Two", number=9)) is None


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
