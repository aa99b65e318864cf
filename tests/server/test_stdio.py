"""Serving on stdio: nothing but protocol on stdout, and a quick end however the client goes."""

import array
import fcntl
import json
import os
import signal
import subprocess
import termios
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from mcp.types import INVALID_REQUEST, PROTOCOL_VERSION_META_KEY

from scripted import CANARY, Home, ScriptedProvider
from server.running import END_S, INITIALIZE, INITIALIZED, all_answer, all_stall, ask, rpc, spawn

QUICK = 2.5


@contextmanager
def served(environ: dict[str, str]) -> Generator["subprocess.Popen[str]"]:
    process = spawn(environ)
    watchdog = threading.Timer(30, process.kill)
    watchdog.start()
    try:
        yield process
    finally:
        watchdog.cancel()
        process.kill()
        process.wait(END_S)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()


def say(process: "subprocess.Popen[str]", *lines: str) -> None:
    assert process.stdin
    process.stdin.write("".join(lines))
    process.stdin.flush()


def heard(process: "subprocess.Popen[str]") -> dict[str, object]:
    assert process.stdout
    return json.loads(process.stdout.readline())


def hang_up(process: "subprocess.Popen[str]") -> None:
    assert process.stdin
    process.stdin.close()


def seconds_to_end(process: "subprocess.Popen[str]") -> float:
    start = time.monotonic()
    process.wait(END_S)
    return time.monotonic() - start


def rest_of(process: "subprocess.Popen[str]") -> tuple[list[dict[str, object]], str]:
    assert process.stdout
    assert process.stderr
    return [json.loads(line) for line in process.stdout], process.stderr.read()


def test_who_opened_by_the_handshake_is_refused_the_newer_eras_envelope_and_served_on(
    home: Home, provider: ScriptedProvider
) -> None:
    home.trio(provider)
    process = spawn(home.environ())
    enveloped = rpc("tools/list", 2, _meta={PROTOCOL_VERSION_META_KEY: "2026-07-28"})
    out, err = process.communicate(INITIALIZE + INITIALIZED + enveloped + rpc("tools/list", 3), timeout=END_S)
    answers = {answer["id"]: answer for answer in map(json.loads, out.splitlines())}
    assert answers[2]["error"]["code"] == INVALID_REQUEST
    assert "result" in answers[1]
    assert answers[3]["result"]["tools"]
    assert err == ""


def test_a_script_that_writes_everything_and_closes_is_answered(home: Home, provider: ScriptedProvider) -> None:
    home.trio(provider)
    process = spawn(home.environ())
    start = time.monotonic()
    out, err = process.communicate(INITIALIZE + INITIALIZED + rpc("tools/list", 2) + rpc("ping", 3), timeout=END_S)
    answered = [json.loads(line)["id"] for line in out.splitlines()]
    assert sorted(answered) == [1, 2, 3]
    assert err == ""
    assert process.returncode == 0
    assert time.monotonic() - start < 5


def test_stdout_holds_nothing_but_protocol_whatever_is_sent(home: Home, provider: ScriptedProvider) -> None:
    home.trio(provider)
    all_answer(provider)
    hostile = ["\n", "not json\n", "[]\n", '{"jsonrpc": "2.0"}\n', "\x00\x1b[31m\n", '{"jsonrpc":"2.0","id":9}\n']
    with served(home.environ()) as process:
        say(process, INITIALIZE, INITIALIZED, *hostile, ask(2, token="t"))
        messages = [heard(process)]
        while messages[-1].get("id") != 2:
            messages.append(heard(process))
        hang_up(process)
        seconds_to_end(process)
        more, err = rest_of(process)
    assert more == []
    assert all(message["jsonrpc"] == "2.0" for message in messages)
    assert [message.get("method") for message in messages[1:-1]] == ["notifications/progress"] * (len(messages) - 2)
    assert "Traceback" not in err
    assert CANARY not in json.dumps(messages) + err


@contextmanager
def busy_or_idle(home: Home, provider: ScriptedProvider, *, is_busy: bool) -> Generator["subprocess.Popen[str]"]:
    """A server that has been greeted, and which is in the middle of a run or not."""
    _stalled(home, provider)
    with served(home.environ()) as process:
        say(process, INITIALIZE, INITIALIZED)
        heard(process)
        if is_busy:
            say(process, ask(2))
            provider.wait_until(lambda seen: seen.in_flight == 3)
        yield process


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)], ids=["term", "int"])
@pytest.mark.parametrize("is_busy", [True, False], ids=["busy", "idle"])
def test_a_signal_ends_the_process_though_stdin_stays_open(
    home: Home, provider: ScriptedProvider, number: int, status: int, *, is_busy: bool
) -> None:
    with busy_or_idle(home, provider, is_busy=is_busy) as process:
        process.send_signal(number)
        assert seconds_to_end(process) < QUICK
        _, err = rest_of(process)
        assert process.returncode == status
    assert err == ""
    provider.wait_until(lambda seen: all(call.closed_by_client for call in seen.calls), within=1)


@pytest.mark.parametrize("is_busy", [True, False], ids=["busy", "idle"])
def test_the_end_of_stdin_ends_the_process_and_its_runs(
    home: Home, provider: ScriptedProvider, *, is_busy: bool
) -> None:
    with busy_or_idle(home, provider, is_busy=is_busy) as process:
        hang_up(process)
        assert seconds_to_end(process) < QUICK
        answered_late, err = rest_of(process)
        assert process.returncode == 0
    assert answered_late == []
    assert err == ""
    provider.wait_until(lambda seen: all(call.closed_by_client for call in seen.calls), within=1)


def test_a_client_that_never_speaks_is_no_trouble(home: Home, provider: ScriptedProvider) -> None:
    home.trio(provider)
    process = spawn(home.environ())
    out, err = process.communicate(timeout=END_S)
    assert (out, err, process.returncode) == ("", "", 0)


def test_a_client_that_reads_nothing_cannot_keep_the_process_alive(home: Home, provider: ScriptedProvider) -> None:
    home.trio(provider)
    with served(home.environ()) as process:
        say(process, INITIALIZE, INITIALIZED)
        heard(process)
        assert process.stdout
        for number in range(100):
            say(process, rpc("tools/list", 100 + number))
        _wait_until_full(process.stdout.fileno())
        process.send_signal(signal.SIGTERM)
        assert seconds_to_end(process) < 5


def _wait_until_full(descriptor: int) -> None:
    """A pipe holds 64 KiB; once half of that waits to be read, the next lists will not fit."""
    waiting = array.array("i", [0])
    deadline = time.monotonic() + END_S
    while waiting[0] < 32_000:
        assert time.monotonic() < deadline
        fcntl.ioctl(descriptor, termios.FIONREAD, waiting)
        os.sched_yield()


def test_a_cancelled_call_is_not_answered_and_closes_its_connections(home: Home, provider: ScriptedProvider) -> None:
    _stalled(home, provider)
    with served(home.environ()) as process:
        say(process, INITIALIZE, INITIALIZED, ask(2, token="t"))
        provider.wait_until(lambda seen: seen.in_flight == 3)
        say(process, rpc("notifications/cancelled", requestId=2), rpc("ping", 3))
        provider.wait_until(lambda seen: all(call.closed_by_client for call in seen.calls), within=2)
        say(process, rpc("ping", 4))
        messages = [heard(process)]
        while messages[-1].get("id") != 4:
            messages.append(heard(process))
        hang_up(process)
        seconds_to_end(process)
    identified = [message["id"] for message in messages if "id" in message]
    assert identified == [1, 3, 4]
    numbers = [message.get("id") for message in messages]
    assert numbers[numbers.index(3) :] == [3, 4], "progress came after the call was cancelled"


def test_without_a_progress_token_no_progress_is_sent(home: Home, provider: ScriptedProvider) -> None:
    home.trio(provider)
    all_answer(provider)
    with served(home.environ()) as process:
        say(process, INITIALIZE, INITIALIZED, ask(2))
        assert [heard(process).get("id"), heard(process).get("id")] == [1, 2]


def _stalled(home: Home, provider: ScriptedProvider) -> None:
    home.trio(provider)
    all_stall(provider)


@pytest.mark.parametrize("half", [r"\ud83d", r"\uDE00", r"\ud83d\ud83d", r"\ude00\ud83d x"])
def test_half_a_character_costs_a_question_neither_its_answer_nor_its_whole_ones(
    home: Home, provider: ScriptedProvider, half: str
) -> None:
    home.trio(provider)
    all_answer(provider)
    line = ask(2, "QUESTION").replace("QUESTION", rf"Why {half} \ud83d\ude00 and \\ud83d \"so\"?")
    with served(home.environ()) as process:
        say(process, INITIALIZE, INITIALIZED, line)
        assert heard(process)["id"] == 1
        answer = heard(process)
    assert answer["id"] == 2
    assert "The answer is 42." in json.dumps(answer)
    asked = provider.calls[0].prompt
    assert "\ufffd" in asked
    assert '\U0001f600 and \\ud83d "so"?' in asked
