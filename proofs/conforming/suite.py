"""One run of the suite against a server, and what it found."""

import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conforming.programs import Programs

WITHIN_S = 300.0

_PASSED = re.compile(r"^✓ (\S+): \d+ passed, 0 failed", re.MULTILINE)
_EXPECTED = "  ~ "
_FAILING = "  ✗ "
_STALE = "  ✓ "
_FOLDER = re.compile(r"server-(.+)-\d{4}-\d\d-\d\dT.*")
_LONGEST = 300


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one run found: scenarios that passed and that were expected to fail, and the violations, in sentences."""

    passed: Sequence[str]
    expected: Sequence[str]
    violations: Sequence[str]
    seconds: float


def judged(programs: Programs, url: str, revision: str, baseline: Path, environ: Mapping[str, str]) -> Finding:
    """Hold the server at `url` against all that the suite has for a revision, with the list of what it may fail."""
    start = time.monotonic()
    asked = ("--suite", "all", "--spec-version", revision, "--expected-failures", str(baseline))
    with tempfile.TemporaryDirectory() as folder:
        command = [*programs.suite, "server", "--url", f"{url}/mcp", *asked, "--output-dir", folder]
        ran = subprocess.run(  # noqa: S603
            command, env=programs.environ(environ), capture_output=True, text=True, check=False, timeout=WITHIN_S
        )
        reasons = _reasons(Path(folder))
    passed = _PASSED.findall(ran.stdout)
    expected = [line.removeprefix(_EXPECTED) for line in ran.stdout.splitlines() if line.startswith(_EXPECTED)]
    warned = {entry.partition(":")[0] for entry in expected}
    return Finding(
        passed=[scenario for scenario in passed if scenario not in warned],
        expected=expected,
        violations=list(_violations(ran, reasons)) if ran.returncode or not passed else [],
        seconds=time.monotonic() - start,
    )


def _violations(ran: subprocess.CompletedProcess[str], reasons: Mapping[str, str]) -> Iterator[str]:
    """Say what is wrong, or give the end of what was printed where the suite itself failed."""
    lines = ran.stdout.splitlines()
    failing = [line.removeprefix(_FAILING) for line in lines if line.startswith(_FAILING)]
    stale = [line.removeprefix(_STALE) for line in lines if line.startswith(_STALE)]
    yield from (f"{entry} fails: {reasons.get(entry.partition(':')[0], 'no reason was given')}" for entry in failing)
    yield from (f"{entry} passes, although the list expects it to fail: take it off" for entry in stale)
    if not failing and not stale:
        yield f"the suite ended with status {ran.returncode}: {(ran.stderr or ran.stdout)[:_LONGEST]}"


def _reasons(folder: Path) -> dict[str, str]:
    """Read why checks did not pass, by scenario."""
    reasons: dict[str, str] = {}
    for file in sorted(folder.glob("*/checks.json")):
        named = _FOLDER.fullmatch(file.parent.name)
        checks = json.loads(file.read_text(encoding="utf-8"))
        bad = [check for check in checks if check["status"] in ("FAILURE", "WARNING")]
        if named and bad:
            told = "; ".join(f"{check['id']}: {check.get('errorMessage', '')}" for check in bad)
            reasons[named[1]] = told[:_LONGEST]
    return reasons
