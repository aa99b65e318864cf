"""What installing us brings beyond what mcp brings: packages and MB, in two fresh environments. Not with --quick."""

import asyncio
import json
import os
import sys
import venv
from pathlib import Path

from benchmarks.processes import PATIENCE_S, ROOT
from benchmarks.rows import Row, Run, Setting, at_most

_LOCK = ROOT / "constraints.txt"
_COUNT = """
import importlib.metadata, json, pathlib, sysconfig
tools = ("pip", "setuptools")
names = sorted({each.name.lower() for each in importlib.metadata.distributions()} - set(tools))
root = pathlib.Path(sysconfig.get_path("purelib"))
files = [each for each in root.rglob("*") if each.is_file() and not each.relative_to(root).parts[0].startswith(tools)]
print(json.dumps([len(names), sum(each.stat().st_size for each in files)]))
"""


async def measure(setting: Setting) -> list[Row]:
    """Build the wheel, install it, and mcp alone, and count."""
    if setting.quick:
        return []
    wheels = setting.folder / "wheels"
    await _run(Path(sys.executable), "-m", "pip", "wheel", "-qq", "--no-deps", "--wheel-dir", wheels, ROOT)
    (wheel,) = wheels.glob("*.whl")
    packages, size = await _weighed(setting.folder / "with-us", str(wheel))
    bare_packages, bare_size = await _weighed(setting.folder / "mcp-alone", "mcp")
    return [
        Row(
            measure="weight",
            what="packages beyond mcp's own, ours among them",
            runs=(Run(ours=packages - bare_packages),),
            unit="packages",
            goal=at_most(14),
        ),
        Row(
            measure="weight",
            what="installed size beyond mcp's own",
            runs=(Run(ours=(size - bare_size) / 1e6),),
            unit="MB",
            goal=at_most(45),
        ),
    ]


async def _weighed(folder: Path, requirement: str) -> tuple[int, int]:
    """Install into a new environment: how many packages, how many bytes, pip itself apart."""
    await asyncio.to_thread(venv.create, folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    await _run(python, "-m", "pip", "install", "-qq", "--constraint", _LOCK, requirement)
    packages, size = json.loads(await _run(python, "-c", _COUNT))
    return packages, size


async def _run(*command: object) -> str:
    environ = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}  # noqa: TID251 pip is told by it where packages are
    process = await asyncio.create_subprocess_exec(*map(str, command), stdout=asyncio.subprocess.PIPE, env=environ)
    try:
        async with asyncio.timeout(PATIENCE_S):
            printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise RuntimeError("installing failed; see pip's words above")
    return printed.decode()
