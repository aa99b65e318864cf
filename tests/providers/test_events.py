"""Server-sent events, decoded from bytes however they were cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion_mcp.providers.chat.events import Events, EventTooLong

STREAM = (
    "\ufeffdata: one\n\n"
    "data: plain\n\ndata: as most are\n\n"
    ": a comment\r\n"
    "event: named\r\ndata: two\r\ndata:three\r\ndata\r\n\r\n"
    "id: 4\rretry: 5\r\r"
    "data:  Ärger \u2028 \u0085\r\r"
    "data: [DONE]\n\n"
    "data: never ended"
).encode()
SAID = ["one", "plain", "as most are", "two\nthree\n", " Ärger \u2028 \u0085", "[DONE]"]


def decoded(*pieces: bytes, longest: int = 1000) -> list[str]:
    events = Events(longest)
    return [event for piece in pieces for event in events.take(piece)]


def test_events_are_their_data_and_one_that_has_no_end_is_none() -> None:
    assert decoded(STREAM) == SAID


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_it_does_not_matter_where_a_stream_was_cut(cuts: list[int]) -> None:
    ends = sorted({0, len(STREAM), *cuts})
    assert decoded(*(STREAM[start:end] for start, end in pairwise(ends))) == SAID


@given(
    st.lists(
        st.sampled_from(
            [b"data: ", b"data", b":", b" ", b"x", b"\n", b"\r", b"\xef\xbb\xbf", b"event: y", b"\n\n", b"\xe2\x82"]
        )
    )
)
def test_whatever_comes_is_the_same_at_once_and_byte_by_byte(parts: list[bytes]) -> None:
    stream = b"".join(parts)
    assert decoded(stream) == decoded(*(bytes([byte]) for byte in stream))


@pytest.mark.parametrize(
    "pieces",
    [[b"data: " + b"x" * 2000], [b"data: x\n"] * 200, [b": " + b"x" * 600] * 2],
    ids=["line", "lines", "comment"],
)
def test_an_event_of_more_than_anybody_reads_is_refused(pieces: list[bytes]) -> None:
    with pytest.raises(EventTooLong):
        decoded(*pieces)


def test_many_events_are_no_long_one() -> None:
    assert len(decoded(b"data: x\n\n" * 1000)) == 1000
