"""What a child is given, and what its end means."""

import pytest

from fusion_mcp.providers.local.launch import Answer, Launch, environ_of, threads_for, why_it_ended


def test_a_child_keeps_its_environment_and_its_idle_threads_sleep() -> None:
    assert environ_of({"PATH": "/bin"}) == {"PATH": "/bin", "OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 2), (4, 3), (64, 8)])
def test_one_core_is_left_free_where_there_are_more_than_two(cores: int, threads: int) -> None:
    assert threads_for(cores) == threads


@pytest.mark.parametrize(
    ("returncode", "complaints", "error", "words"),
    [
        (-9, ["0.00.003 E load: something"], None, "the system ended it, as it does when memory runs out"),
        (-4, [], None, "this processor lacks instructions that the prebuilt runtime needs"),
        (-11, [], None, "it was ended by SIGSEGV"),
        (1, ["0.00.003.251 E load: bad\x1b[31m magic", "0.1 E last"], "Failed", "llama.cpp says: load: bad[31m magic"),
        (1, [], "No module named 'xllamacpp'", "No module named 'xllamacpp'"),
        (3, [], None, "it ended with status 3"),
    ],
)
def test_the_end_of_a_child_is_said_in_words(
    returncode: int, complaints: list[str], error: str | None, words: str
) -> None:
    assert why_it_ended(returncode, complaints, Answer(error=error) if error else None) == words


def test_the_key_that_a_child_is_told_does_not_show() -> None:
    launch = Launch(path="/m.gguf", alias="m", slots=1, context_tokens=512, threads=1, api_key="a secret")
    assert b"a secret" in launch.line()
    assert "a secret" not in repr(launch)


def test_a_line_that_is_no_answer_is_none() -> None:
    assert Answer.read(b'{"url": "http://127.0.0.1:1"}') == Answer(url="http://127.0.0.1:1")
    assert Answer.read(b"warning: something") is None
