"""A question that cannot be asked or answered: what `ask` prints instead, where, and with which exit status."""

import pytest

from cli.command_line import CommandLine, is_one_complaint
from scripted import CANARY, Home, ScriptedProvider, status


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("absent.txt", None, "there is no such file"),
        ("folder", "", "this is a folder"),
        ("binary.bin", b"\xff\xfe\x00\x01", "byte 1 is not UTF-8 text"),
        ("zero.bin", b"text\x00more", "not text"),
        ("huge.txt", b"a" * 400_001, "400,000 characters"),
        ("huger.txt", b"a" * 1_700_000, "400,000 characters"),
    ],
)
def test_a_context_that_cannot_be_used_is_a_clear_error(
    cli: CommandLine, home: Home, trio: ScriptedProvider, name: str, content: bytes | str | None, complaint: str
) -> None:
    file = home.path / name
    if content == "":
        file.mkdir()
    elif isinstance(content, bytes):
        file.write_bytes(content)
    done = cli("ask", "Is it so?", "--context", str(file))
    assert done.status == 2
    assert is_one_complaint(done), done.err
    assert complaint in done.err
    assert trio.calls == []


@pytest.mark.parametrize("question", ["", "   \n\t "])
def test_an_empty_question_is_refused_before_any_call(cli: CommandLine, trio: ScriptedProvider, question: str) -> None:
    done = cli("ask", question)
    assert done.status == 2
    assert is_one_complaint(done)
    assert "question: it is empty" in done.err
    assert trio.calls == []


def test_question_and_context_together_have_a_limit(cli: CommandLine, home: Home, trio: ScriptedProvider) -> None:
    file = home.path / "long.txt"
    file.write_text("a" * 399_999, encoding="utf-8")
    done = cli("ask", "Is it so?", "--context", str(file), "--json")
    assert done.status == 2
    assert done.json["error"]["reason"] == "invalid_arguments"
    assert "400,000" in done.json["error"]["message"]
    assert trio.calls == []


def test_an_unknown_preset_is_refused_with_the_nearest_names(cli: CommandLine, trio: ScriptedProvider) -> None:
    done = cli("ask", "Is it so?", "--preset", "tiro")
    assert done.status == 2
    assert is_one_complaint(done), done.err
    assert "unknown_preset" in done.err
    assert "did you mean 'trio'" in done.err
    assert trio.calls == []


def test_a_broken_configuration_names_its_file_and_key(cli: CommandLine, home: Home) -> None:
    home.config("defualt_preset = 'x'\n")
    done = cli("ask", "Is it so?")
    assert done.status == 2
    assert is_one_complaint(done)
    assert str(home.config_file) in done.err
    assert "did you mean 'default_preset'" in done.err


def test_a_missing_key_is_named_before_any_call(cli: CommandLine, trio: ScriptedProvider) -> None:
    done = cli("ask", "Is it so?", WORK_API_KEY="")
    assert done.status == 2
    assert is_one_complaint(done), done.err
    assert "WORK_API_KEY" in done.err
    assert trio.calls == []


def test_when_nobody_answers_every_members_reason_is_told(cli: CommandLine, trio: ScriptedProvider) -> None:
    for name, code in (("alpha", 401), ("beta", 404), ("gamma", 400)):
        trio.script(name, status(code))
    done = cli("ask", "Is it so?")
    assert done.status == 1
    assert done.out == ""
    *_, head, members = done.err.splitlines()
    assert head.startswith("fusion-mcp: all_panels_failed: ")
    for seat in ("work:alpha: unauthorized (HTTP 401)", "work:beta: invalid_model (HTTP 404)", "work:gamma: "):
        assert seat in members
    assert "Traceback" not in done.err


def test_a_failure_with_json_is_an_error_object_on_stdout(cli: CommandLine, trio: ScriptedProvider) -> None:
    for name in ("alpha", "beta", "gamma"):
        trio.script(name, status(401))
    done = cli("ask", "Is it so?", "--json")
    assert done.status == 1
    error = done.json["error"]
    assert set(error) == {"reason", "message", "failed_models"}
    assert error["reason"] == "all_panels_failed"
    assert error["message"].startswith("no member of the panel answered.")
    assert [each["model"] for each in error["failed_models"]] == ["work:alpha", "work:beta", "work:gamma"]
    assert {each["status_code"] for each in error["failed_models"]} == {401}


def test_a_question_from_inside_a_run_is_refused(cli: CommandLine, trio: ScriptedProvider) -> None:
    for command in ("ask", "compare"):
        done = cli(command, "Is it so?", FUSION_MCP_DEPTH="1")
        assert done.status == 1
        assert is_one_complaint(done)
        assert "recursion_refused" in done.err
    assert cli("ask", "Is it so?", FUSION_MCP_DEPTH="0").status == 0
    assert len(trio.calls) == 5


def test_a_key_is_never_shown(cli: CommandLine, trio: ScriptedProvider) -> None:
    trio.script("alpha", status(401, {"error": {"message": f"Incorrect API key provided: {CANARY}"}}))
    for arguments in (("ask", "Is it so?"), ("ask", "Is it so?", "--json"), ("doctor", "--try", "--json")):
        done = cli(*arguments, FUSION_MCP_DEBUG="1")
        assert CANARY not in done.out + done.err
