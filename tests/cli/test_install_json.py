"""Our entry in JSON of any kind: everything else stays, to the byte, and comes back to the byte."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from cli.odd_json import Said, configurations
from fusion_mcp.cli.install.documents import installed, uninstalled
from fusion_mcp.cli.install.jsonc import file as json_file
from fusion_mcp.cli.install.words import UnreadableError, Wanted

ENTRY = {"type": "stdio", "command": "/opt/fusion-mcp", "args": ["--a", "b"], "env": {"KEY": "${env:KEY}"}}
WANTED = Wanted(path=("mcpServers",), entry=ENTRY, keys=frozenset({"KEY"}))
INPUTS = [{"type": "promptString", "id": "fusion-KEY", "password": True}]
ASKED = Wanted(path=("servers",), entry={"command": "x", "env": {"KEY": "${input:fusion-KEY}"}}, inputs=INPUTS)


def install(text: str, wanted: Wanted = WANTED) -> str:
    return installed(text, wanted, json_file)


def uninstall(text: str, *earlier: str, wanted: Wanted = WANTED) -> str:
    return uninstalled(text, wanted, json_file, earlier)


def said(text: str) -> Any:
    return json_file.value_of(text)


@settings(deadline=None, max_examples=60)
@given(configurations())
def test_what_is_written_is_read_as_it_was_meant(odd: Said) -> None:
    text, meant = odd
    assert said(text) == meant


@settings(deadline=None, max_examples=60)
@given(configurations())
def test_an_entry_goes_in_and_nothing_else_changes(odd: Said) -> None:
    text, meant = odd
    after = install(text)
    assert said(after) == {**meant, "mcpServers": {**meant.get("mcpServers", {}), "fusion": ENTRY}}
    assert nothing_is_lost(text, after)
    assert install(after) == after


@settings(deadline=None, max_examples=60)
@given(configurations())
def test_what_was_there_before_comes_back_to_the_byte(odd: Said) -> None:
    text, _ = odd
    assert uninstall(install(text), text, "{}", "broken") == text


@settings(deadline=None, max_examples=60)
@given(configurations())
def test_without_a_copy_all_else_still_says_the_same(odd: Said) -> None:
    text, meant = odd
    assert said(uninstall(install(text))) == {**meant, "mcpServers": meant.get("mcpServers", {})}


@settings(deadline=None, max_examples=60)
@given(configurations(entry=True))
def test_in_an_entry_that_is_there_only_our_own_keys_change(odd: Said) -> None:
    text, meant = odd
    theirs = meant["mcpServers"]["fusion"]
    after = install(text)
    assert said(after) == {**meant, "mcpServers": {**meant["mcpServers"], "fusion": {**theirs, **ENTRY}}}
    assert install(after) == after
    rest = {name: each for name, each in meant["mcpServers"].items() if name != "fusion"}
    assert said(uninstall(after)) == {**meant, "mcpServers": rest}


def test_somebody_elses_entry_that_made_room_for_ours_comes_back() -> None:
    theirs = '{"mcpServers": {"fusion": {"env": {"A": "1"}, "command": "reactor" /* theirs */}}, "z": 1}'
    older = theirs.replace("reactor", "/old/fusion-mcp")
    after = install(theirs)
    assert uninstall(after, install(older), older, theirs) == theirs
    assert said(uninstall(install(older), older)) == {"mcpServers": {}, "z": 1}


def nothing_is_lost(before: str, after: str) -> bool:
    """What was there is there still, but for the blanks of a table that was empty."""
    start = next((at for at, (one, two) in enumerate(zip(before, after, strict=False)) if one != two), len(before))
    rest = len(before) - start
    end = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    middle = before[start : len(before) - end]
    return not middle.strip() or middle in after[start : len(after) - end]


@pytest.mark.parametrize(
    "text",
    [
        '{\n  "a": 1, // x\n  "mcpServers": {\n    "b": {}, // y\n    // "z"\n  },\n}\n',
        '{"mcpServers":{"b":{}}}',
        '{"mcpServers": {"b": {}, }}',
        '{\r\n\t"mcpServers": {\r\n\t\t"b": {"command": "x"} // note\r\n\t}\r\n}\r\n',
        '{"mcpServers": {"b": {} /* c */ , /* d */ }}',
        '{"mcpServers": {\n"b": {} // c\n, "d": {} // e\n}}',
        '{"mcpServers": {\n"b": {} /* } */}/* , } */\n}',
        '{"mcpServers": {\n"b": {} /* ** */ /*/ } /**/\n}}',
    ],
)
def test_beside_other_servers_not_even_a_copy_is_needed(text: str) -> None:
    assert uninstall(install(text)) == text


def test_a_new_line_looks_like_the_others() -> None:
    text = '{\r\n\t"mcpServers": {\r\n\t\t"b": {} // note\r\n\t}\r\n}'
    entry = Wanted(path=("mcpServers",), entry={"command": "x", "args": []})
    assert install(text, entry) == (
        '{\r\n\t"mcpServers": {\r\n\t\t"b": {}, // note\r\n'
        '\t\t"fusion": {\r\n\t\t\t"command": "x",\r\n\t\t\t"args": []\r\n\t\t}\r\n\t}\r\n}'
    )


def test_a_line_without_blanks_gets_none() -> None:
    entry = Wanted(path=("mcpServers",), entry={"command": "x", "args": ["y", "z"]})
    assert install('{"a":1,"mcpServers":{"b":{}}}', entry) == (
        '{"a":1,"mcpServers":{"b":{},"fusion":{"command":"x","args":["y","z"]}}}'
    )


@pytest.mark.parametrize("text", ["", " \n", "\n\n", "// only a comment", "/* so */\r\n"])
def test_a_file_that_says_nothing_gets_a_document(text: str) -> None:
    after = install(text)
    assert after.startswith(text)
    assert said(after) == {"mcpServers": {"fusion": ENTRY}}
    assert uninstall(after, text) == text


def test_of_repeated_names_the_last_one_counts() -> None:
    text = '{"mcpServers": {"a": 1}, "mcpServers": {"b": 2, "fusion": null, "fusion": {"command": "old"}}}'
    after = install(text)
    assert after.startswith('{"mcpServers": {"a": 1}, "mcpServers": {"b": 2, "fusion": null, "fusion": {"command": "/')
    assert said(uninstall(after)) == {"mcpServers": {"b": 2}}


def test_a_key_that_the_person_has_written_into_the_entry_stays() -> None:
    text = '{"mcpServers": {"fusion": {"command": "old", "env": {"KEY": "theirs", "MORE": "1"}, "disabled": true}}}'
    entry = said(install(text))["mcpServers"]["fusion"]
    assert entry["env"] == {"KEY": "theirs", "MORE": "1"}
    assert (entry["command"], entry["disabled"]) == ("/opt/fusion-mcp", True)


@pytest.mark.parametrize("value", ["null", "[]", '"x"', "3", "true"])
def test_servers_that_are_no_object_are_an_error_that_names_the_line(value: str) -> None:
    with pytest.raises(UnreadableError, match=r"line 2: 'mcpServers' is .*, not an object"):
        install(f'{{\n  "mcpServers": {value}\n}}')


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{\n"a": 1\n"b": 2\n}', 3),
        ('{"a": \r\n}', 2),
        ('{"a": [1, 2}\n', 1),
        ("{\n'a': 1}", 2),
        ('{"a": 01}', 1),
        ('{"a": "\n"}', 1),
        ('{"a": 1}\n\n{}', 3),
        ('{"a": 1', 1),
        ("{,}", 1),
        ('{"a": 1,,}', 1),
        ("{/* }", 1),
        ('{"a": NaN}', 1),
        ("[" * 600, 1),
    ],
)
def test_broken_json_is_an_error_that_names_the_line(text: str, line: int) -> None:
    with pytest.raises(UnreadableError, match=f"^line {line}: "):
        install(text)


@pytest.mark.parametrize("text", ["[]", "null", '"mcpServers"', "1"])
def test_a_document_that_is_no_object_is_an_error(text: str) -> None:
    with pytest.raises(UnreadableError, match="expected an object"):
        install(text)


def test_a_question_is_put_beside_others_and_goes_with_the_entry() -> None:
    text = '{\n  "inputs": [\n    {"id": "x"} // theirs\n  ],\n  "servers": {\n    "b": {}\n  }\n}\n'
    after = install(text, ASKED)
    assert said(after)["inputs"] == [{"id": "x"}, INPUTS[0]]
    assert install(after, ASKED) == after
    assert uninstall(after, wanted=ASKED) == text


def test_a_question_that_another_server_refers_to_stays() -> None:
    text = '{"servers": {"b": {"env": {"KEY": "${input:fusion-KEY}"}}}}'
    assert said(uninstall(install(text, ASKED), wanted=ASKED))["inputs"] == INPUTS


def test_questions_that_are_no_list_are_an_error() -> None:
    with pytest.raises(UnreadableError, match="'inputs' is not a list"):
        install('{"inputs": {}}', ASKED)


def test_tables_that_came_with_the_entry_go_with_it_although_something_else_has_changed() -> None:
    before = '{\n  "a": 1\n}'
    after = install(before, ASKED).replace('"a": 1', '"a": 2')
    assert uninstall(after, before, wanted=ASKED) == '{\n  "a": 2\n}'


def test_a_large_file_takes_a_moment() -> None:
    servers = {f"server-{at}": {"command": "x" * 200, "args": ["y"] * 10} for at in range(2_000)}
    text = json.dumps({"mcpServers": servers}, indent=2)
    assert uninstall(install(text), text) == text
