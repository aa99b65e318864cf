"""`presets export` and `presets import`: a preset goes from one home to another, and nothing comes in unseen."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from cli.called import Called
from cli.command_line import CommandLine, Done, is_one_complaint
from cli.terminal import on_a_terminal
from fusion_mcp import guard
from fusion_mcp.presets.library import PresetLibrary
from fusion_mcp.presets.schema import AnyPreset
from fusion_mcp.providers.catalog.catalog import builtin
from fusion_mcp.settings import shipped_presets
from scripted import CANARY, Home, ScriptedProvider

SEATS = '[[panel]]\nmodel = "openrouter:a/b"\n[judge]\nmodel = "openrouter:c/d"\n'
FULL = f"""# Why: because.
title = "Mine"
rationale = "Two \\"families\\" — Größe."
dated = 2026-11-20
aliases = ["my-own"]
max_cost_usd = 0.30
tools = ["web_search"]
aggregate = "select"
gate = true
triage = "route"

{SEATS}
[verifier]
model = "ollama:v"  # small
[second_judge]
model = "openrouter:e/f"
"""


@pytest.fixture
def called(home: Home, capsys: pytest.CaptureFixture[str]) -> Called:
    return Called(home, capsys)


@pytest.fixture
def other(tmp_path: Path) -> Home:
    (tmp_path / "elsewhere").mkdir()
    return Home(tmp_path / "elsewhere")


def written(home: Home) -> list[str]:
    return sorted(file.name for file in home.presets.iterdir())


def library(home: Home) -> PresetLibrary:
    return PresetLibrary(shipped_presets(), home.presets, providers=builtin(), is_fusion=guard.is_fusion)


def preset(home: Home, name: str) -> AnyPreset:
    return library(home).get(name)


def is_refused(done: Done, home: Home, saying: str, names: Sequence[str] = ()) -> bool:
    """Exit status 2, one or two lines that say so, and nothing written."""
    assert done.status == 2, done
    assert is_one_complaint(done), done.err
    assert saying in done.err, done.err
    assert len(done.err) < 3000
    return written(home) == sorted(names)


def test_a_preset_that_is_handed_on_is_the_same_elsewhere(
    called: Called, home: Home, other: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    home.preset("mine", FULL)
    handed = called("presets", "export", "my-own")
    assert handed.status == 0
    assert handed.out == f"# fusion-mcp preset: mine\n{FULL}"
    done = Called(other, capsys)("presets", "import", handed.out, "--yes")
    assert done.status == 0, done.err
    assert str(other.presets / "mine.toml") in done.out
    assert preset(other, "mine") == preset(home, "mine")
    assert (other.presets / "mine.toml").read_text(encoding="utf-8") == FULL


@pytest.mark.parametrize("name", ["auto", "local", "quality"])
def test_a_shipped_preset_goes_round_also_one_that_chooses_or_discovers(called: Called, home: Home, name: str) -> None:
    file = home.user / "got.toml"
    assert called("presets", "export", name, "--out", str(file)).out == ""
    assert f"fusion-mcp preset: {name}\n" in file.read_text(encoding="utf-8")
    assert "is there already, just as it is" in called("presets", "import", str(file), "--yes").out
    assert written(home) == []
    assert called("presets", "import", str(file), "--yes", "--name", "got", "--replace").status == 0
    same = preset(home, "got")
    assert same.model_copy(update={"name": name}) == preset(home, name)


def test_what_is_exported_overwrites_no_file(called: Called, home: Home) -> None:
    file = home.user / "notes.txt"
    file.write_text("kept", encoding="utf-8")
    assert is_refused(called("presets", "export", "budget", "--out", str(file)), home, "name a new file")
    assert file.read_text(encoding="utf-8") == "kept"


def test_a_broken_or_unknown_preset_is_exported_as_its_error(called: Called, home: Home) -> None:
    home.preset("torn", "title = ")
    assert is_refused(called("presets", "export", "torn"), home, "torn.toml: end of document", ["torn.toml"])
    assert is_refused(called("presets", "export", "budgte"), home, "did you mean 'budget'", ["torn.toml"])


def test_nothing_is_kept_before_it_was_seen_and_without_a_terminal_that_takes_a_word(
    called: Called, home: Home
) -> None:
    done = called("presets", "import", FULL, "--name", "mine")
    assert (done.status, done.out, written(home)) == (2, "", [])
    assert "add --yes" in done.err.splitlines()[-1]
    for shown in (
        'Two "families" — Größe. Looked at on 2026-11-20.',
        "set OPENROUTER_API_KEY",
        "1. `openrouter:a/b`",
        "- verifier: `ollama:v`",
        "- second judge: `openrouter:e/f`",
        "- answer: the one that the judge prefers",
        "usually much less; the price of `openrouter:a/b`, `openrouter:c/d`, `openrouter:e/f`",
        "is not known and was assumed",
        "Your questions and their context go to the models it names: `openrouter` (openrouter.ai), `ollama` (on this",
        "Members use the web (web_search)",
    ):
        assert shown in done.err, done.err


def test_the_cost_is_at_the_persons_own_prices_and_no_key_is_shown(
    called: Called, home: Home, provider: ScriptedProvider
) -> None:
    home.trio(provider, prices=dict.fromkeys(("alpha", "beta", "gamma", "judge", "writer"), (1.0, 10.0)))
    text = (home.presets / "trio.toml").read_text(encoding="utf-8")
    done = called("presets", "import", text, "--name", "mine", "--yes")
    assert done.status == 0
    assert "a question may cost: up to $" in done.err
    assert "not known" not in done.err
    assert "**Ready.**" in done.err
    assert CANARY not in done.err + done.out
    assert provider.calls == []


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(("typed", "status", "names"), [("y\n", 0, ["mine.toml"]), ("\n", 1, [])])
def test_on_a_terminal_the_person_is_asked(
    cli: CommandLine, home: Home, typed: str, status: int, names: list[str]
) -> None:
    code, shown = on_a_terminal(cli, typed, "presets", "import", SEATS, "--name", "mine")
    assert "1. `openrouter:a/b`" in shown
    assert "Keep it as the preset mine? [y/N]" in shown
    assert (code, written(home)) == (status, names)
    assert ("not confirmed; nothing was written" in shown) == (status == 1)


def test_the_name_is_the_given_one_else_the_texts_else_the_files(called: Called, home: Home) -> None:
    file = home.user / "Third.toml"
    file.write_text("\ufeff" + SEATS.replace("\n", "\r\n"), encoding="utf-8")
    assert called("presets", "import", str(file), "--yes").status == 0
    assert called("presets", "import", f"# fusion-mcp preset: second\n{SEATS}", "--yes").status == 0
    assert called("presets", "import", f"# fusion-mcp preset: ../x\n{SEATS}", "--yes", "--name", "first").status == 0
    assert written(home) == ["first.toml", "second.toml", "third.toml"]
    assert is_refused(called("presets", "import", SEATS, "--yes"), home, "with --name", written(home))


def test_a_preset_comes_by_stdin_too(cli: CommandLine, home: Home) -> None:
    done = cli.fed(SEATS.encode(), "presets", "import", "-", "--name", "piped", "--yes")
    assert (done.status, written(home)) == (0, ["piped.toml"])


def test_a_card_says_who_checks_the_answer_and_why_the_preset_is_composed_so(called: Called, home: Home) -> None:
    home.preset("mine", FULL)
    card = called("presets", "mine", "--json").json
    assert {"verifier": "ollama:v", "second_judge": "openrouter:e/f", "aggregate": "select"}.items() <= card.items()
    assert {"gate": True, "triage": "route", "dated": "2026-11-20"}.items() <= card.items()
    assert card["rationale"].startswith("Two")
    plain = called("presets", "local", "--json").json
    assert (plain["verifier"], plain["aggregate"], plain["gate"]) == (None, None, None)
    assert plain["rationale"]


def test_nobodys_place_is_taken_unless_that_is_meant(called: Called, home: Home) -> None:
    home.preset("mine", FULL)
    kept = ["mine.toml"]
    for text, name, saying in (
        (SEATS, "mine", "the place of your own preset 'mine'"),
        (SEATS, "auto", "the place of the shipped preset 'auto'"),
        (SEATS, "general-high", "its name 'general-high' leads to the preset 'quality' now"),
        ('aliases = ["general-budget"]\n' + SEATS, "new", "its alias 'general-budget' leads to the preset 'budget'"),
        ('aliases = ["quality"]\n' + SEATS, "new", "its alias 'quality' leads to the preset 'quality' now"),
    ):
        done = called("presets", "import", text, "--name", name, "--yes")
        assert is_refused(done, home, saying, kept)
        assert "add --replace" in done.err
    assert (home.presets / "mine.toml").read_text(encoding="utf-8") == FULL
    done = called("presets", "import", SEATS, "--name", "mine", "--yes", "--replace")
    assert done.status == 0
    assert "- It takes the place of your own preset 'mine'." in done.err
    assert (home.presets / "mine.toml").read_text(encoding="utf-8") == SEATS


@pytest.mark.parametrize(
    ("text", "saying"),
    [
        ('base_url = "http://x"\n' + SEATS, "a preset names models and limits only"),
        ('api_key = "k"\n' + SEATS, "a preset names models and limits only"),
        ('command = ["rm"]\n' + SEATS, "never a command"),
        ("a = 1\nb = 1\nc = 1\n" + SEATS, "and 2 more faults; mend this one, and import it again"),
        (
            SEATS + '[verifier]\nmodel = "openrouter:openrouter/fusion"\n',
            "verifier.model: 'openrouter:openrouter/fusion'",
        ),
        (SEATS + '[verifier]\nmodel = "nobody:x"\n', "verifier.model: unknown provider 'nobody'"),
        (f"aliases = {json.dumps([f'a{number}' for number in range(3000)])}\n{SEATS}", "aliases: takes at most 16"),
        ("a = " + "[" * 20_000 + "\n", "nested too deeply"),
        (".".join("a" * 20_000) + " = 1\n", "nested too deeply"),
        (f"# {'x' * 64_000}\n{SEATS}", "larger than 64 kB"),
        (f"# \x1b]0;title\x07\n{SEATS}", "line 1: holds control or invisible characters"),
        (f"# so \u202e far\n{SEATS}", "line 1: holds control or invisible characters"),
        ("<html>\n", "line 1, column 1"),
        ("title = 'x'\n", "[judge]"),
    ],
)
def test_a_hostile_or_broken_text_ends_in_a_clear_line(called: Called, home: Home, text: str, saying: str) -> None:
    assert is_refused(called("presets", "import", text, "--name", "new", "--yes"), home, saying)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "..", "con", "LPT1", "a.toml", "x" * 80, "a\x1b[31m"])
def test_a_name_that_leads_elsewhere_is_refused(called: Called, home: Home, name: str) -> None:
    assert is_refused(called("presets", "import", SEATS, "--name", name, "--yes"), home, "--name")


@pytest.mark.parametrize(
    ("source", "saying"),
    [
        ("https://example.com/a.toml", "download it"),
        ("file:///etc/passwd", "download it"),
        ("no-such.toml", "there is no such file"),
        ("no=such.toml", "there is no such file"),
        (" ", "name a file"),
        (".", "this is a folder"),
        ("n" * 5000, "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_a_clear_line(called: Called, home: Home, source: str, saying: str) -> None:
    assert is_refused(called("presets", "import", source, "--yes"), home, saying)


@pytest.mark.parametrize(
    ("raw", "saying"),
    [(b"# a\n\0", "zero byte"), (b"# \xff\n", "not UTF-8"), (b"# " + b"x" * 64_000, "larger than 64 kB")],
)
def test_a_file_that_is_no_small_text_is_a_clear_line(called: Called, home: Home, raw: bytes, saying: str) -> None:
    file = home.user / "got.toml"
    file.write_bytes(raw)
    assert is_refused(called("presets", "import", str(file), "--yes"), home, saying)


def test_of_a_giant_file_only_the_beginning_is_read(called: Called, home: Home) -> None:
    file = home.user / "giant.toml"
    with file.open("wb") as stream:
        os.truncate(stream.fileno(), 200_000_000)
    assert is_refused(called("presets", "import", str(file), "--yes"), home, "larger than 64 kB")
