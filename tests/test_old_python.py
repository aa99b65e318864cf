"""A checkout may be started with any Python: an old one is told so in a sentence.

Here this one is started, and made to take itself for an old one. What an old one reads before the sentence is held to
what it understands.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRETEND = (
    "import runpy, sys; sys.version_info = (3, 8, 18, 'final', 0); sys.version = '3.8.18 (main)'; "
    "sys.argv = sys.argv[1:]; sys.path.insert(0, {folder!r}); "
)
MODULE = "runpy.run_module('fusion_mcp', run_name='__main__')"
SCRIPT = "runpy.run_path(sys.argv[0], run_name='__main__')"
SCRIPTS = ("demo.py", "test.py", "prove.py", "bench.py", "bundle.py")


@pytest.mark.parametrize("argv", [["fusion-mcp"], ["fusion-mcp", "doctor"]])
def test_the_program_says_which_python_it_needs(argv: list[str]) -> None:
    done = started(ROOT, MODULE, *argv)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(
        f"fusion-mcp: it needs Python 3.11 or newer; this is 3.8.18 ({sys.executable}). Start "
    )
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_says_which_python_it_needs(name: str) -> None:
    script = str(ROOT / "scripts" / name)
    done = started(ROOT / "scripts", SCRIPT, script)
    assert done.returncode == 1
    assert done.stderr.startswith("fusion-mcp needs Python 3.11 or newer; this is 3.8.18")
    assert done.stderr.rstrip().endswith(f"python3.11 {script}")


@pytest.mark.parametrize(
    "name",
    ["fusion_mcp/__init__.py", "fusion_mcp/__main__.py", "scripts/environment.py", *(f"scripts/{s}" for s in SCRIPTS)],
)
def test_what_is_read_before_that_sentence_is_nothing_new(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 7))
    imported = {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    assert "tomllib" not in imported


def started(folder: Path, what: str, *argv: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", PRETEND.format(folder=str(folder)) + what, *argv]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
