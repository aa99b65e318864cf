"""Measures, prints the table, writes it as JSON and draws it. `python -m benchmarks --help` says how."""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import Awaitable
from importlib import import_module
from pathlib import Path

from benchmarks.drawing import drawn
from benchmarks.machine import described
from benchmarks.processes import ROOT
from benchmarks.rows import Row, Setting
from benchmarks.table import markdown, shape

MEASURES = (
    "alone",
    "throughput",
    "start",
    "weight",
    "first-words",
    "tail",
    "prefix",
    "http",
    "research",
    "growth",
)
"""Each is a module of `benchmarks.measures`, loaded when it is measured: some want packages that others do without."""
DRAWN = "docs/benchmarks.svg"
DRAWING = ROOT / DRAWN
_RUNS, _FEW_RUNS = 5, 2
_MEASURE_S = 3600.0


def main() -> int:
    """Measure what is asked for; 1 where something could not be measured. A goal that is missed is no failure."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends what was started, as Ctrl-C does
    names: list[str] = arguments.measures or list(MEASURES)
    machine = described(arguments.runs, quick=arguments.quick)
    rows: list[Row] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="benchmarks-", ignore_cleanup_errors=True) as folder:
        setting = Setting(runs=arguments.runs, quick=arguments.quick, folder=Path(folder))
        for name in names:
            _say(f"-- {name}")
            try:
                rows += asyncio.run(_within(_measuring(name, setting)))
            except Exception as error:  # noqa: BLE001 whatever broke one measure, the others are worth having
                failed.append(name)
                _say(f"{name} could not be measured: {type(error).__name__}: {error}")
    print(markdown(rows), end="")
    if arguments.json:
        arguments.json.write_text(json.dumps(shape(rows, machine), indent=2) + "\n", encoding="utf-8")
    if arguments.draw:
        arguments.draw.write_text(drawn(rows, machine), encoding="utf-8")
    return 1 if failed or any(row.failures for row in rows) else 0


def _measuring(name: str, setting: Setting) -> Awaitable[list[Row]]:
    return import_module(f"benchmarks.measures.{name.replace('-', '_')}").measure(setting)


async def _within(measuring: Awaitable[list[Row]]) -> list[Row]:
    async with asyncio.timeout(_MEASURE_S):
        return await measuring


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.py", description="How fast we are, beside bare references.")
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"one of {', '.join(MEASURES)}; default: all")
    parser.add_argument("--runs", type=_count, metavar="N", help=f"of each (default {_RUNS}; {_FEW_RUNS} with --quick)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run into this file")
    parser.add_argument("--draw", type=Path, nargs="?", const=DRAWING, metavar="FILE", help=f"draw them (into {DRAWN})")
    parser.add_argument("--quick", action="store_true", help="small loads, to see that all works; no installing")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.measures if name not in MEASURES]:
        parser.error(f"{unknown[0]}: no measure; there are {', '.join(MEASURES)}")
    arguments.runs = arguments.runs or (_FEW_RUNS if arguments.quick else _RUNS)
    return arguments


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return count


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
