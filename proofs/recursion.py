"""Proof: a panel never starts another panel, whatever those who sit on it strip, fork, forge or rephrase.

Real servers, real agent processes, real connections; only the models are scripted, and counted. For each way around:
what stopped it, how many model calls there were in all, how many processes at most below the server, how many of them
are left. Then presets that name a fusion. Then calls of people that look alike, all of which are answered. Prints three
tables; exits with 1 when something does not hold. Linux only.

    python3 scripts/prove.py recursion [WORDS OF THE WAYS TO TRY]
"""

import sys
from collections.abc import Sequence

import anyio

from carriers import NOT_STOPPED
from processes import Processes, left_below_us
from recursing.cases import Case, all_cases
from recursing.ground import Row
from recursing.people import PEOPLE, try_person
from recursing.rules import row, violations
from recursing.seats import Seat, try_seats
from recursing.trial import Finding, try_it
from tables import conclude, show
from turns import in_turns

AT_ONCE = 3
WAYS = ("way around", "stopped by", "model calls", "processes", "left", "s", "verdict")
SEATS = ("preset", "stopped by", "model calls", "verdict")
CALLS = ("a person's call", "answered", "model calls", "verdict")


def main() -> None:
    """Try everything and judge it."""
    words = sys.argv[1:]
    with Processes() as processes:
        findings, seats, rows = anyio.run(_try_all, words, processes)
    faults = [*_show_ways(findings), *_show_seats(seats), *_show_people(rows)]
    faults += [f"left behind in the end: {process}" for process in left_below_us()]
    conclude(faults, f"{len(findings) + len(seats)} ways around, {len(rows)} false alarms")


async def _try_all(words: Sequence[str], processes: Processes) -> tuple[list[Finding], list[Seat], list[Row]]:
    """Try all whose names have these words, some at once."""
    cases = [case for case in all_cases() if all(word in case.way for word in words)]
    people = [way for way in PEOPLE if all(word in way for word in words)]
    seats = [] if words else await try_seats()

    async def one(trial: Case | str) -> Finding | Row:
        return await (try_person(trial) if isinstance(trial, str) else try_it(trial, processes))

    found = await in_turns(AT_ONCE, one, [*cases, *people])
    findings = [each for each in found if isinstance(each, Finding)]
    return findings, seats, [each for each in found if isinstance(each, Row)]


def _show_ways(findings: Sequence[Finding]) -> list[str]:
    verdicts = [(finding, list(violations(finding))) for finding in findings]
    show(WAYS, (row(finding, found) for finding, found in verdicts))
    return [f"{finding.case.way}: {one}" for finding, found in verdicts for one in found]


def _show_seats(seats: Sequence[Seat]) -> list[str]:
    print()
    verdicts = ("holds" if seat.holds else NOT_STOPPED for seat in seats)
    cells = ((seat.way, seat.stopped_by, f"{seat.calls} of {seat.of}") for seat in seats)
    show(SEATS, ((*cell, verdict) for cell, verdict in zip(cells, verdicts, strict=True)))
    return [f"{seat.way}: {seat.stopped_by}, {seat.calls} calls" for seat in seats if not seat.holds]


def _show_people(rows: Sequence[Row]) -> list[str]:
    print()
    cells = ((row.way, f"{row.answered} of {row.asked}", row.calls, row.holds) for row in rows)
    show(CALLS, ((*cell, "holds" if holds else "VIOLATED") for *cell, holds in cells))
    return [f"{row.way}: {row.answered} of {row.asked} answered: {row.fault}" for row in rows if not row.holds]


if __name__ == "__main__":
    main()
