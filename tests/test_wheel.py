"""What is installed is what was tried: the wheel is built, installed elsewhere, and does its work there."""

import json
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

from scripted import Home, ScriptedProvider
from scripted.trio import trio_answers

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree without the network."""
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    [built] = out.glob("fusion_mcp_server-*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder, with a space in its name, that holds nothing of the checkout but the installed wheel."""
    target = tmp_path_factory.mktemp("installed here")
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True, timeout=120)
    return target


def run(installed: Path, home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed program, and make sure that it is that one."""
    code = (
        "import sys, fusion_mcp; from fusion_mcp.__main__ import main; "
        f"assert fusion_mcp.__file__.startswith({str(installed)!r}); sys.exit(main())"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**home.environ(), "PYTHONPATH": str(installed)},
        cwd=home.user,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_wheel_holds_presets_prompts_catalogues_and_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {f"fusion_mcp/_presets/{file.name}" for file in (ROOT / "presets").glob("*.toml")}
    prompts = {str(file.relative_to(ROOT)) for file in (ROOT / "fusion_mcp/pipeline/prompts").glob("*.md")}
    providers = {f"fusion_mcp/providers/{name}.toml" for name in ("catalog/agents", "catalog/servers", "local/weights")}
    data = {*providers, "fusion_mcp/pipeline/judging/families.toml", "fusion_mcp/py.typed"}
    data |= {"fusion_mcp/server/schemas.json"}
    assert shipped
    assert prompts
    assert shipped | prompts | data <= names
    assert not any(name.startswith(("tests/", "scripts/")) for name in names)


def test_the_installed_program_lists_the_shipped_presets(installed: Path, home: Home) -> None:
    listed = run(installed, home, "presets", "--json")
    assert listed.returncode == 0, listed.stderr
    shipped = {file.stem for file in (ROOT / "presets").glob("*.toml")}
    assert shipped == {card["name"] for card in json.loads(listed.stdout)}


def test_the_installed_program_answers_a_question(installed: Path, home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    home.trio(provider)
    asked = run(installed, home, "ask", "Capital of France?", "--json")
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout)["answer"] == "It is Paris."


def test_both_commands_are_the_same_program(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    [scripts] = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
    entries = ConfigParser()
    entries.read_string(archive.read(scripts).decode())
    main = "fusion_mcp.__main__:main"
    assert dict(entries["console_scripts"]) == {"fusion-mcp": main, "fusion-mcp-server": main}
