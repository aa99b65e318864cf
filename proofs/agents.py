"""Proof: real agent programs sit on a panel, answer, can do nothing else, and leave nothing behind.

Installs them from the npm registry into .cache/agents/, in the versions of agents.toml. Their services are scripted,
and each has a home in which it is logged in and has fusion-mcp among its MCP servers. First it is the built-in member;
then a command of the person's own, with nothing kept from it, whose model asks fusion-mcp the very question: what
stopped it, and how many model calls and processes there were. Then it is cancelled, and fusion-mcp killed. Prints
tables; exits with 1 when something does not hold, and with 2 when an agent cannot be installed. Linux only.

    python3 scripts/prove.py agents [all | AGENTS] [--programs FOLDER] [--ways WORDS]
"""

import argparse
import sys
from collections.abc import Iterable, Sequence

from agent.cases import Case, all_cases
from agent.programs import Program, place, programs
from agent.rules import HEAD, files_left, row, violations
from agent.trial import Finding, try_it
from processes import Processes, left_below_us
from tables import conclude, show

USUAL = ("claude-code",)


def main() -> None:
    """Try every agent that is asked for and judge it."""
    known = programs()
    arguments = _arguments(known)
    names = list(known) if "all" in arguments.agents else arguments.agents or USUAL
    chosen = [known[name] for name in names]
    places = {program.name: arguments.programs or place(program) for program in chosen}
    findings: list[Finding] = []
    with Processes() as processes:
        for program in chosen:
            for case in all_cases():
                if _is_wanted(case, arguments.ways):
                    print(f"{program.name}: {case.way} ...", file=sys.stderr, flush=True)
                    findings.append(try_it(program, places[program.name], case, processes))
        faults = [f"left behind in the end: {process}" for process in left_below_us()]
    _report(chosen, findings, faults)


def _arguments(known: Iterable[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="prove.py agents")
    parser.add_argument("agents", nargs="*", choices=[*known, "all", []], help=f"which, instead of {', '.join(USUAL)}")
    parser.add_argument("--programs", metavar="FOLDER", help="where they are installed already, in any version")
    parser.add_argument("--ways", nargs="+", default=[], metavar="WORD", help="only ways that have these words")
    arguments = parser.parse_args()
    if not any(_is_wanted(case, arguments.ways) for case in all_cases()):
        parser.error(f"no way has all of these words: {' '.join(arguments.ways)}")
    return arguments


def _is_wanted(case: Case, words: Sequence[str]) -> bool:
    return all(word in case.way for word in words)


def _report(chosen: Sequence[Program], findings: Sequence[Finding], faults: Sequence[str]) -> None:
    verdicts = [(finding, list(violations(finding))) for finding in findings]
    show(HEAD, (row(finding, found) for finding, found in verdicts))
    print()
    show(("agent", "new files in the person's home, as built-in member", "... as own command"), files_left(findings))
    found = [f"{finding.program.name}, {finding.case.way}: {one}" for finding, ones in verdicts for one in ones]
    versions = ", ".join(f"{program.name} {program.version}" for program in chosen)
    conclude([*found, *faults], f"{len(findings)} trials with {versions}")


if __name__ == "__main__":
    main()
