"""A question on the command line that an agent of a live run asks."""

import subprocess
import sys
from pathlib import Path

from cli.command_line import WITHIN
from scripted import Home, ScriptedProvider
from scripted.keepers import keeper_command


def test_a_question_from_below_a_keeper_is_refused_with_its_environment_scrubbed(
    home: Home, trio: ScriptedProvider, tmp_path: Path
) -> None:
    command = keeper_command(tmp_path, [sys.executable, "-m", "fusion_mcp", "ask", "Is it so?"], home.environ())
    done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "recursion_refused" in done.stderr
    assert "process ancestry (" in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert trio.calls == []
