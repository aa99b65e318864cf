"""The benchmark as a person starts it, with one measure that takes a moment."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def started(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_a_measure_is_printed_written_and_drawn(tmp_path: Path) -> None:
    file, drawing = tmp_path / "figures.json", tmp_path / "figures.svg"
    done = started("prefix", "--quick", "--runs", "1", "--json", str(file), "--draw", str(drawing))
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(file.read_text(encoding="utf-8"))["rows"]
    assert (row["measure"], row["failures"]) == ("prefix", 0)
    assert 0.9 < row["figure"] <= 1
    assert "of the judge's prompt" in done.stdout
    assert drawing.read_text(encoding="utf-8").startswith("<svg")


def test_a_measure_that_there_is_none_of_is_told_with_those_there_are() -> None:
    done = started("speed")
    assert done.returncode == 2
    assert "throughput" in done.stderr
