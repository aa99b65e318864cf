"""Where the program begins: arguments and environment go to the command line, whose answer is the exit status."""

import os
import sys


def main() -> int:
    """Run `fusion-mcp` with this process's arguments and environment."""
    try:
        from fusion_mcp.cli.main import main as run  # noqa: PLC0415 a Ctrl-C during imports must not show a traceback

        return run(sys.argv[1:], os.environ)  # noqa: TID251 here the environment enters
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
