"""The start of the process that takes documents apart: a script, which learns from its parent where our modules are.

It is a process of its own, since pages are hostile and parsers can be slow or greedy: it can be ended at any moment. It
sees no environment but the one it was given. One line of JSON on stdin says what it may use; `serving` does the rest.
"""

import json
import logging
import os
import signal
import sys
import warnings


def main() -> None:
    """Get ready, and serve until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches us too, and is the parent's to answer
    logging.disable()
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    line = sys.stdin.buffer.readline()
    if not line:
        return
    start = json.loads(line)
    _limit_memory(start["memory_bytes"])
    sys.path += [entry for entry in start["path"] if entry not in sys.path]
    from fusion_mcp.tools.reading.serving import serve  # noqa: PLC0415 - the path to it has just been told

    serve(sys.stdin.buffer, answers)


def _limit_memory(most: int) -> None:
    """Make whoever asks for more get a MemoryError, where the platform can."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    for what, limit in ((resource.RLIMIT_AS, most), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(what, (limit, limit))
        except (ValueError, OSError):  # less is allowed already; or macOS, which knows this limit and does not take it
            continue


if __name__ == "__main__":
    main()
