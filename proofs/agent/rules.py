"""The rules of the proof with real agents, and its tables' rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agent.cases import CARRIERS
from agent.trial import ANSWER, TOPIC, Finding
from carriers import NOT_STOPPED, carrier_in, without_pid

GONE_WITHIN_S = 5.0
MOST_PROCESSES = 40
HEAD = (
    "agent",
    "way",
    "stopped by",
    "agent's calls",
    "others' calls",
    "tools offered",
    "started or written",
    "processes",
    "left",
    "gone after s",
    "billing",
    "s",
    "verdict",
)
_DEEPEST = 3
_STATUS = {"answer": 0, "cancelled": 130, "killed": -9}


def violations(finding: Finding) -> Iterator[str]:
    """Say what a trial violates."""
    case = finding.case
    if finding.crash:
        yield f"crashed: {finding.crash}"
    if finding.status != _STATUS[case.end]:
        yield f"ended with status {finding.status}, and not {_STATUS[case.end]}: {finding.said[-300:]}"
    if "Traceback" in finding.said or TOPIC in finding.said:
        yield f"a traceback or the question on stderr: {finding.said[-300:]}"
    others = 3 if case.end == "answer" else 1
    if (len(finding.asked), finding.calls) != (finding.turns, others):
        yield f"{len(finding.asked)} and {finding.calls} model calls instead of {finding.turns} and {others}"
    yield from _answered(finding)
    yield from _unanswered(finding)
    yield from (_of_own if case.is_own else _of_builtin)(finding)
    yield from _left(finding)


def _answered(finding: Finding) -> Iterator[str]:
    """The agent's answer is in the result, with what it used."""
    if finding.case.end != "answer":
        return
    member = _member(finding)
    if finding.result.get("status") != "ok" or not finding.result.get("answer"):
        yield f"no whole result: {finding.result.get('failed_models')}, {finding.result.get('warnings')}"
    if member.get("content") != ANSWER:
        yield f"the agent's answer is {member.get('content')!r}"
    if not all(member.get("usage", {}).get(part) for part in ("input_tokens", "output_tokens")):
        yield f"its usage is {member.get('usage')}"
    if not finding.case.is_own and member.get("billing") != finding.program.billing:
        yield f"its calls are {member.get('billing')}, and not {finding.program.billing}"
    if member.get("billing") == "subscription" and member.get("cost_usd") is not None:
        yield f"a call on a subscription has a cost: {member.get('cost_usd')}"


def _unanswered(finding: Finding) -> Iterator[str]:
    """What the agent asks of fusion-mcp is refused, by what is expected, in words that tell it what to do."""
    case, carrier = finding.case, stopped_by(finding)
    if not case.is_own or case.end != "answer":
        return
    if carrier not in CARRIERS[case.door]:
        yield f"stopped by {carrier}, and not by {' or '.join(CARRIERS[case.door])}"
    told = finding.asked[1].text if len(finding.asked) > 1 else ""
    if "recursion_refused" not in told or "Answer the question yourself, directly" not in told:
        yield "its model was not told to answer by itself"


def _of_builtin(finding: Finding) -> Iterator[str]:
    """With our isolation nothing is offered but the web, nothing is started, read or written."""
    program = finding.program
    offered = set(finding.offered) - set(program.inert)
    if offered != set(program.web if finding.case.web else ()):
        yield f"its requests offer {sorted(offered)}"
    if finding.touched:
        yield f"started or written: {', '.join(finding.touched)}"
    if finding.tells_files:
        yield "a file of the person's home was told to its service"
    if finding.telling:
        yield f"the question is kept in {', '.join(finding.telling)}"


def _of_own(finding: Finding) -> Iterator[str]:
    """Without it, all of that happens: else the trials above would prove nothing."""
    if finding.case.door.startswith("stdio") and "fusion" not in finding.touched:
        yield "its fusion-mcp was never started"
    if "other" not in finding.touched:
        yield "its other MCP server was never started"
    if finding.case.tries and "bash" not in finding.touched:
        yield f"what was tried came to nothing even so: {', '.join(finding.touched)}"
    if finding.case.tries and not finding.tells_files:
        yield "what was read was not told to its service even so"


def _left(finding: Finding) -> Iterator[str]:
    if finding.left:
        yield f"left behind: {', '.join(finding.left)}"
    if finding.gone_s > GONE_WITHIN_S:
        yield f"processes for {finding.gone_s:.1f} s after the end"
    if finding.processes > MOST_PROCESSES:
        yield f"{finding.processes} processes at once"
    if finding.temporary:
        yield f"temporary files left: {', '.join(finding.temporary)}"


def stopped_by(finding: Finding) -> str:
    """Say what stopped the question that came from below."""
    if not finding.case.is_own or finding.case.end != "answer":
        return "-"
    found = [carrier_in(asked.text) for asked in finding.asked]
    return next((without_pid(carrier) for carrier in found if carrier), NOT_STOPPED)


def row(finding: Finding, found: Sequence[str]) -> Sequence[object]:
    """One line of the table."""
    case, names = finding.case, ", ".join(finding.offered)
    return (
        finding.program.name,
        case.way,
        stopped_by(finding),
        f"{len(finding.asked)} of {finding.turns}",
        finding.calls,
        f"{len(finding.offered)} tools" if case.is_own else names or "none",
        ", ".join(finding.touched) or "nothing",
        finding.processes,
        len(finding.left),
        f"{finding.gone_s:.1f}",
        _member(finding).get("billing", "-"),
        f"{finding.seconds:.1f}",
        "VIOLATED" if found else "holds",
    )


def files_left(findings: Sequence[Finding]) -> Iterator[tuple[str, str, str]]:
    """Give the files that each agent has made in the home: built in, and without our isolation how many there are."""
    for name in dict.fromkeys(finding.program.name for finding in findings):
        mine = [finding for finding in findings if finding.program.name == name]
        kept = {_short(file) for finding in mine if not finding.case.is_own for file in finding.files}
        own = max((len(finding.files) for finding in mine if finding.case.is_own), default=0)
        yield name, ", ".join(sorted(kept)) or "none", str(own)


def _short(file: str) -> str:
    """Leave out of a name what differs from run to run, and what lies deep."""
    short = re.sub(r"\d{6,}", "*", re.sub(r"-(?:shm|wal)$", "", file))
    folders = short.split("/")
    return short if len(folders) <= _DEEPEST else "/".join([*folders[: _DEEPEST - 1], "..."])


def _member(finding: Finding) -> Mapping[str, Any]:
    """Give what the result has of the agent's own answer; nothing where it has none."""
    name = "mine" if finding.case.is_own else finding.program.name
    responses: list[dict[str, Any]] = finding.result.get("responses", [])
    mine = [response for response in responses if response["model"].startswith(f"{name}:")]
    return mine[0] if mine else {}
