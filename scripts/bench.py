"""Sets everything up and measures how fast we are, beside bare references: prints a table, and draws it if asked to.

python3 scripts/bench.py [MEASURE...] [--runs N] [--json FILE] [--draw] [--quick]
"""

import sys

from environment import ready, run


def main() -> None:
    """Run the benchmark with the arguments as they are; exit with its status."""
    run(ready("bench", locked=True), "-m", "benchmarks", *sys.argv[1:])


if __name__ == "__main__":
    main()
