"""What is made of pyproject.toml is up to date in this tree, and is brought up to date by the command that says so."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from distribution.project import PLACEHOLDER, ROOT, read_project
from distribution.published import BEGIN, drifted

SCHEMAS = "fusion_mcp/server/schemas.json"
MADE = ("server.json", "claude_desktop_config.example.json", "README.md", "docs/configuration.md", SCHEMAS)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the files that are made, and of those that they are made of."""
    for name in (*MADE, "pyproject.toml", "LICENSE"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def ran(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "distribution", "--root", str(tree), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_nothing_in_this_tree_has_drifted() -> None:
    assert drifted(read_project(), ROOT) == (), "run `python3 scripts/bundle.py --write`"


def test_an_owner_who_is_named_once_stands_everywhere(tree: Path) -> None:
    changed(tree / "pyproject.toml", f"github.com/{PLACEHOLDER}/", "github.com/someBody/")
    stale = ran(tree, "--check")
    assert stale.returncode == 1
    assert "server.json, README.md" in stale.stderr
    written = ran(tree, "--write")
    assert (written.returncode, written.stderr) == (0, "")
    assert "io.github.someBody/fusion-mcp" in (tree / "server.json").read_text(encoding="utf-8")
    assert "mcp-name: io.github.someBody/fusion-mcp -->" in (tree / "README.md").read_text(encoding="utf-8")
    assert (ran(tree, "--check").returncode, drifted(read_project(tree), tree)) == (0, ())


def test_as_long_as_nobody_is_named_whoever_builds_is_told(tree: Path) -> None:
    built = ran(tree, "--out", str(tree / "out"))
    assert built.returncode == 0
    assert PLACEHOLDER in built.stderr
    [bundle] = (tree / "out").iterdir()
    assert str(bundle) in built.stdout


@pytest.mark.parametrize("name", MADE[:2])
def test_a_file_that_was_changed_by_hand_or_is_not_there_is_found(name: str, tree: Path) -> None:
    changed(tree / name, "{", "{ ")
    assert drifted(read_project(tree), tree) == (name,)
    (tree / name).unlink()
    assert drifted(read_project(tree), tree) == (name,)


@pytest.mark.parametrize(("page", "said"), [("docs/configuration.md", "`2.00`"), ("README.md", "$2.00")])
def test_a_figure_that_was_changed_by_hand_is_set_right(page: str, said: str, tree: Path) -> None:
    before = (tree / page).read_text(encoding="utf-8")
    changed(tree / page, said, "3.00")
    assert (ran(tree, "--check").returncode, ran(tree, "--write").returncode) == (1, 0)
    assert (tree / page).read_text(encoding="utf-8") == before


def test_words_around_the_links_are_the_readmes_own(tree: Path) -> None:
    changed(tree / "README.md", "# fusion-mcp\n", "# fusion-mcp, rewritten\n")
    assert drifted(read_project(tree), tree) == ()


def test_a_readme_without_a_place_for_links_and_a_project_without_addresses_are_told_in_a_sentence(tree: Path) -> None:
    changed(tree / "README.md", BEGIN.format("links"), "")
    lost = ran(tree, "--write")
    assert (lost.returncode, "links:begin" in lost.stderr, "Traceback" in lost.stderr) == (2, True, False)
    changed(tree / "pyproject.toml", "Issues = ", "Bugs = ")
    lacking = ran(tree, "--check")
    assert lacking.returncode == 2
    assert lacking.stderr == "pyproject.toml: what is published needs project.urls.Issues; write it there.\n"
