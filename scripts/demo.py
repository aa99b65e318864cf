"""Sets everything up and runs the main job for real, with no key: the embedded model answers as a panel of three.

python3 scripts/demo.py [QUESTION]
"""

import sys

from environment import ready, run, say

QUESTION = "In Python, what is the difference between a list and a tuple, and when should I use which?"


def main() -> None:
    """Fetch the embedded model if it is not there, and ask it."""
    python = ready("local")
    question = " ".join(sys.argv[1:]) or QUESTION
    run(python, "-m", "fusion_mcp", "pull")
    say(f"\nfusion-mcp ask --preset embedded {question!r}\n")
    run(python, "-m", "fusion_mcp", "ask", "--preset", "embedded", question)


if __name__ == "__main__":
    main()
