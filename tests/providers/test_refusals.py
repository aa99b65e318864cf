"""What a refusal means, beyond the vendors' samples: statuses, waiting, keys in error texts, hostile bodies."""

import json
import time
from datetime import UTC, datetime

import pytest

from fusion_mcp.codes import Reason
from fusion_mcp.providers.catalog.catalog import builtin
from fusion_mcp.providers.chat.failures import classify
from fusion_mcp.providers.redaction import redact
from fusion_mcp.types import ModelRef
from providers.refusing import WORK, refused
from scripted import CANARY

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "reason", "retry"),
    [
        (301, "upstream_error", False),
        (400, "upstream_error", False),
        (401, "unauthorized", False),
        (402, "insufficient_credits", False),
        (403, "unauthorized", False),
        (404, "invalid_model", False),
        (405, "upstream_error", False),
        (408, "upstream_error", True),
        (409, "upstream_error", True),
        (413, "upstream_error", False),
        (422, "upstream_error", False),
        (425, "upstream_error", True),
        (429, "rate_limited", True),
        (451, "upstream_error", False),
        (500, "upstream_error", True),
        (502, "upstream_error", True),
        (503, "upstream_error", True),
        (529, "upstream_error", True),
    ],
)
def test_a_status_alone_says_what_is_wrong(status: int, reason: Reason, retry: bool) -> None:
    refusal = refused(status)
    assert (refusal.reason, refusal.retry, refusal.status_code) == (reason, retry, status)
    assert refusal.message.startswith("Work ")
    assert str(status) in refusal.message


def test_a_provider_without_a_key_that_wants_one_is_told_where_to_name_it() -> None:
    refusal = classify(builtin()["ollama"], ModelRef("ollama", "m"), 401, {}, "")
    assert "api_key_env" in refusal.message


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1.5", 1.5),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 13:00:30 +0100", 30.0),
        ("Sun, 22 Nov 2026 12:00:30", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("-1", None),
        ("soon", None),
        ("inf", None),
        ("1e3", None),
        ("nan", None),
        ("7" * 400, 3600.0),
        ("1000000000", 3600.0),
        ("Fri, 22 Nov 2999 12:00:00 GMT", 3600.0),
        ("٧", None),
        ("Mon, 99999999999 Jan 2020 00:00:00 GMT", None),
        ("Mon, 01 Jan 2020 00:00:00 +99999999999", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms_and_no_other(value: str, seconds: float | None) -> None:
    refusal = classify(WORK, ModelRef("work", "m"), 429, {"Retry-After": value}, "", now=NOON)
    assert refusal.retry_after == seconds


def test_a_header_outranks_what_the_body_says_of_waiting() -> None:
    body = json.dumps({"error": {"message": "x", "details": [{"retryDelay": "30s"}]}})
    model = ModelRef("work", "m")
    assert classify(WORK, model, 429, {"RETRY-AFTER": "2"}, body).retry_after == 2.0
    assert classify(WORK, model, 429, {}, body).retry_after == 30.0


def test_a_huge_wait_that_a_body_names_is_an_hour() -> None:
    body = json.dumps({"error": {"message": "x", "details": [{"retryDelay": "9" * 400 + "s"}]}})
    assert refused(429, body).retry_after == 3600.0


@pytest.mark.parametrize("delay", ["30", "-3s", "1e9s", "s", "infs", 30, None])
def test_a_wait_that_makes_no_sense_is_none(delay: object) -> None:
    body = json.dumps({"error": {"message": "x", "details": [{"retryDelay": delay}]}})
    assert refused(429, body).retry_after is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "null",
        "[]",
        "[null]",
        "{}",
        "7",
        '"text"',
        '{"error": null}',
        '{"error": []}',
        '{"error": {"message": null}}',
        '{"error": {"message": {"detail": [7, null, {"loc": "body", "msg": 7}]}}}',
        '{"error": {"message": "x", "metadata": 7, "details": {"a": 1}, "param": ["temperature"], "code": {}}}',
        '{"error": {"message": "x", "metadata": {"raw": "{", "reasons": "none"}}}',
        '{"detail": [[[[[["deep"]]]]]]}',
        "[" * 50_000,
        '{"error":' * 50_000,
        '{"error": {"message": "\\ud800"}}',
        "\x00\x1b[31m",
        "9" * 5000,
    ],
    ids=lambda body: body[:40],
)
def test_a_body_that_makes_no_sense_is_still_a_refusal(body: str) -> None:
    for status in (400, 401, 422, 429, 500):
        refusal = refused(status, body, sent=("temperature",))
        assert refusal.parameter is None
        assert len(refusal.message) < 500


def test_a_long_message_is_cut() -> None:
    refusal = refused(500, json.dumps({"error": {"message": "word " * 1000}}))
    assert refusal.message.endswith(" …")
    assert len(refusal.message) < 400


def test_what_is_complained_of_is_found_however_late_it_is_named() -> None:
    body = json.dumps({"error": {"message": "word " * 200 + "'temperature' is not supported"}})
    assert refused(400, body, sent=("temperature",)).parameter == "temperature"


def test_only_what_was_sent_can_have_been_refused() -> None:
    body = json.dumps({"error": {"message": "'temperature' is not supported", "param": "temperature"}})
    assert refused(400, body).parameter is None


@pytest.mark.parametrize(
    ("said", "param", "refuses"),
    [
        ("JSON mode is off", None, "response_format"),
        ("guided_json failed", None, "response_format"),
        ("no stream options here", None, "stream_options"),
        ("Unsupported value: 'stream' does not support true with this model.", "stream", "stream"),
        ("streaming is not supported; leave out stream_options as well", "stream", "stream"),
        ("this deployment does not support streaming", None, "stream"),
        (
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options",
            "stream_options",
        ),
        ("stream_options.include_usage is not supported", None, "stream_options"),
        ("temperature cannot be set when streaming", None, "temperature"),
        ("the upstream model failed", None, None),
    ],
)
def test_streams_their_options_and_the_form_of_the_answer_are_told_apart(
    said: str, param: str | None, refuses: str | None
) -> None:
    body = json.dumps({"error": {"message": said, "param": param}})
    assert refused(400, body, sent=("stream", "stream_options", "temperature", "response_format")).parameter == refuses


@pytest.mark.parametrize("said", ["'stream_options' is not supported", "unknown field: stream options"])
def test_a_complaint_of_options_that_were_not_sent_is_none_of_the_stream(said: str) -> None:
    body = json.dumps({"error": {"message": said, "param": "stream_options"}})
    assert refused(400, body, sent=("stream",)).parameter is None


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_only_a_400_or_422_refuses_a_part_of_a_request(status: int) -> None:
    body = json.dumps({"error": {"message": "'temperature' is not supported", "param": "temperature"}})
    assert refused(status, body, sent=("temperature",)).parameter is None


def test_a_complaint_about_the_messages_refuses_no_option_that_it_mentions() -> None:
    said = "messages: at least one is required; temperature, seed and response_format are optional"
    body = json.dumps({"error": {"message": said, "param": "messages"}})
    assert refused(400, body, sent=("temperature", "seed", "response_format")).parameter is None


def test_the_part_that_is_named_as_such_comes_before_those_that_are_mentioned() -> None:
    said = "reasoning models take no temperature and no response_format"
    body = json.dumps({"error": {"message": said, "param": "reasoning.effort"}})
    assert refused(400, body, sent=("temperature", "response_format", "reasoning")).parameter == "reasoning"


def test_what_a_vendor_echoes_of_the_question_decides_nothing() -> None:
    question = "model_not_found insufficient_quota api key not valid temperature"
    body = json.dumps({"detail": [{"loc": ["body", "messages"], "msg": "Too long", "input": [question]}]})
    refusal = refused(422, body, sent=("temperature",))
    assert (refusal.reason, refusal.parameter) == ("upstream_error", None)
    assert question not in refusal.message


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"bad key {CANARY}!", "bad key [key]!"),
        (f"bad key {CANARY[:12]}*********{CANARY[-4:]}.", "bad key [key]."),
        ("given: my-own-k************4f1a", "given: [key]"),
        ("given: na***ys", "given: [key]"),
        ("sk-or-v1-0123456789abcdef", "[key]"),
        ("AIzaSyA0123456789", "[key]"),
        ("Authorization: Bearer abc.def-ghi", "Authorization: [key]"),
        ("a **bold** word and 2*3*4", "a **bold** word and 2*3*4"),
        ("the key in WORK_API_KEY", "the key in WORK_API_KEY"),
    ],
)
def test_whatever_looks_like_a_key_is_taken_out(text: str, left: str) -> None:
    assert redact(text) == left


@pytest.mark.parametrize("padding", range(200, 300, 7))
def test_a_key_that_stands_where_a_message_is_cut_leaves_no_half(padding: int) -> None:
    secret = "correct/horse+battery=staple0123456789"
    refusal = refused(500, json.dumps({"error": {"message": "x" * padding + " " + secret}}), secrets=(secret,))
    assert not [size for size in range(8, len(secret)) if secret[:size] in refusal.message]


@pytest.mark.parametrize(
    "block",
    [
        *("x", "*", "a*", "**a", "model ", "bearer ", "sk-", "AIza", "api key ", "-", '{"a":', "["),
        *("tool ", "tools not ", "not ", "not currently ", "functions ", "extra inputs ", "messages.", "unsupported "),
    ],
)
def test_a_hostile_body_is_read_in_no_time(block: str) -> None:
    body = (block * 64_000)[:64_000]
    start = time.process_time()
    sent = ("temperature", "tools", "tool_choice", "echo", "reasoning_with_tools")
    refused(400, body, sent=sent, secrets=(CANARY,))
    refused(400, json.dumps({"error": {"message": body}}), sent=sent, secrets=(CANARY,))
    assert time.process_time() - start < 1
