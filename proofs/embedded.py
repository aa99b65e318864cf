"""An evaluation of real inference that anybody can repeat: is the embedded model better as a panel than alone?

The shipped `choice` tasks are asked of the embedded preset, of each of its members alone, and of one of them three
times. About fifty minutes on two cores; costs nothing, and goes on where it was stopped.

python3 scripts/prove.py embedded [FOLDER]
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".cache" / "embedded-evaluation"


def main() -> None:
    """Ask, grade and report, and print the report; it stays in the folder, with a page of every transcript."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    fusion_mcp("pull")
    fusion_mcp("eval", "run", "choice", "--preset", "embedded", "--out", str(folder), "--yes")
    fusion_mcp("eval", "grade", str(folder))
    fusion_mcp("eval", "report", str(folder))
    print((folder / "report.md").read_text(encoding="utf-8"))


def fusion_mcp(*arguments: str) -> None:
    """Run one step as a person would."""
    command = [sys.executable, "-m", "fusion_mcp", *arguments]
    status = subprocess.run(command, check=False).returncode  # noqa: S603 - our own program
    if status:
        sys.exit(status)


if __name__ == "__main__":
    main()
