"""Where the program begins: arguments and environment go to the command line, whose answer is the exit status."""

import gc
import os
import sys

_OLDEST = (3, 11)

_NEW_OBJECTS = 200_000
"""How many are made before the garbage collector looks for cycles. At its 700, it takes a tenth of the start."""


def main() -> int:
    """Run `fusion-mcp` with this process's arguments and environment."""
    if sys.version_info < _OLDEST:  # a checkout may be started with any; this file is all that an old one can read
        return _too_old()
    gc.set_threshold(_NEW_OBJECTS)
    try:
        from fusion_mcp.cli.main import main as run  # noqa: PLC0415 a Ctrl-C during imports must not show a traceback

        own = os.environ  # noqa: TID251 here the environment enters
        # It puts each name that it is asked for into bytes; on Windows it knows a name in any case.
        return run(sys.argv[1:], own if os.name == "nt" else dict(own))
    except KeyboardInterrupt:
        return 130


def _too_old() -> int:
    needed, found = f"{_OLDEST[0]}.{_OLDEST[1]}", sys.version.split()[0]
    sys.stderr.write(
        f"fusion-mcp: it needs Python {needed} or newer; this is {found} ({sys.executable}). Start it with a newer "
        "one, or by uvx --from fusion-mcp-server fusion-mcp, which brings its own.\n"
    )
    return 2


if __name__ == "__main__":
    sys.exit(main())
