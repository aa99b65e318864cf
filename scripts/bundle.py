"""Builds dist/fusion-mcp-VERSION.mcpb, and keeps current what is made of other files.

That is server.json, the example configuration, the README's links and costs, the reference of what is configured, and
the tools' schemas.

python3 scripts/bundle.py [--out FOLDER | --check | --write]
"""

import sys

from environment import ready, run


def main() -> None:
    """Pass the arguments on as they are; exit with the status."""
    run(ready(), "-m", "distribution", *sys.argv[1:])


if __name__ == "__main__":
    main()
