"""Started by a Python that has none of its packages, as a path to the wrong one does, the program says so."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("argv", [[], ["doctor"], ["serve", "--http"]])
def test_a_python_without_the_packages_is_named(argv: list[str]) -> None:
    # -S leaves out what was installed, -I everything that the environment adds.
    start = f"import sys, runpy; sys.path.insert(0, {str(ROOT)!r}); runpy.run_module('fusion_mcp', run_name='__main__')"
    command = [sys.executable, "-I", "-S", "-c", start, *argv]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("fusion-mcp: the package ")
    assert (
        f"is not installed for {sys.executable}; start fusion-mcp by the Python that it was installed for"
        in done.stderr
    )
    assert len(done.stderr.splitlines()) == 1
