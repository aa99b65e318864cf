"""Builds the bundle, or looks after the files that are made of others. `python -m distribution --help` says how."""

import argparse
import hashlib
import sys
from pathlib import Path

from distribution.bundle import contents, file_name, packed
from distribution.project import PLACEHOLDER, ROOT, Project, read_project
from distribution.published import drifted, write


def main() -> int:
    """Do what is asked for; 1 where --check found something stale, 2 where something that is needed is not there."""
    arguments = _arguments()
    try:
        project = read_project(arguments.root)
        if arguments.check:
            return _check(project, arguments.root)
        if arguments.write:
            return _write(project, arguments.root)
        return _build(project, arguments.root, arguments.out or arguments.root / "dist")
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


def _check(project: Project, root: Path) -> int:
    stale = drifted(project, root)
    if stale:
        print(f"Not up to date: {', '.join(stale)}. Run `python3 scripts/bundle.py --write`.", file=sys.stderr)
    return 1 if stale else 0


def _write(project: Project, root: Path) -> int:
    stale = write(project, root)
    print(f"Brought up to date: {', '.join(stale)}." if stale else "Everything was up to date.")
    _remark(project)
    return 0


def _build(project: Project, root: Path, out: Path) -> int:
    archive = packed(contents(project, root))
    file = out / file_name(project)
    out.mkdir(parents=True, exist_ok=True)
    file.write_bytes(archive)
    print(f"{file}\nsha256 {hashlib.sha256(archive).hexdigest()}, {len(archive):,} bytes")
    _remark(project)
    return 0


def _remark(project: Project) -> None:
    if not project.has_owner:
        print(
            f"[project.urls] in pyproject.toml still says {PLACEHOLDER}. Before you publish, put the repository's "
            "owner there and run `python3 scripts/bundle.py --write`.",
            file=sys.stderr,
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bundle.py", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--out", type=Path, metavar="FOLDER", help="where the bundle goes (default: dist/)")
    what.add_argument("--check", action="store_true", help="exit with 1 if what is made of others is stale")
    what.add_argument("--write", action="store_true", help="bring them up to date")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
