"""The command line in a home of the test's own, and a file of three small tasks."""

import json
from pathlib import Path

import pytest

from cli.called import Called
from cli.command_line import CommandLine
from evaluation.asked import ROWS
from scripted import Home


@pytest.fixture
def called(home: Home, capsys: pytest.CaptureFixture[str]) -> Called:
    return Called(home, capsys)


@pytest.fixture
def tasks(tmp_path: Path) -> str:
    file = tmp_path / "own.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return str(file)


@pytest.fixture
def cli(home: Home) -> CommandLine:
    return CommandLine(home)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"
