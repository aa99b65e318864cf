"""A preset on its way between people: its name in its text, whose place it would take, and what is asked of whom."""

from pathlib import Path

import pytest

from fusion_mcp import guard
from fusion_mcp.errors import ConfigError
from fusion_mcp.presets.library import PresetEntry
from fusion_mcp.presets.parse import parse_preset
from fusion_mcp.presets.schema import AnyPreset
from fusion_mcp.presets.stacks import (
    check_visible,
    checked_name,
    name_in,
    remarks,
    taken_over,
    with_name,
    without_name,
)

PROVIDERS = {"openrouter": "openrouter.ai", "work": "127.0.0.1", "ollama": "on this machine"}
GOOD = '# Why.\n[[panel]]\nmodel = "work:a"\n[judge]\nmodel = "work:a"\n'


def preset(text: str) -> AnyPreset:
    return parse_preset(text, "p.toml", PROVIDERS, guard.is_fusion)


def entry(name: str, *aliases: str, shipped: bool = True) -> PresetEntry:
    content = preset(f"aliases = {list(aliases)}\n{GOOD}")
    return PresetEntry(name=name, content=content, path=Path(f"{name}.toml"), shipped=shipped)


def test_a_text_carries_its_name_in_its_first_line_and_no_other_one() -> None:
    named = with_name(GOOD, "mine")
    assert named == f"# fusion-mcp preset: mine\n{GOOD}"
    assert with_name(named, "other") == f"# fusion-mcp preset: other\n{GOOD}"
    assert name_in(named) == "mine"
    assert without_name(named) == GOOD
    assert without_name(GOOD) == GOOD


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("\n  # Fusion-MCP preset:  x  \n", "x"),
        ("# fusion-mcp preset: ../../x", "../../x"),
        ("# fusion-mcp preset:\ntitle = 'x'", ""),
        ("title = 'x'\n# fusion-mcp preset: x\n", None),
        ("# preset: x\n", None),
        ("", None),
    ],
)
def test_the_name_is_what_the_first_line_says(text: str, name: str | None) -> None:
    assert name_in(text) == name


def test_a_name_is_taken_in_small_letters() -> None:
    assert checked_name(" My-Stack_2 ", "x") == "my-stack_2"


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "a\\b", "", ".", "a.b", "-a", "con", "NUL", "com1", "x" * 65, "é", "a\nb"]
)
def test_a_name_that_is_no_plain_files_is_refused(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _ = checked_name(name, "the text")
    assert "--name" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("hidden", ["\x1b[31m", "\x9b2J", "\u202e", "\u200b", "\U000e0041", "\x00", "\r"])
def test_what_a_reader_cannot_see_is_refused_with_its_line(hidden: str) -> None:
    with pytest.raises(ConfigError, match="x: line 2: holds control or invisible characters"):
        check_visible(f"# one\n# two {hidden}x\n", "x")


def test_words_of_any_language_are_visible() -> None:
    check_visible("# Größe, 大きさ, گفت‌وگو, 👩‍🔬\n\ttitle = 'x'\n", "x")


def test_a_preset_that_takes_nobodys_name_takes_nothing() -> None:
    assert taken_over("new", preset('aliases = ["also"]\n' + GOOD), [entry("budget", "general-budget")]) == []


def test_every_name_that_a_preset_would_take_is_said() -> None:
    there = [entry("budget", "cheap"), entry("mine", shipped=False), entry("auto")]
    assert taken_over("budget", preset(GOOD), there) == ["it takes the place of the shipped preset 'budget'"]
    assert taken_over("mine", preset(GOOD), there) == ["it takes the place of your own preset 'mine'"]
    assert taken_over("cheap", preset(GOOD), there) == ["its name 'cheap' leads to the preset 'budget' now"]
    assert taken_over("new", preset('aliases = ["auto", "cheap"]\n' + GOOD), there) == [
        "its alias 'cheap' leads to the preset 'budget' now",
        "its alias 'auto' leads to the preset 'auto' now",
    ]


def test_aliases_go_with_the_preset_whose_place_is_taken() -> None:
    again = preset('aliases = ["cheap"]\n' + GOOD)
    assert len(taken_over("budget", again, [entry("budget", "cheap")])) == 1


def test_everybody_who_gets_the_question_is_named_also_stand_ins_and_checkers() -> None:
    said = remarks(
        preset(
            '[[panel]]\nmodel = "work:a"\nlens = "Say yes."\n[judge]\nmodel = "work:j"\nfallbacks = ["openrouter:k"]\n'
            '[verifier]\nmodel = "ollama:v"\n'
        ),
        PROVIDERS,
    )
    assert said[0].endswith(": `work` (127.0.0.1), `openrouter` (openrouter.ai), `ollama` (on this machine).")
    assert "Member 1 is told besides: `Say yes.`" in said
    assert "Where a model fails, others stand in: `openrouter:k`." in said
    assert "Members have no web tools." in said


def test_where_members_may_read_is_said() -> None:
    tools = 'tools = ["web_search"]\nmax_tool_calls = 3\nallowed_domains = ["example.com"]\n'
    said = " ".join(remarks(preset(tools + 'excluded_domains = ["example.org"]\n' + GOOD), PROVIDERS))
    assert "use the web (web_search), at most 3 times each" in said
    assert "read only `example.com`" in said
    assert "must not read `example.org`" in said
    own = GOOD.replace("[judge]", 'tools = ["web_fetch"]\n[judge]')
    assert "use their providers' own web tools (web_fetch)" in " ".join(
        remarks(preset('web = "native"\n' + own), PROVIDERS)
    )


def test_an_open_preset_names_whom_it_may_ask_and_which_presets_it_leads_to() -> None:
    choosing = preset('[[choose]]\nseats = ["work:a"]\n[[choose]]\npreset = "budget"\n')
    said = remarks(choosing, PROVIDERS)
    assert said[0].endswith(": `work` (127.0.0.1).")
    assert "It leads to presets of yours: `budget`." in said
    assert remarks(preset('discover = ["ollama"]\n'), PROVIDERS)[0].endswith(": `ollama` (on this machine).")
