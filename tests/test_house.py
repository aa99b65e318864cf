"""The house itself: its front door, what a start costs, and the floors that its imports keep to."""

import re
import subprocess
import sys
from pathlib import Path

import fusion_mcp
from fusion_mcp import errors
from fusion_mcp.codes import Reason
from scripted import Home

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "fusion_mcp"


def python(home: Home, code: str) -> str:
    """What a fresh interpreter prints."""
    run = subprocess.run(
        [sys.executable, "-c", code], env=home.environ(), capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stderr == ""
    return run.stdout.strip()


def test_the_front_door_is_these_names() -> None:
    assert sorted(fusion_mcp.__all__) == [
        "Ask",
        "Compare",
        "ConfigError",
        "Engine",
        "FusionError",
        "FusionFailed",
        "FusionResult",
        "Progress",
        "Refused",
        "Settings",
        "__version__",
        "load_settings",
        "open_engine",
    ]
    assert all(getattr(fusion_mcp, name) is not None for name in fusion_mcp.__all__)


def test_importing_the_package_prints_nothing_makes_nothing_and_imports_no_room(home: Home) -> None:
    rooms = python(home, "import sys, fusion_mcp; print([m for m in sys.modules if m.startswith('fusion_mcp.')])")
    assert rooms == "[]"
    assert list(home.path.iterdir()) == [home.presets]


def test_the_engine_is_imported_without_the_protocol_or_the_price_tables(home: Home) -> None:
    code = "import sys, fusion_mcp.engine; print([m for m in ('mcp', 'genai_prices', 'xllamacpp') if m in sys.modules])"
    assert python(home, code) == "[]"


def test_every_reason_that_is_used_is_one_of_the_closed_set() -> None:
    used = {
        reason
        for file in PACKAGE.rglob("*.py")
        for reason in re.findall(r'reason="(\w+)"|Refused\(\s*"(\w+)"', file.read_text(encoding="utf-8"))
        for reason in reason
        if reason
    }
    assert used
    assert used <= set(Reason.__args__)


def test_nobody_prints_but_the_command_line() -> None:
    talkers = {
        file.relative_to(PACKAGE).parts[0]
        for file in PACKAGE.rglob("*.py")
        if re.search(r"^\s*print\(", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert talkers <= {"cli", "providers"}  # of the providers, only the child process that answers its parent


def test_no_model_is_named_in_code() -> None:
    named = re.compile(
        r"claude-(?:opus|sonnet|haiku|fable)|gpt-\d|gemini-\d|deepseek-[vr]\d|kimi-k\d|qwen\d|grok-\d", re.IGNORECASE
    )
    offenders = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in PACKAGE.rglob("*.py")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if named.search(line) and "as in ollama:" not in line
    ]
    assert offenders == []


def test_the_numbers_of_the_house_are_printed_as_a_table_with_a_column_for_each_package(
    home: Home, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "room.py").write_text("def door(x: int, y): # why\n    return x\n", encoding="utf-8")
    command = [sys.executable, str(ROOT / "scripts" / "house.py"), str(other)]
    run = subprocess.run(command, env=home.environ(), capture_output=True, encoding="utf-8", timeout=60, check=True)
    head, rule, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in run.stdout.splitlines())
    assert (head, rule) == (["figure", "fusion_mcp", "other"], ["---", "--:", "--:"])
    figures = {name: (ours, theirs) for name, ours, theirs in rows}
    assert figures["files"] == (f"{len(list(PACKAGE.rglob('*.py'))):,}", "1")
    assert figures["function, lines: median / p90 / p95 / longest"][1] == "2 / 2 / 2 / 2"
    assert figures["lines with a comment"][1] == "50.0 %"
    assert figures["public functions with a docstring"][1] == "0.0 %"
    assert figures["parameters and results with a type"][1] == "33.3 %"
    assert figures["mocks / patches in tests"][0].startswith("0 / ")


def test_every_error_of_ours_stands_in_the_tree_that_is_drawn_in_errors() -> None:
    declared = re.compile(r"^class (\w+)\((\w+)\):", re.MULTILINE)
    parents = dict(
        pair for file in PACKAGE.rglob("*.py") for pair in declared.findall(file.read_text(encoding="utf-8"))
    )

    def is_ours(name: str) -> bool:
        return name == "FusionError" or (name in parents and is_ours(parents[name]))

    drawn = re.findall(r"^(?:[├└│─ ]*)(\w+)  ", errors.__doc__ or "", re.MULTILINE)
    assert sorted(drawn) == sorted(name for name in parents if is_ours(name))
