"""Code of others: what it cannot do where it runs, and how it is judged."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import anyio
import psutil
import pytest

from fusion_mcp.evaluation.grading.code import Program, program
from fusion_mcp.evaluation.grading.sandbox.running import Limits, Outcome, run
from fusion_mcp.evaluation.tasks import CodeTask

HEAD = 'import math\n\n\ndef square(x: int) -> int:\n    """Give its square."""\n'
TASK = CodeTask(id="s", problem=HEAD, entry_point="square", tests="assert square(3) == 9\n", preamble=HEAD)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no wall is there, and nothing is run")


async def outcome(
    code: str, tests: str = "assert f(2) == 4", limits: Limits | None = None, *, is_unsafe: bool = False
) -> Outcome:
    return await run(Program(preamble="", code=code, tests=tests), environ={}, limits=limits, is_unsafe=is_unsafe)


async def body(*lines: str, is_unsafe: bool = False) -> Outcome:
    return await outcome("def f(x):\n" + "".join(f"    {line}\n" for line in lines), is_unsafe=is_unsafe)


async def test_right_code_passes_and_wrong_code_fails_with_the_end_of_its_complaint() -> None:
    assert await body("return x * x") == Outcome(status="passed")
    wrong = await body("return x")
    assert wrong.status == "failed"
    assert "assert f(2) == 4" in wrong.detail
    assert wrong.detail.endswith("AssertionError")


@pytest.mark.parametrize(
    "code",
    [
        "import os\nos._exit(0)",
        "import sys\nsys.exit(0)",
        "def f(x):\n    raise SystemExit(0)",
        "import atexit, os\natexit.register(lambda: os.write(1, b'passed'))\ndef f(x): quit()",
        "print('passed')\nprint('walled in none')\ndef f(x): return 0",
        "import os\nfor fd in range(3, 9):\n    try: os.write(fd, b'\\npassed\\n')\n    except OSError: pass\n",
        "import builtins\nbuiltins.len = lambda _: 4\ndef f(x): return len([])",
        "import sys\nsys.settrace(lambda *_: sys.exit(0))\ndef f(x): return 0",
        "import sys\nf = sys.modules['__main__']",
        "def f(x) return 4",
    ],
)
async def test_success_is_not_faked_by_an_early_exit_a_printed_word_or_a_patched_builtin(code: str) -> None:
    assert (await outcome(code)).status == "failed"


async def test_patched_builtins_do_not_outlive_the_answers_own_lines() -> None:
    patched = "import builtins\nbuiltins.len = lambda _: 4\ndef f(x): return [1]"
    assert (await outcome(patched, "assert len(f(2)) == 4")).status == "failed"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text("sk-secret", encoding="utf-8")
    return path


async def test_no_file_of_the_person_can_be_read(secret: Path) -> None:
    for path in (str(secret), __file__, "/etc/passwd", "/proc/self/environ", "/proc/self/mem"):
        found = await body(f"return open({path!r}, 'rb').read()")
        assert "Error" in found.detail
        assert "secret" not in found.detail
    assert "Error" in (await body(f"import os; return os.listdir({str(secret.parent)!r})")).detail


async def test_nothing_can_be_written_outside_its_folder(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("as it was", encoding="utf-8")
    found = await body(
        "import os",
        "refused = 0",
        f"for act in (lambda: open({str(there)!r}, 'w'), lambda: open({str(tmp_path / 'new')!r}, 'w'),",
        f"            lambda: os.unlink({str(there)!r}), lambda: os.chmod({str(there)!r}, 0),",
        f"            lambda: os.utime({str(there)!r}), lambda: os.rename({str(there)!r}, 'mine')):",
        "    try: act()",
        "    except OSError: refused += 1",
        "return refused - 2",
    )
    assert found == Outcome(status="passed")
    assert os.listdir(tmp_path) == ["there"]  # noqa: PTH208 - what an async test may ask
    assert there.read_text(encoding="utf-8") == "as it was"


@pytest.mark.parametrize(
    "line",
    [
        "import socket; socket.socket()",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "import socket; socket.socket(socket.AF_UNIX)",
        "import os; os.fork()",
        "import subprocess; subprocess.run(['/bin/true'])",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.kill(os.getppid(), 9)",
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (9, 9))",
        "import os; os.chroot('.')",
        "import fusion_mcp",
        "import pydantic",
    ],
)
async def test_no_network_no_process_no_signal_and_no_package_is_there(line: str) -> None:
    found = await body(line, "return 4")
    assert found.status == "failed"
    assert "PermissionError" in found.detail or "ModuleNotFoundError" in found.detail


async def test_what_honest_code_needs_is_there() -> None:
    found = await body(
        "import asyncio, dataclasses, decimal, json, os, random, re, tempfile, threading, zoneinfo",
        "assert not os.environ and os.listdir() == []",
        "with tempfile.TemporaryDirectory(dir='.') as folder: open(folder + '/a', 'w').write('b')",
        "threads = [threading.Thread(target=random.random) for _ in range(4)]",
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]",
        "@dataclasses.dataclass",
        "class Number: value: int",
        "async def later(): await asyncio.sleep(0); return Number(4)",
        "return asyncio.run(later()).value",
    )
    assert found == Outcome(status="passed")


async def test_an_endless_loop_and_an_endless_wait_are_timed_out() -> None:
    waits = await outcome("import time\ntime.sleep(60)", limits=Limits(wall_s=0.3))
    assert waits == Outcome(status="timed_out", detail="its time was up")
    loops = await outcome("while True: pass", limits=Limits(cpu_s=1, wall_s=30.0))
    assert loops == Outcome(status="timed_out", detail="its CPU time was up")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("return bytearray(1 << 40)", "MemoryError"),
        ("open('large', 'wb').write(bytes(1 << 25))", "File too large"),
        ("[open(str(n), 'wb').write(bytes(1 << 20)) for n in range(1 << 20)]", "more than 67,108,864 bytes"),
        ("import sys; [sys.stderr.write('x' * 1000) for _ in range(10_000)]", "bytes to stderr"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("print('x' * (1 << 24)); return 0", "AssertionError"),
    ],
)
async def test_memory_files_and_output_are_limited(line: str, told: str) -> None:
    found = await body(line)
    assert found.status == "failed"
    assert told in found.detail
    assert len(found.detail) < 1000


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ["for _ in range(30): os.mkdir('d' * 200); os.chdir('d' * 200)", "fill(kept=True)"],
            "more than 67,108,864 bytes",
        ),
        (["fill(kept=False)"], "more than 67,108,864 bytes"),
        (["for _ in range(100): os.mkdir('d'); os.chdir('d')"], "its folders were nested more than 64 deep"),
    ],
    ids=["beyond the longest path", "unlinked while they are mapped", "too deep to be looked through"],
)
async def test_no_place_hides_what_a_program_writes_from_its_limit(lines: list[str], told: str) -> None:
    found = await body(
        "import mmap, os, time",
        "maps = []",
        "def fill(kept):",
        "    for n in range(16):",
        "        with open(str(n), 'w+b') as file:",
        "            file.write(bytes(1 << 23)); file.flush(); maps.append(mmap.mmap(file.fileno(), 4096))",
        "        kept or os.unlink(str(n))",
        *lines,
        "time.sleep(9)",
    )
    assert found.status == "failed"
    assert told in found.detail


def says_where(file: Path) -> str:
    """Have a program write down the folder that it runs in, which only one without walls can."""
    return f"import os; told = open({str(file)!r}, 'w'); told.write(os.getcwd()); told.close()"


def is_gone(where: Path) -> bool:
    return not Path(where.read_text(encoding="utf-8")).exists()


async def test_a_tree_deeper_than_any_path_is_removed_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    found = await body(
        says_where(tmp_path / "where"),
        f"os.symlink({str(tmp_path)!r}, 'link')",
        "for _ in range(1100): os.mkdir('d' * 200); os.chdir('d' * 200)",
        "return 4",
        is_unsafe=True,
    )
    # On a slow machine it is stopped on its way, when it is deeper than any path as well.
    assert found.status == "passed" or "nested more than 64 deep" in found.detail
    assert is_gone(tmp_path / "where")
    assert (tmp_path / "mine").exists()


async def test_a_folder_that_is_not_removed_is_warned_of_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    code = f"import os\nos.rename(os.getcwd(), {str(tmp_path / 'moved')!r})\ndef f(x): return 4"
    assert await outcome(code, is_unsafe=True) == Outcome(status="passed")
    assert "was not removed: No such file or directory" in caplog.text


async def test_nothing_of_it_is_left_over_when_it_is_called_off(tmp_path: Path) -> None:
    where = tmp_path / "where"
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            endless = partial(body, says_where(where), "while True: pass", is_unsafe=True)
            tasks.start_soon(endless)
            while not (where.exists() and where.read_text(encoding="utf-8")):  # noqa: ASYNC110 - another process's doing
                await anyio.sleep(0.02)
            tasks.cancel_scope.cancel()
    assert is_gone(where)
    assert not [each for each in psutil.Process().children() if "sandbox/child.py" in " ".join(each.cmdline())]


async def test_a_complaint_is_cleaned_of_what_terminals_obey() -> None:
    assert "\x1b" not in (await body(r"raise ValueError('\x1b[31mred')")).detail


async def test_unsafe_code_runs_with_limits_only(tmp_path: Path) -> None:
    path = tmp_path / "read"
    path.write_text("four", encoding="utf-8")
    code = f"def f(x): return len(open({str(path)!r}).read())"
    assert (await outcome(code)).status == "failed"
    assert (await outcome(code, is_unsafe=True)).status == "passed"


def test_the_file_system_of_its_own_keeps_code_in_where_there_is_no_landlock(tmp_path: Path) -> None:
    told = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from fusion_mcp.evaluation.grading.sandbox import walls\n"
        "walls._MEANS.pop('landlock')\n"
        "try: walls.wall_in(sys.argv[2])\n"
        "except walls.CannotWallInError: os._exit(77)\n"
        "import json; open('mine', 'w').write('x')\n"
        "for path in (sys.argv[1], '/etc/passwd', '/proc/self/environ'): assert not os.path.exists(path), path\n"
        "try: open('/there', 'w')\n"
        "except OSError: os._exit(42)\n"
    )
    root = Path(__file__).resolve().parents[2]
    ended = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", told, str(root), str(tmp_path)],
        cwd=tmp_path,
        env={},
        timeout=20,
        check=False,
    )
    if ended.returncode == 77:
        pytest.skip("this system lets nobody have namespaces of their own")
    assert ended.returncode == 42
    assert (tmp_path / "mine").read_text(encoding="utf-8") == "x"


async def test_a_bare_body_is_tested_as_the_whole_function() -> None:
    built = program(TASK, "    return int(math.pow(x, 2))")
    assert built is not None
    assert await run(built, environ={}) == Outcome(status="passed")
