"""Answers of servers, byte by byte and all at once: what browsers read is read, and what is no answer is none."""

import pytest

from fusion_mcp.tools.download.answer import Answer, BrokenError

OK = b"HTTP/1.1 200 OK\r\n"


def answered(came: bytes, step: int, *, ends: bool = True) -> tuple[int, bytes]:
    """The status and the body of what comes in pieces of so many bytes."""
    answer = Answer()
    for start in range(0, len(came), step):
        answer.take(came[start : start + step])
    if ends and not answer.is_whole:
        answer.take(b"")
    assert answer.is_whole
    return answer.status, b"".join(answer.taken())


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize(
    ("came", "body"),
    [
        (OK + b"Content-Length: 5\r\n\r\nwords", b"words"),
        (OK + b"Content-Length: 5\r\n\r\nwordsand what nobody asked for", b"words"),
        (OK + b"Content-Length: 0\r\n\r\n", b""),
        (OK + b"\r\nwords", b"words"),
        (b"HTTP/1.0 200 OK\r\n\r\nwords", b"words"),
        (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nwords", b"words"),
        (b"HTTP/1.1 200 OK\nContent-Length: 5\n\nwords", b"words"),
        (OK + b"X-Folded: a\r\n  b\r\nContent-Length: 5\r\n\r\nwords", b"words"),
        (OK + b"X-Name: caf\xe9\r\nContent-Length: 5\r\n\r\nwords", b"words"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nwo\r\n3;x=y\r\nrds\r\n0\r\nX-Trailer: x\r\n\r\n", b"words"),
        (OK + b"Transfer-Encoding: Chunked\r\n\r\n5  \r\nwords\r\n0\r\n\r\n", b"words"),
        (OK + b"Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n5\r\nwords\r\n0\r\n\r\n", b"words"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 3 + OK + b"Content-Length: 5\r\n\r\nwords", b"words"),
    ],
)
def test_what_browsers_read_is_read_however_it_comes(came: bytes, body: bytes, step: int) -> None:
    assert answered(came, step) == (200, body)


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize(
    "came",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        b"HTTP/1.1 099 No\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        OK + b"Content-Length: 5\r\n\r\nword",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nwords",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nwords\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nfive\r\nwords\r\n0\r\n\r\n",
        OK + b"X: " + b"x" * 110_000,
    ],
)
def test_what_is_no_whole_answer_is_none(came: bytes, step: int) -> None:
    with pytest.raises(BrokenError):
        answered(came, step)


def test_a_server_that_changes_the_protocol_has_answered() -> None:
    assert answered(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nxyz", 7) == (
        101,
        b"",
    )


def test_the_headers_of_interim_answers_and_trailers_are_not_those_of_the_answer() -> None:
    answer = Answer()
    answer.take(
        b"HTTP/1.1 103 Early Hints\r\nX-A: 1\r\n\r\n" + OK + b"X-B: 2\r\nx-b: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    answer.take(b"0\r\nX-C: 4\r\n\r\n")
    assert answer.headers == [("x-b", "2"), ("x-b", "3"), ("transfer-encoding", "chunked")]
    assert answer.named("x-b") == ["2", "3"]
