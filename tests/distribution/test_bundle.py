"""The bundle: the same from the same tree, and its manifest says of the server what the server says of itself."""

import io
import json
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import fusion_mcp
from distribution.bundle import contents, file_name, packed
from distribution.keys import keys
from distribution.project import ROOT, read_project
from fusion_mcp.server.tools import definitions
from scripted import Home

PROJECT = read_project()
FILES = contents(PROJECT, ROOT)
MANIFEST: dict[str, Any] = json.loads(FILES["manifest.json"])
CONFIG = MANIFEST["server"]["mcp_config"]


def test_it_is_named_by_the_program_and_its_version() -> None:
    assert file_name(PROJECT) == f"fusion-mcp-{fusion_mcp.__version__}.mcpb"


def test_the_same_tree_gives_the_same_bytes_whatever_the_order() -> None:
    shuffled = {name: FILES[name] for name in sorted(FILES, reverse=True)}
    assert packed(shuffled) == packed(contents(PROJECT, ROOT))


def test_the_archive_holds_every_file_readable_by_all_and_without_a_date() -> None:
    archive = zipfile.ZipFile(io.BytesIO(packed(FILES)))
    assert {name: archive.read(name).decode() for name in archive.namelist()} == FILES
    for entry in archive.infolist():
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
        assert entry.external_attr >> 16 == 0o100644


def test_its_tools_are_the_servers_own() -> None:
    real = [(tool.name, tool.description) for tool in definitions(("auto",), "auto")]
    assert [(tool["name"], tool["description"]) for tool in MANIFEST["tools"]] == real


def test_it_needs_exactly_this_release() -> None:
    project = tomllib.loads(FILES["pyproject.toml"])
    assert project["project"]["dependencies"] == [f"fusion-mcp-server=={fusion_mcp.__version__}"]
    assert project["project"]["requires-python"] == MANIFEST["compatibility"]["runtimes"]["python"] == PROJECT.python
    assert project["tool"]["uv"]["environments"] == [
        f"sys_platform == '{platform}'" for platform in MANIFEST["compatibility"]["platforms"]
    ]


def test_what_it_starts_is_in_it() -> None:
    assert MANIFEST["server"]["type"] == "uv"
    assert MANIFEST["server"]["entry_point"] in FILES
    assert CONFIG["args"][-1] == MANIFEST["server"]["entry_point"]


def test_every_key_of_the_catalogue_has_a_field_which_is_secret_and_may_stay_empty() -> None:
    assert CONFIG["env"] == {key.variable: f"${{user_config.{key.field}}}" for key in keys()}
    assert list(MANIFEST["user_config"]) == [key.field for key in keys()]
    for field in MANIFEST["user_config"].values():
        assert (field["sensitive"], field["required"], field["default"]) == (True, False, "")


def test_a_person_finds_papers_help_and_what_becomes_of_their_questions() -> None:
    repository = PROJECT.urls.repository
    assert MANIFEST["documentation"].startswith(repository)
    assert MANIFEST["support"] == f"{repository}/issues"
    [privacy] = MANIFEST["privacy_policies"]
    heading = privacy.partition("#")[2].replace("-", " ")
    assert f"\n## {heading.capitalize()}\n" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_server_forgets_the_keys_that_were_left_empty(home: Home, tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(FILES[MANIFEST["server"]["entry_point"]], encoding="utf-8")
    look = (
        f"import os, runpy; runpy.run_path({str(script)!r})['forget_keys_that_were_left_empty']();"
        "print(*sorted(name for name in os.environ if name.endswith('_API_KEY')))"
    )
    left = {"OPENROUTER_API_KEY": "${user_config.openrouter_api_key}", "OPENAI_API_KEY": "", "XAI_API_KEY": "  "}
    environ = home.environ(**left, GROQ_API_KEY="sk-of-groq")
    done = subprocess.run(
        [sys.executable, "-c", look], env=environ, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["GROQ_API_KEY", "WORK_API_KEY"]


def test_its_server_is_the_program_itself(home: Home, tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(FILES[MANIFEST["server"]["entry_point"]], encoding="utf-8")
    listed = subprocess.run(
        [sys.executable, str(script), "presets"],
        env=home.environ(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "budget" in listed.stdout
