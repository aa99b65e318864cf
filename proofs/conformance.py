"""Proof: the protocol's own suite and inspector find nothing in this server, in both revisions of the protocol.

Installs both from the npm registry into .cache/conformance/, in the versions of suite.toml. The suite judges the
product as people start it, with lists of what it rightly lacks. Then it judges that server with the tools, resources
and prompts put in that the suite calls, where nearly all must pass. The inspector looks at the schemas strictly, at the
other lists, and calls a tool, over stdio and HTTP, in both eras. Prints tables; exits with 1 when something does not
hold, and with 2 when one cannot be installed.

    python3 scripts/prove.py conformance
"""

import sys
from collections.abc import Iterator

from conforming.inspecting import Seen, inspected
from conforming.programs import HERE, Facts, Programs, facts, programs
from conforming.servers import Environ, furnished, ground, product
from conforming.suite import Finding, judged
from tables import conclude, show

SUITE = ("server", "revision", "passed", "passed for want of a fixture", "expected failures", "s")
INSPECTOR = ("inspector", "asked", "holds", "last words", "s")
SERVERS = {"product": ("baseline", product), "furnished": ("furnished", furnished)}

Judged = tuple[str, str, Finding]


def main() -> None:
    """Judge both servers, and have the product inspected."""
    known = facts()
    found = programs(known)
    with ground() as on:
        runs = list(_judged(known, found, on))
        looks = list(_inspected(found, on))
    _tell_runs(runs, known.empty.scenarios)
    show(INSPECTOR, ((each.door, each.asked, not each.violation, each.said, f"{each.seconds:.1f}") for each in looks))
    violations = [f"{server}, {revision}: {one}" for server, revision, run in runs for one in run.violations]
    violations += [f"inspector, {each.door}, {each.asked}: {each.violation}" for each in looks if each.violation]
    versions = " and ".join(f"{program.package} {program.version}" for program in known.programs.values())
    conclude(violations, f"{len(runs)} runs and {len(looks)} looks with {versions}")


def _judged(known: Facts, found: Programs, on: Environ) -> Iterator[Judged]:
    for server, (expected, serve) in SERVERS.items():
        with serve(on) as url:
            for revision in known.revisions:
                print(f"{server}: {revision} ...", file=sys.stderr, flush=True)
                yield server, revision, judged(found, url, revision, HERE / f"{expected}-{revision}.yml", on)


def _inspected(found: Programs, on: Environ) -> Iterator[Seen]:
    print("inspector ...", file=sys.stderr, flush=True)
    with product(on) as url:
        yield from inspected(found, url, on)


def _tell_runs(runs: list[Judged], empty: frozenset[str]) -> None:
    """Print what the suite found; and of the product, which has no fixtures, what it passed in earnest."""
    rows: list[tuple[object, ...]] = []
    earnest: list[str] = []
    for server, revision, run in runs:
        vacuous = empty & set(run.passed) if server == "product" else frozenset[str]()
        meant = [each for each in run.passed if each not in vacuous]
        rows.append((server, revision, len(meant), len(vacuous), len(run.expected), f"{run.seconds:.1f}"))
        earnest += [f"{server}, {revision}, passed: {', '.join(meant)}"] if server == "product" else []
    show(SUITE, rows)
    print("", *earnest, "", sep="\n")


if __name__ == "__main__":
    main()
