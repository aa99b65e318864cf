"""How a client is told to start us: this very program, wherever it lies and however it came there."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import fusion_mcp
from cli.command_line import CommandLine
from fusion_mcp.cli.install.launch import Process, launch
from scripted import Home

CHECKOUT = Path(fusion_mcp.__file__).parent


@pytest.fixture
def process(tmp_path: Path) -> Process:
    """A process of an environment without scripts."""
    return Process(
        program=str(tmp_path / "bin" / "pytest"),
        python=str(tmp_path / "bin" / "python"),
        prefix=str(tmp_path),
        root=tmp_path / "lib",
        is_installed=True,
        uvx="/opt/uv/uvx",
        source="fusion-mcp-server",
    )


def script(tmp_path: Path, name: str) -> str:
    file = tmp_path / "bin" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    return str(file)


@pytest.mark.parametrize("name", ["fusion-mcp", "fusion-mcp-server"])
def test_the_script_that_runs_is_the_one_that_is_written(process: Process, tmp_path: Path, name: str) -> None:
    script(tmp_path, "fusion-mcp")
    linked = script(tmp_path / "linked", name)
    assert launch(replace(process, program=linked)).command == (linked,)


def test_a_script_of_windows_is_found_without_its_ending(process: Process, tmp_path: Path) -> None:
    exe = script(tmp_path / "Scripts", "fusion-mcp.exe")
    assert launch(replace(process, program=exe.removesuffix(".exe"))).command == (exe,)


def test_a_process_that_runs_otherwise_names_the_script_of_its_interpreter(process: Process, tmp_path: Path) -> None:
    assert launch(process).command == (process.python, "-m", "fusion_mcp")
    ours = script(tmp_path, "fusion-mcp")
    assert launch(process).command == (ours,)


def test_what_is_not_installed_is_found_by_its_folder(process: Process) -> None:
    started = launch(replace(process, is_installed=False))
    assert started.command == (process.python, "-m", "fusion_mcp")
    assert started.environ == {"PYTHONPATH": str(process.root)}


@pytest.mark.parametrize("folder", ["archive-v0/aBc", "environments-v2/fusion-1a2b"])
def test_an_environment_of_uvx_is_not_relied_upon(process: Process, tmp_path: Path, folder: str) -> None:
    passing = replace(process, prefix=str(tmp_path / "uv" / folder), program=script(tmp_path, "fusion-mcp"))
    assert launch(passing).command == ("/opt/uv/uvx", "--from", "fusion-mcp-server", "fusion-mcp")
    assert launch(passing, anywhere=True).command[0] == "uvx"
    assert launch(replace(passing, uvx=None)).command[0] == "uvx"


def test_what_is_written_starts_the_checkout_that_wrote_it(home: Home, tmp_path: Path) -> None:
    checkout = tmp_path / "a checkout"
    checkout.mkdir()
    (checkout / "fusion_mcp").symlink_to(CHECKOUT)
    (checkout / "presets").symlink_to(CHECKOUT.parent / "presets")
    for environ, cwd in ((home.environ(PYTHONPATH=str(checkout)), tmp_path), (home.environ(), checkout)):
        printed = done([sys.executable, "-m", "fusion_mcp", "install", "cursor", "--print"], cwd, environ)
        entry = json.loads(printed)["mcpServers"]["fusion"]
        assert entry["args"] == ["-m", "fusion_mcp"]
        assert entry["env"]["PYTHONPATH"] == str(checkout)
        where = [entry["command"], "-c", "import fusion_mcp; print(fusion_mcp.__file__)"]
        assert done(where, tmp_path, home.environ(**entry["env"])).startswith(str(checkout))


def test_what_is_written_starts(cli: CommandLine, home: Home, tmp_path: Path) -> None:
    entry = cli("install", "cursor", "--print").json["mcpServers"]["fusion"]
    version = done([entry["command"], *entry["args"], "--version"], tmp_path, home.environ())
    assert version == f"fusion-mcp {fusion_mcp.__version__}\n"


def done(command: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> str:
    run = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, timeout=30, check=True)
    return run.stdout
