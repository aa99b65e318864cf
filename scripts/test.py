"""Sets everything up and passes the tests: formatting, lint, types, the house's floors, and the suite.

python3 scripts/test.py [PYTEST ARGUMENTS]
"""

import sys

from environment import ROOT, ready, run, say

TEST_HOME = ROOT / ".cache" / "home"
TEST_MODEL = "smollm2-135m"


def main() -> None:
    """Check, then test; the small real model that the tests start is fetched first, once."""
    python = ready("dev", "local", locked=True)
    run(python, "-m", "fusion_mcp", "pull", TEST_MODEL, FUSION_MCP_HOME=str(TEST_HOME))
    for title, command in CHECKS.items():
        say(f"-- {title}")
        run(python, *command)
    say("-- tests")
    # A file's tests stay together, since some share what is slow to start.
    run(python, "-m", "pytest", "-n", "auto", "--dist", "loadfile", *sys.argv[1:])


CHECKS = {
    "format": ("-m", "ruff", "format", "--check", "--quiet", "."),
    "lint": ("-m", "ruff", "check", "--quiet", "."),
    "types": ("-m", "basedpyright"),
    "floors": ("-c", "from importlinter.cli import lint_imports_command as check; check()"),
}

if __name__ == "__main__":
    main()
