"""Builds dist/fusion-mcp-VERSION.mcpb, and keeps server.json, the README's links and the example configuration current.

python3 scripts/bundle.py [--out FOLDER | --check | --write]
"""

import sys

from environment import ready, run


def main() -> None:
    """Pass the arguments on as they are; exit with the status."""
    run(ready(), "-m", "distribution", *sys.argv[1:])


if __name__ == "__main__":
    main()
