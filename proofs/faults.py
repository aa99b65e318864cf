"""Proof: whatever fault a provider has, at any stage, there is an answer in time that says what is missing.

Every fault of `fault.kinds`, in every stage, for one model and for all, through `fusion-mcp` on stdio and some over
HTTP, with the SDK's own client. Prints a table; exits with 1 when `fault.rules` are violated.
"""

import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import anyio

from fault.cases import all_cases, furnish
from fault.rules import Case, Finding, violations
from scripted import Home, ScriptedProvider
from scripted.lives import Life, life
from server.running import HttpServer, Way, http_client
from tables import conclude, show
from turns import in_turns

AT_ONCE = 12
GIVEN_UP_S = 60.0
HEAD = ("door", "fault", "stage", "who", "answered", "status", "named", "calls", "s over", "verdict")


def main() -> None:
    """Try every case and judge it."""
    with ScriptedProvider() as provider, tempfile.TemporaryDirectory() as folder:
        findings, faults = anyio.run(_matrix, provider, Path(folder))
    verdicts = [(finding, list(violations(finding))) for finding in findings]
    show(HEAD, (_row(finding, found) for finding, found in verdicts))
    faults += [f"{_label(finding)}: {one}" for finding, found in verdicts for one in found]
    conclude(faults, f"{len(findings)} cases")


async def _matrix(provider: ScriptedProvider, folder: Path) -> tuple[list[Finding], list[str]]:
    """Run every case; also gives what the servers said that no server should."""
    cases = all_cases()
    home = Home(folder)
    furnish(home, provider, cases)
    on_stdio, over_http = ([case for case in cases if case.door == door] for door in ("stdio", "http"))
    async with life(home.environ(), folder) as server:
        findings = await in_turns(AT_ONCE, partial(_try, provider, server), on_stdio)
    said = server.said.read_text()
    with HttpServer(home.environ()) as running:
        async with http_client(running, Way("http", "auto")) as client:
            reached = Life(client=client, pid=running.process.pid, said=folder / "said")
            findings += await in_turns(AT_ONCE, partial(_try, provider, reached), over_http)
        said += running.stderr
    return findings, ["a traceback on stderr:\n" + said[-2000:]] if "Traceback" in said else []


async def _try(provider: ScriptedProvider, server: Life, case: Case) -> Finding:
    start = time.monotonic()
    outcome, crash = None, f"no answer within {GIVEN_UP_S:.0f} s"
    with anyio.move_on_after(GIVEN_UP_S):
        try:
            asked = await server.ask(f"What is the answer to {case.name}?", preset=case.name)
            outcome = await server.settled(asked, GIVEN_UP_S)
        except Exception as fault:  # noqa: BLE001 - whatever keeps the client from an answer is the finding
            crash = repr(fault)
    seconds = time.monotonic() - start
    calls = [call for call in provider.calls if call.model.endswith(f"-{case.name}")]
    return Finding(case=case, seconds=seconds, calls=calls, outcome=outcome, crash=crash)


def _label(finding: Finding) -> str:
    case = finding.case
    return f"{case.fault.name}, {case.stage}, {case.who}, {case.door} ({case.name})"


def _row(finding: Finding, found: Sequence[str]) -> Sequence[object]:
    case, outcome = finding.case, finding.outcome
    answered = outcome is not None and outcome.result is not None and bool(outcome.result["answer"])
    return (
        case.door,
        case.fault.name,
        case.stage,
        case.who,
        "yes" if answered else "no",
        "crash" if outcome is None else outcome.status,
        "yes" if finding.is_named else "no",
        len(finding.calls),
        f"{finding.over_s:.1f}",
        "VIOLATED" if found else "holds",
    )


if __name__ == "__main__":
    main()
