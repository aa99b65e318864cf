"""Calls the command line within the test's own process: for commands that only look, which are many and quick."""

import json
from typing import Any

import pytest

from cli.command_line import Done
from fusion_mcp.cli.main import main
from scripted import Home


class Called:
    """`called("runs")` runs a command on one home to its end."""

    def __init__(self, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
        self._home = home
        self._capsys = capsys

    def __call__(self, *argv: str) -> Done:
        self._capsys.readouterr()
        status = main(argv, self._home.environ())
        said = self._capsys.readouterr()
        return Done(status=status, out=said.out, err=said.err)

    def rows(self, *options: str) -> dict[str | None, dict[str, Any]]:
        """Every run that is listed, by its question."""
        listed: list[dict[str, Any]] = json.loads(self("runs", "--json", *options).out)
        return {row["question"]: row for row in listed}
