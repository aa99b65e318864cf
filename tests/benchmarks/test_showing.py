"""The rows as people get them: a table, a file of every run, and a drawing that hides no miss."""

import json
from xml.etree import ElementTree as ET

from benchmarks.drawing import drawn
from benchmarks.rows import Row, Run, at_least, at_most
from benchmarks.table import markdown, shape

MACHINE = {"cores": 2, "python": "3.11.7"}
MET = Row(
    measure="start",
    what="until tools/list",
    runs=(Run(ours=0.5, reference=0.5), Run(ours=0.52, reference=0.5)),
    unit="s",
    goal=at_most(1.05),
    against="a bare MCPServer",
)
MISSED = Row(measure="weight", what="beyond mcp's own", runs=(Run(ours=50.0),), unit="MB", goal=at_most(45))
SHARE = Row(measure="prefix", what="shared", runs=(Run(ours=0.965),), unit="parts", goal=at_least(0.95))
BROKEN = Row(measure="http", what="calls", runs=(Run(ours=9.0, failures=3),), unit="per s", goal=at_least(1))
OTHERS = Row(measure="throughput", what="questions, 64 at once", runs=(Run(ours=50.0, reference=100.0),), of="openai")


def lines(*rows: Row) -> list[str]:
    return markdown(rows).splitlines()[2:]


def test_each_row_is_one_line_with_its_figure_its_goal_and_whether_it_is_met() -> None:
    met, missed, share = lines(MET, MISSED, SHARE)
    assert "| a bare MCPServer 0.500 s | 1.020 (1.000 to 1.040) | at most 1.05 | yes |" in met
    assert "| 50.0 MB | at most 45 MB | no |" in missed
    assert "| 96.5 % | at least 95 % | yes |" in share


def test_a_row_with_failures_is_called_invalid_and_a_references_own_is_named() -> None:
    broken, others = lines(BROKEN, OTHERS)
    assert broken.endswith("| invalid: 3 failed |")
    assert "(openai)" in others


def test_the_file_holds_every_run_and_the_machine() -> None:
    told = json.loads(json.dumps(shape([MET, BROKEN], MACHINE)))
    assert told["machine"] == MACHINE
    assert [run["ours"] for run in told["rows"][0]["runs"]] == [0.5, 0.52]
    assert (told["rows"][0]["met"], told["rows"][1]["met"], told["rows"][1]["failures"]) == (True, None, 3)


def test_a_drawing_is_well_formed_and_writes_every_figure_it_draws_a_miss_by_name() -> None:
    drawing = drawn([MET, MISSED, SHARE, BROKEN], MACHINE)
    words = " ".join(ET.fromstring(drawing).itertext())
    assert "until tools/list / a bare MCPServer" in words
    assert "50.0 MB (≤ 45 MB), missed" in words
    assert "96.5 % (≥ 95 %)" in words
    assert "2 cores, Python 3.11.7" in words
    assert "calls" not in words, "a row with failures says nothing"
