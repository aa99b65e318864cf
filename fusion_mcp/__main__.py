"""Where the program begins: arguments and environment go to the command line, whose answer is the exit status."""

import gc
import os
import sys

_NEW_OBJECTS = 50_000
"""How many are made before the garbage collector looks for cycles. At its 700, it takes a tenth of the start."""


def main() -> int:
    """Run `fusion-mcp` with this process's arguments and environment."""
    gc.set_threshold(_NEW_OBJECTS)
    try:
        from fusion_mcp.cli.main import main as run  # noqa: PLC0415 a Ctrl-C during imports must not show a traceback

        return run(sys.argv[1:], os.environ)  # noqa: TID251 here the environment enters
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
