"""`doctor` on where runs are written down: folders that take nothing, files that others hold."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from cli.command_line import CommandLine
from scripted import Home, ScriptedProvider


def mounted(folder: Path, options: str, home: Home, *, first: str = "true") -> str:
    """What doctor says where `folder` is a file system of its own. Skips where none may be mounted.

    `first` is done once it is there.
    """
    folder.mkdir(parents=True)
    mount = f"mount -t tmpfs -o {options} tmpfs '{folder}'"
    apart = [shutil.which("unshare") or "unshare", "--mount", "sh", "-c"]
    if sys.platform != "linux" or subprocess.run([*apart, mount], check=False, capture_output=True).returncode:
        pytest.skip("file systems can be mounted on Linux only, and by root")
    command = f"{mount} && {first}; exec '{sys.executable}' -m fusion_mcp doctor"
    done = subprocess.run([*apart, command], env=home.environ(), check=False, capture_output=True, text=True)
    return done.stdout.partition("\nWhat to do\n")[2]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("ro", "is on a read-only file system. Make that writable, or name another folder with FUSION_MCP_HOME"),
        ("size=4k", "is full. Free some space there, or name another folder with FUSION_MCP_HOME"),
    ],
)
def test_doctor_says_why_a_file_system_takes_nothing(home: Home, nowhere: str, options: str, why: str) -> None:
    home.trio(nowhere)
    said = mounted(home.data, options, home)
    assert "Runs cannot be written down: " in said
    assert f"{home.data} {why}" in said


def test_doctor_says_that_the_disk_is_full_also_where_runs_have_been_written_down_before(
    cli: CommandLine, trio: ScriptedProvider, home: Home
) -> None:
    assert cli("ask", "Is it so?").status == 0
    kept = home.data.rename(home.path / "kept")
    fill = f"cp '{kept}/runs.db' '{home.data}' && dd if=/dev/zero of='{home.data}/fill' bs=4k"
    said = mounted(home.data, "size=600k", home, first=fill)
    assert f"Runs cannot be written down: the disk of {home.data} is full. Free some space there" in said
    assert trio.calls


def test_doctor_says_that_a_file_stands_where_the_folder_should_be(cli: CommandLine, trio: ScriptedProvider) -> None:
    cli.home.data.write_text("mine", encoding="utf-8")
    done = cli("doctor")
    assert done.status == 0
    assert f"Runs cannot be written down: {cli.home.data} is a file where a folder should be. Move it out" in done.out
    assert cli.home.data.read_text(encoding="utf-8") == "mine"
    assert trio.requests == []


def test_looking_leaves_nothing_behind(cli: CommandLine, trio: ScriptedProvider) -> None:
    before = sorted(cli.home.path.rglob("*"))
    assert cli("doctor").status == 0
    assert sorted(cli.home.path.rglob("*")) == before
    assert trio.requests == []


def test_doctor_names_the_process_that_keeps_the_file_locked_and_does_not_wait_for_it(
    cli: CommandLine, trio: ScriptedProvider
) -> None:
    assert cli("ask", "Is it so?").status == 0
    trio.requests.clear()
    with closing(sqlite3.connect(cli.home.data / "runs.db", isolation_level=None)) as file:
        file.execute("BEGIN EXCLUSIVE")
        done = cli("doctor")
    assert done.status == 0
    assert done.err == ""
    assert "another program keeps it locked" in done.out
    assert f"It is open in process {os.getpid()} (" in done.out
    assert "): end one that hangs." in done.out
    assert "another program" not in cli("doctor").out


def test_doctor_says_that_the_file_is_a_later_versions(cli: CommandLine, trio: ScriptedProvider) -> None:
    cli.home.data.mkdir()
    with closing(sqlite3.connect(cli.home.data / "runs.db")) as file:
        file.execute("CREATE TABLE runs (shape TEXT)")
        file.execute("PRAGMA user_version = 9999")
    done = cli("doctor")
    assert "it was written by a later version" in done.out
    assert "Update fusion-mcp" in done.out
    assert done.err == ""
    assert trio.requests == []


def test_without_a_home_folder_doctor_says_what_to_set(home: Home) -> None:
    apart = [shutil.which("unshare") or "unshare", "--user", "--map-user=54321"]
    if sys.platform != "linux" or subprocess.run([*apart, "true"], check=False, capture_output=True).returncode:
        pytest.skip("there is no way to be a user without a home here")
    gone = ("HOME", "USERPROFILE", "FUSION_MCP_HOME")
    environ = {name: value for name, value in home.environ().items() if name not in gone}
    command = [*apart, sys.executable, "-m", "fusion_mcp", "doctor"]
    done = subprocess.run(command, env=environ, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "HOME: no home folder is known; set it, or FUSION_MCP_HOME, to a folder" in done.stdout
    assert done.stderr == ""
