"""The process that tests code: a script, started afresh for each answer. What it may do is decided before it begins.

One line of JSON on stdin says what to run: {"path", "folder", "token", "is_unsafe", "limits": {"cpu_s",
"memory_bytes", "file_bytes"}, "preamble", "code", "tests"}. On stdout it says "walled in" and by what, or "refused" and
why, each on a line; then the token, if every test has passed. What goes wrong is on stderr.
"""

import builtins
import json
import linecache
import os
import sys
import traceback
from collections.abc import Mapping
from types import CodeType, ModuleType
from typing import Any

_NAME = "program"


def main() -> None:
    """Wall ourselves in, and run what we were told to."""
    wanted: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    said = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.environ.clear()  # noqa: TID251 - nobody else's: this process has one, and whoever runs in it needs none
    _limit(wanted["limits"])
    try:
        how = "none" if wanted["is_unsafe"] else _walled_in(wanted["path"], wanted["folder"])
    except Exception as error:  # noqa: BLE001 - whatever it was: then nothing is run
        os.write(said, f"refused {error}\n".encode())
        os._exit(0)
    os.write(said, f"walled in {how}\n".encode())
    # Bound here: the code may put others in their places.
    say, leave, token = os.write, os._exit, f"{wanted['token']}\n".encode()
    try:
        _run(wanted)
    except BaseException:  # noqa: BLE001 - also an exit: whoever leaves early has passed nothing
        traceback.print_exc()
        sys.stderr.flush()
        leave(1)
    say(said, token)
    leave(0)


def _walled_in(path: str, folder: str) -> str:
    """Put the walls up, and forget where our modules are."""
    sys.path.insert(0, path)
    from fusion_mcp.evaluation.grading.sandbox.walls import wall_in  # noqa: PLC0415 - the path to it has just been told

    sys.path.remove(path)
    how = wall_in(folder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "fusion_mcp"]:
        del sys.modules[name]
    return how


def _limit(limits: Mapping[str, Any]) -> None:
    """Set the kernel's limits, where the platform has them."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    cpu = limits["cpu_s"]
    wanted = {
        resource.RLIMIT_CPU: (cpu, cpu + 1),  # who does not end at the first is killed at the second
        resource.RLIMIT_AS: (limits["memory_bytes"],) * 2,
        resource.RLIMIT_FSIZE: (limits["file_bytes"],) * 2,
        resource.RLIMIT_NOFILE: (64, 64),
        resource.RLIMIT_CORE: (0, 0),
    }
    for what, limit in wanted.items():
        try:
            resource.setrlimit(what, limit)
        except (ValueError, OSError):  # less is allowed already; or macOS, which knows a limit and does not take it
            continue


def _run(wanted: Mapping[str, str]) -> None:
    """Run the answer's code, then its tests, in one namespace. The tests are compiled before anything else has run."""
    module = ModuleType(_NAME)
    sys.modules[_NAME] = module
    names = module.__dict__
    execute, own = exec, dict(builtins.__dict__)  # as above
    tests = _compiled("tests", wanted["tests"])
    for part in ("preamble", "code"):
        execute(_compiled(part, wanted[part]), names)
    builtins.__dict__.update(own)
    sys.settrace(None)
    sys.setprofile(None)
    execute(tests, names)


def _compiled(part: str, code: str) -> CodeType:
    """Compile one part, so that complaints about it show its lines."""
    name = f"<{part}>"
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    return compile(code, name, "exec", dont_inherit=True)


if __name__ == "__main__":
    main()
